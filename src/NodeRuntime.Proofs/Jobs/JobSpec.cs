using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Jobs;

/// <summary>
/// What is to be run, to the last byte: two runs of one specification on any two peers give one result. The ledger
/// holds only its salted commitment.
/// </summary>
public sealed record JobSpec
{
    /// <summary>The version of this format and of the meaning of its fields.</summary>
    public const byte Version = 1;

    public required Salt Salt { get; init; }

    /// <summary>For people; no meaning to the machine.</summary>
    public required string Name { get; init; }

    public required ContentRef Module { get; init; }

    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>As KEY=value, in the order given.</summary>
    public required ImmutableArray<string> Environment { get; init; }

    /// <summary>Files that the program finds under /in, by name, in strictly increasing ordinal order.</summary>
    public required ImmutableArray<JobInput> Inputs { get; init; }

    /// <summary>The program's standard input; absent for an empty one.</summary>
    public required ContentRef? StandardInput { get; init; }

    public required ulong FuelMax { get; init; }

    public required uint MemoryPagesMax { get; init; }

    public required uint CallDepthMax { get; init; }

    public required ulong OutputBytesMax { get; init; }

    /// <summary>What the program's clock shows at its start.</summary>
    public required Instant StartTime { get; init; }

    /// <summary>Where the program's randomness begins.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The salted commitment that stands on the ledger.</summary>
    public Hash256 Commitment => Hasher.Commit(Salt.ToArray(), Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.JobSpec, 13, Version).Bytes(Salt.ToArray()).Text(Name);
        Module.Write(writer);
        WriteTexts(writer, Arguments);
        WriteTexts(writer, Environment);
        writer.Array(Inputs.Length);
        foreach (JobInput input in Inputs)
        {
            writer.Array(2).Text(input.Name);
            input.Content.Write(writer);
            writer.End();
        }

        writer.End();
        if (StandardInput is { } standardInput) standardInput.Write(writer);
        else writer.Null();
        writer.UInt64(FuelMax).UInt64(MemoryPagesMax).UInt64(CallDepthMax).UInt64(OutputBytesMax).Instant(StartTime).UInt64(Seed).End();
    }

    public static JobSpec Read(WireReader reader)
    {
        reader.Record(WireType.JobSpec, 13, Version);
        JobSpec spec = new()
        {
            Salt = Salt.Read(reader),
            Name = reader.Text(),
            Module = ContentRef.Read(reader),
            Arguments = ReadTexts(reader),
            Environment = ReadTexts(reader),
            Inputs = reader.List(Limits.JobInputsMax, ReadInput),
            StandardInput = reader.TryNull() ? null : ContentRef.Read(reader),
            FuelMax = reader.UInt64(),
            MemoryPagesMax = reader.UInt32(),
            CallDepthMax = reader.UInt32(),
            OutputBytesMax = reader.UInt64(),
            StartTime = reader.Instant(),
            Seed = reader.UInt64(),
        };
        reader.End();
        for (int i = 0; i < spec.Inputs.Length; i++)
        {
            if (!IsFileName(spec.Inputs[i].Name)) reader.Fail();
            if (i > 0 && string.CompareOrdinal(spec.Inputs[i - 1].Name, spec.Inputs[i].Name) >= 0) reader.Fail();
        }

        if (Utf8Bytes(spec.Arguments) + Utf8Bytes(spec.Environment) > Limits.JobSpecTextBytesMax) reader.Fail();
        return spec;
    }

    /// <summary>
    /// A plain file name: no separator, no dot names, no control character, no half of a character, and no longer than a
    /// directory holds. What becomes a path is checked here.
    /// </summary>
    public static bool IsFileName(string name)
    {
        if (name.Length is 0 or > Limits.FileNameCharactersMax || name is "." or "..") return false;
        int bytes = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            // A lone surrogate enumerates as the replacement character, which stands for nothing that could be written.
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune) || rune.Value is '/' or '\\' or ':') return false;
            bytes += rune.Utf8SequenceLength;
        }

        return bytes <= Limits.FileNameBytesMax;
    }

    private static int Utf8Bytes(ImmutableArray<string> texts)
    {
        int bytes = 0;
        foreach (string text in texts) bytes += System.Text.Encoding.UTF8.GetByteCount(text);
        return bytes;
    }

    private static void WriteTexts(WireWriter writer, ImmutableArray<string> texts)
    {
        writer.Array(texts.Length);
        foreach (string text in texts) writer.Text(text);
        writer.End();
    }

    private static ImmutableArray<string> ReadTexts(WireReader reader) =>
        reader.List(Limits.JobArgumentsMax, static r => r.Text(Limits.JobArgumentCharactersMax));

    private static JobInput ReadInput(WireReader reader)
    {
        reader.Array(2);
        JobInput input = new(reader.Text(), ContentRef.Read(reader));
        reader.End();
        return input;
    }
}

/// <summary>An input file: the name under /in and what it holds.</summary>
public sealed record JobInput(string Name, ContentRef Content);

/// <summary>Bytes by their length and plain SHA-256.</summary>
public readonly record struct ContentRef(Hash256 Hash, ulong Length)
{
    public void Write(WireWriter writer) => writer.Array(2).Hash(Hash).UInt64(Length).End();

    public static ContentRef Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        ContentRef content = new(reader.Hash(), reader.UInt64());
        reader.End();
        return content;
    }
}
