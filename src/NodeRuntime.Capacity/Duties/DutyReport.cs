using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Duties;

/// <summary>What a verifier may say of a proof.</summary>
public enum DutyFinding : byte
{
    Passed = 1,

    /// <summary>It is there and does not hold.</summary>
    Failed = 2,

    /// <summary>Nothing came in time.</summary>
    Missing = 3,
}

/// <summary>A drawn verifier's word. Whoever carries it to the ledger signs it; a false word is refuted by a fault proof.</summary>
/// <param name="Subject">Digest of the commitment or the challenge that was answered.</param>
public sealed record DutyReport(PeerId Verifier, Hash256 Subject, DutyFinding Finding)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer) =>
        writer.Record(WireType.CapacityReport, 3).Hash(Verifier.Hash).Hash(Subject).UInt64((byte)Finding).End();

    public static DutyReport Read(WireReader reader)
    {
        reader.Record(WireType.CapacityReport, 3);
        DutyReport report = new(new PeerId(reader.Hash()), reader.Hash(), (DutyFinding)reader.Byte());
        reader.End();
        if (report.Finding is not (DutyFinding.Passed or DutyFinding.Failed or DutyFinding.Missing)) reader.Fail();
        return report;
    }

    public static DutyReport? Decode(System.ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        DutyReport report = Read(reader);
        return reader.Succeeded ? report : null;
    }
}
