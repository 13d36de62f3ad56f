using System;
using System.Globalization;
using System.IO;
using System.Threading;
using Microsoft.Extensions.Logging;

namespace NodeRuntime.Cli;

/// <summary>A line a message, appended to one file. A file that has outgrown its bound begins anew, the old one beside it.</summary>
internal sealed class FileLoggerProvider : ILoggerProvider
{
    private const long BytesMax = 32L << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private StreamWriter _writer;

    public FileLoggerProvider(string path)
    {
        _path = path;
        _writer = Open(path);
    }

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose() => _writer.Dispose();

    private void Write(string line)
    {
        lock (_gate)
        {
            if (_writer.BaseStream.Length > BytesMax)
            {
                _writer.Dispose();
                File.Move(_path, _path + ".1", overwrite: true);
                _writer = Open(_path);
            }

            _writer.WriteLine(line);
        }
    }

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string time = DateTime.UtcNow.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
            string text = formatter(state, exception);
            provider.Write($"{time} {logLevel} {category}: {text}{(exception is null ? string.Empty : Environment.NewLine + exception)}");
        }
    }
}
