using System;
using System.IO;
using System.Text;
using NodeRuntime.Wasm;

namespace NodeRuntime.Cli.Wasm;

/// <summary>
/// A guest's three streams. Its output goes out as it comes, byte for byte; where this program's own answer is an object on standard output,
/// the guest's output goes to standard error or, captured, into the object.
/// </summary>
internal sealed class GuestStreams : IDisposable
{
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Stream _error;
    private readonly bool _captures;

    private GuestStreams(Stream input, Stream output, Stream error, bool captures)
    {
        _input = input;
        _output = output;
        _error = error;
        _captures = captures;
        Input = new SequentialInput(input.Read);
        Output = new SequentialOutput(output.Write);
        Error = new SequentialOutput(error.Write);
    }

    public IGuestInput Input { get; }

    public IGuestOutput Output { get; }

    public IGuestOutput Error { get; }

    public string? CapturedOutput => _captures ? Text(_output) : null;

    public string? CapturedError => _captures ? Text(_error) : null;

    public static GuestStreams Open(CliWorld world, bool isJson, bool captures) => captures
        ? new GuestStreams(world.OpenInput(), new MemoryStream(), new MemoryStream(), captures: true)
        : new GuestStreams(world.OpenInput(), isJson ? world.OpenError() : world.OpenOutput(), world.OpenError(), captures: false);

    public void Flush()
    {
        _output.Flush();
        _error.Flush();
    }

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private static string Text(Stream stream) => Encoding.UTF8.GetString(((MemoryStream)stream).ToArray());
}
