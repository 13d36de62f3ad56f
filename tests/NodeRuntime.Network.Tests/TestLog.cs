using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NodeRuntime.Network.Tests;

/// <summary>Keeps what was logged; a critical line is a defect that fails the test.</summary>
internal sealed class TestLog : ILogger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ConcurrentQueue<string> Defects { get; } = new();

    public async Task<string> Next(string words)
    {
        using CancellationTokenSource deadline = new(TestPeer.Deadline);
        ConcurrentQueue<string> skipped = new();
        try
        {
            while (true)
            {
                string line = await _lines.Reader.ReadAsync(deadline.Token);
                if (line.Contains(words, StringComparison.Ordinal)) return line;
                skipped.Enqueue(line);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no line with \"{words}\"; instead: {string.Join("; ", skipped)}");
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = formatter(state, exception) + exception;
        if (logLevel == LogLevel.Critical) Defects.Enqueue(line);
        _lines.Writer.TryWrite(line);
    }
}
