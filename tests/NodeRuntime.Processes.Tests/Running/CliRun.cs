using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>One run of <c>noderuntime</c> as a process of its own, with its lines as they come.</summary>
internal sealed class CliRun : IAsyncDisposable
{
    // Where it was built, and not the copy beside the tests: only there all of it is compiled ahead.
    private static readonly string Program = typeof(CliRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static it => it.Key == "Program").Value!;

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _error = [];

    private CliRun(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output => Joined(_output);

    public string Error => Joined(_error);

    public static CliRun Start(Workplace place, params string[] arguments) => Start(place, [], arguments);

    public static CliRun Start(Workplace place, (string Name, string Value)[] variables, params string[] arguments) =>
        StartUnder([], place, variables, arguments);

    /// <summary>As the child of another program, such as a tracer; that one's process is then what is seen here.</summary>
    public static CliRun StartUnder(
        IReadOnlyList<string> other, Workplace place, (string Name, string Value)[] variables, params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        // Whoever started the tests in the background has SIGINT ignored, and so would each child: it is given back to them.
        List<string> words = ["env", "--default-signal=INT", .. other, host, Program, .. arguments];
        ProcessStartInfo start = new(words[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = place.Root,
        };
        foreach (string word in words[1..]) start.ArgumentList.Add(word);
        start.Environment.Remove("NODERUNTIME_CONTEXT");
        start.Environment.Remove("NODERUNTIME_PASSPHRASE");
        start.Environment["HOME"] = place.Home;
        // These live for seconds, and most of their processor time is compilation: a profile to compile by never pays for itself,
        // and a second compilation only where something is called 4,096 times.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCountThreshold"] = "1000";
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        CliRun program = new(new Process { StartInfo = start });
        program._process.OutputDataReceived += (_, line) => program.Hear(program._output, line.Data);
        program._process.ErrorDataReceived += (_, line) => program.Hear(program._error, line.Data);
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<Finished> RunAsync(Workplace place, double seconds, params string[] arguments)
    {
        await using CliRun program = Start(place, arguments);
        return await program.EndAsync(seconds);
    }

    public async Task<Finished> EndAsync(double seconds)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(seconds));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"it still ran after {seconds} s; said so far:\n{Output}\n{Error}", exception);
        }

        return new Finished(_process.ExitCode, Output, Error);
    }

    /// <summary>The line of the output that begins so.</summary>
    public Task<string> LineAsync(string start, double seconds) => Deadline.UntilAsync($"a line that begins with '{start}'; there were:\n{Output}\n{Error}", seconds, () =>
    {
        lock (_gate) return Task.FromResult(_output.Find(line => line.StartsWith(start, StringComparison.Ordinal)));
    });

    public void Kill() => _process.Kill();

    public void Interrupt() => Signals.Interrupt(Id);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Hear(List<string> lines, string? line)
    {
        if (line is null) return;
        lock (_gate) lines.Add(line);
    }

    private string Joined(List<string> lines)
    {
        lock (_gate) return string.Join('\n', lines);
    }
}

internal sealed record Finished(int ExitCode, string Output, string Error)
{
    /// <summary>The last object of the output: of a peer, its error behind its announcement.</summary>
    public JsonElement LastJson()
    {
        using JsonDocument document = JsonDocument.Parse(Output[(Output.LastIndexOf("\n{", StringComparison.Ordinal) + 1)..]);
        return document.RootElement.Clone();
    }

    /// <summary>The output as exactly one JSON object.</summary>
    public JsonElement Json()
    {
        using JsonDocument document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }
}
