using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// How somebody who knows only a chain's hash gets its genesis: any peer gives it to anybody, and its hash proves it.
/// </summary>
public static class GenesisMessage
{
    public static byte[] Want() => new WireWriter().Record(WireType.GenesisWanted, 0).End().ToArray();

    public static bool IsWant(ReadOnlyMemory<byte> frame)
    {
        WireReader reader = new(frame);
        reader.Record(WireType.GenesisWanted, 0);
        reader.End();
        return reader.Succeeded;
    }

    public static byte[] Document(Genesis genesis) =>
        new WireWriter().Record(WireType.GenesisDocument, 1).Bytes(genesis.Encode()).End().ToArray();

    /// <summary>The document inside an answer, or null where the frame is none or the document is not this chain's.</summary>
    public static Genesis? Read(ReadOnlyMemory<byte> frame, ChainId chain)
    {
        WireReader reader = new(frame);
        reader.Record(WireType.GenesisDocument, 1);
        byte[] document = reader.Bytes(Limits.GenesisBytesMax);
        reader.End();
        if (!reader.Succeeded || !Genesis.TryDecode(document, out Genesis? genesis)) return null;
        return genesis!.ChainId == chain ? genesis : null;
    }
}
