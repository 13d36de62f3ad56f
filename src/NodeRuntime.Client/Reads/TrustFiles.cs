using System;
using System.IO;
using NodeRuntime.Client.Files;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Client.Reads;

/// <summary>
/// What a client keeps of a chain between two runs: the seals that it has verified, so that it never goes back behind them, and the
/// proof of a fork once it has seen one. Without a folder nothing is kept.
/// </summary>
internal sealed class TrustFiles(string? folder, ChainId chain)
{
    private string SealsPath => Path.Combine(folder!, $"seals-{chain}.cbor");

    private string ForkPath => Path.Combine(folder!, $"fork-{chain}.cbor");

    /// <exception cref="ClientException">Invalid where the file cannot be read as seals.</exception>
    public SetProof LoadSeals()
    {
        if (folder is null || !File.Exists(SealsPath)) return SetProof.OfGenesis;
        return SetProof.TryDecode(File.ReadAllBytes(SealsPath), out SetProof? seals) ? seals! : throw Damaged(SealsPath);
    }

    /// <exception cref="ClientException">Invalid where the file cannot be read as a proof.</exception>
    public ForkProof? LoadFork()
    {
        if (folder is null || !File.Exists(ForkPath)) return null;
        return ForkProof.TryDecode(File.ReadAllBytes(ForkPath), out ForkProof? fork) ? fork : throw Damaged(ForkPath);
    }

    public void Save(SetProof seals) => Save(SealsPathOrNull(), seals.Encode());

    public void Save(ForkProof fork) => Save(folder is null ? null : ForkPath, fork.Encode());

    /// <summary>For people: where the proof lies, or that it lies nowhere.</summary>
    public string ForkPlace => folder is null ? "nowhere, as this client keeps no files" : ForkPath;

    private static ClientException Damaged(string path) => new(
        ClientFailure.Invalid, $"{path}: is damaged, or not of this chain", "remove it, and compare the chain with somebody you trust before you go on");

    public ClientException DamagedSeals() => Damaged(SealsPath);

    private string? SealsPathOrNull() => folder is null ? null : SealsPath;

    private void Save(string? path, byte[] bytes)
    {
        if (path is null) return;
        PrivateFiles.CreateFolder(folder!);
        PrivateFiles.Write(path, bytes);
    }
}
