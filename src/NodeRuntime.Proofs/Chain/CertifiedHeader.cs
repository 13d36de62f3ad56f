using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>A header and the finalization that a quorum gave it: all a light client needs of a block.</summary>
public sealed record CertifiedHeader(BlockHeader Header, Certificate Finalization)
{
    public void Write(WireWriter writer)
    {
        writer.Record(WireType.CertifiedHeader, 2);
        Header.Write(writer);
        Finalization.Write(writer);
        writer.End();
    }

    public static CertifiedHeader Read(WireReader reader)
    {
        reader.Record(WireType.CertifiedHeader, 2);
        CertifiedHeader certified = new(BlockHeader.Read(reader), Certificate.Read(reader));
        reader.End();
        return certified;
    }
}
