using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Cli.Tests.Support;

/// <summary>The whole command line in this process, with a home of its own.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("noderuntime-cli-").FullName;
    private readonly SortedDictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>What a guest finds on its standard input.</summary>
    public byte[] Input { get; set; } = [];

    public bool IsTerminal { get; set; }

    public string PathOf(string name) => Path.Combine(_home, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    public void Set(string variable, string value) => _variables[variable] = value;

    public Task<(ExitCode Code, string Out, string Error)> RunAsync(params string[] args) => RunUntilAsync(CancellationToken.None, args);

    /// <summary>Until it is over or somebody presses Ctrl-C.</summary>
    public async Task<(ExitCode Code, string Out, string Error)> RunUntilAsync(CancellationToken interrupt, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = await Application.RunAsync(args, new CliWorld
        {
            Out = output,
            Error = error,
            OpenInput = () => new MemoryStream(Input),
            OpenOutput = () => new TextStream(output),
            OpenError = () => new TextStream(error),
            IsTerminal = IsTerminal,
            Home = _home,
            Variable = name => _variables.GetValueOrDefault(name),
            Time = Time,
        }, interrupt);
        return ((ExitCode)code, output.ToString(), error.ToString());
    }

    /// <summary>With <c>--output json</c>: there must be exactly one object and nothing beside it.</summary>
    public async Task<(ExitCode Code, JsonElement Answer)> RunJsonAsync(params string[] args)
    {
        return await RunJsonAsync(args, []);
    }

    /// <summary>With arguments behind <c>--</c>, which come last.</summary>
    public async Task<(ExitCode Code, JsonElement Answer)> RunJsonAsync(string[] args, string[] rest)
    {
        (ExitCode code, string output, string error) = await RunAsync([.. args, "--output", "json", .. rest]);
        Assert.Empty(error);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        return (code, document.RootElement.Clone());
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);

    /// <summary>A guest's bytes, which in these tests are UTF-8, beside the program's own text.</summary>
    private sealed class TextStream(StringWriter text) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => text.Write(Encoding.UTF8.GetString(buffer));
    }
}
