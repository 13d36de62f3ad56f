using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Protocol;

/// <summary>
/// Everything a sandbox may say, in the order it may say it:
/// <code>
///   Ready  Log*  (File Chunk*)*  Report          a run
///   Report                                       a module or a launch that failed
/// </code>
/// </summary>
internal abstract record SandboxMessage
{
    private SandboxMessage()
    {
    }

    /// <summary>Restricted, module validated, the guest runs next.</summary>
    internal sealed record Ready : SandboxMessage;

    /// <summary>Bytes of the guest's standard output (1) or error (2).</summary>
    internal sealed record Log(int Stream, ReadOnlyMemory<byte> Bytes) : SandboxMessage;

    /// <summary>An output file begins; its chunks follow until it has this length.</summary>
    internal sealed record File(string Name, long Length) : SandboxMessage;

    internal sealed record Chunk(ReadOnlyMemory<byte> Bytes) : SandboxMessage;

    internal sealed record Report(ProcessVerdict Verdict, int ExitCode, string Trap, string Detail, ulong FuelUsed) : SandboxMessage;

    public byte[] Encode() => this switch
    {
        Ready => new WireWriter().Record(WireType.SandboxReady, 0).End().ToArray(),
        Log log => new WireWriter().Record(WireType.SandboxLog, 2).Int64(log.Stream).Bytes(log.Bytes.Span).End().ToArray(),
        File file => new WireWriter().Record(WireType.SandboxFile, 2).Text(file.Name).Int64(file.Length).End().ToArray(),
        Chunk chunk => new WireWriter().Record(WireType.SandboxChunk, 1).Bytes(chunk.Bytes.Span).End().ToArray(),
        Report report => new WireWriter().Record(WireType.SandboxReport, 5).UInt64((ulong)report.Verdict).Int64(report.ExitCode)
            .Text(report.Trap).Text(report.Detail).UInt64(report.FuelUsed).End().ToArray(),
        _ => Invariant.Unreachable<byte[]>("a sixth message"),
    };

    /// <summary>Null for whatever is not exactly one message in its one encoding.</summary>
    public static SandboxMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        SandboxMessage? message = WireReader.TypeOf(bytes, itemsMax: 16) switch
        {
            WireType.SandboxReady => ReadReady(reader),
            WireType.SandboxLog => ReadLog(reader),
            WireType.SandboxFile => ReadFile(reader),
            WireType.SandboxChunk => ReadChunk(reader),
            WireType.SandboxReport => ReadReport(reader),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static Ready ReadReady(WireReader reader)
    {
        reader.Record(WireType.SandboxReady, 0);
        return new Ready();
    }

    private static Log ReadLog(WireReader reader)
    {
        reader.Record(WireType.SandboxLog, 2);
        return new Log(reader.Int32(1, 2), reader.Bytes(Limits.SandboxChunkBytesMax));
    }

    private static File ReadFile(WireReader reader)
    {
        reader.Record(WireType.SandboxFile, 2);
        return new File(reader.Text(), reader.Int64());
    }

    private static Chunk ReadChunk(WireReader reader)
    {
        reader.Record(WireType.SandboxChunk, 1);
        return new Chunk(reader.Bytes(Limits.SandboxChunkBytesMax));
    }

    private static Report ReadReport(WireReader reader)
    {
        reader.Record(WireType.SandboxReport, 5);
        ProcessVerdict verdict = (ProcessVerdict)reader.Int32(0, (int)ProcessVerdict.Busy);
        return new Report(verdict, reader.Int32(int.MinValue, int.MaxValue), reader.Text(), reader.Text(), reader.UInt64());
    }
}
