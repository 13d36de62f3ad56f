using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;

namespace NodeRuntime.Cli.Tests.Support;

/// <summary>The whole command line in this process, with a home of its own.</summary>
internal sealed class CommandLine : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("noderuntime-cli-").FullName;
    private readonly SortedDictionary<string, string> _variables = new(StringComparer.Ordinal);

    public string PathOf(string name) => Path.Combine(_home, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    public void Set(string variable, string value) => _variables[variable] = value;

    public async Task<(ExitCode Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = await Application.RunAsync(args, new CliWorld
        {
            Out = output,
            Error = error,
            IsTerminal = false,
            Home = _home,
            Variable = name => _variables.GetValueOrDefault(name),
            Time = TimeProvider.System,
        });
        return ((ExitCode)code, output.ToString(), error.ToString());
    }

    /// <summary>With <c>--output json</c>: there must be exactly one object and nothing beside it.</summary>
    public async Task<(ExitCode Code, JsonElement Answer)> RunJsonAsync(params string[] args)
    {
        (ExitCode code, string output, string error) = await RunAsync([.. args, "--output", "json"]);
        Assert.Empty(error);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        return (code, document.RootElement.Clone());
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
