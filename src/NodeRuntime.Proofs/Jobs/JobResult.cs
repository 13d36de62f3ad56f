using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Jobs;

/// <summary>How a run ended, as every peer that runs it again must find it.</summary>
public enum JobOutcome : byte
{
    /// <summary>The program returned or called exit; its code says the rest.</summary>
    Exited = 1,
    Trapped = 2,
    OutOfFuel = 3,
    MemoryExceeded = 4,
    OutputExceeded = 5,

    /// <summary>The module is malformed or asks for what the engine does not offer.</summary>
    ModuleRefused = 6,

    /// <summary>Ended by the host's clock: says nothing that a second run must repeat.</summary>
    Inconclusive = 7,
}

/// <summary>
/// What a run made: the same on every peer. <see cref="ResultHash"/> covers outcome, exit code, fuel and outputs;
/// the salt hides it on the ledger.
/// </summary>
public sealed record JobResult
{
    public required Salt Salt { get; init; }

    public required JobOutcome Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required ulong FuelUsed { get; init; }

    public required byte FuelSchedule { get; init; }

    public required ContentRef StandardOutput { get; init; }

    public required ContentRef StandardError { get; init; }

    /// <summary>In strictly increasing ordinal order of names.</summary>
    public required ImmutableArray<JobInput> Outputs { get; init; }

    /// <summary>What is compared when somebody runs the job again.</summary>
    public Hash256 ResultHash
    {
        get
        {
            WireWriter writer = new();
            writer.Array(7);
            WriteResult(writer);
            return Hasher.Tagged(HashDomain.JobOutputs, writer.End().ToArray());
        }
    }

    /// <summary>What stands on the ledger.</summary>
    public Hash256 Commitment => Hasher.Commit(Salt.ToArray(), ResultHash.AsSpan());

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.JobResult, 8).Bytes(Salt.ToArray());
        WriteResult(writer);
        writer.End();
    }

    public static JobResult Read(WireReader reader)
    {
        reader.Record(WireType.JobResult, 8);
        JobResult result = new()
        {
            Salt = Salt.Read(reader),
            Outcome = (JobOutcome)reader.Byte(),
            ExitCode = reader.Int32(int.MinValue, int.MaxValue),
            FuelUsed = reader.UInt64(),
            FuelSchedule = reader.Byte(),
            StandardOutput = ContentRef.Read(reader),
            StandardError = ContentRef.Read(reader),
            Outputs = reader.List(Limits.JobOutputsMax, ReadOutput),
        };
        reader.End();
        if (result.Outcome is < JobOutcome.Exited or > JobOutcome.Inconclusive) reader.Fail();
        for (int i = 0; i < result.Outputs.Length; i++)
        {
            if (!JobSpec.IsFileName(result.Outputs[i].Name)) reader.Fail();
            if (i > 0 && string.CompareOrdinal(result.Outputs[i - 1].Name, result.Outputs[i].Name) >= 0) reader.Fail();
        }

        return result;
    }

    private void WriteResult(WireWriter writer)
    {
        writer.UInt64((byte)Outcome).Int64(ExitCode).UInt64(FuelUsed).UInt64(FuelSchedule);
        StandardOutput.Write(writer);
        StandardError.Write(writer);
        writer.Array(Outputs.Length);
        foreach (JobInput output in Outputs)
        {
            writer.Array(2).Text(output.Name);
            output.Content.Write(writer);
            writer.End();
        }

        writer.End();
    }

    private static JobInput ReadOutput(WireReader reader)
    {
        reader.Array(2);
        JobInput output = new(reader.Text(), ContentRef.Read(reader));
        reader.End();
        return output;
    }
}
