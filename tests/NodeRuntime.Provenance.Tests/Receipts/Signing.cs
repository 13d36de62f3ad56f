using System;
using System.Collections.Generic;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Tests;

namespace NodeRuntime.Provenance.Tests.Receipts;

/// <summary>Everybody's keys by name: signatures that cost a hash, or real ones.</summary>
internal abstract class Signing
{
    public static Signing Fake { get; } = new FakeSigning();

    public abstract ISignatureVerifier Verifier { get; }

    public abstract IEd25519Verifier Ed25519 { get; }

    public abstract ISigner SignerOf(string name, KeyAlgorithm algorithm = KeyAlgorithm.Secp256k1);

    public abstract byte[] WitnessKeyOf(string name);

    public abstract byte[] Cosign(string name, byte[] message);

    private sealed class FakeSigning : Signing
    {
        public override ISignatureVerifier Verifier => FakeSignatures.Instance;

        public override IEd25519Verifier Ed25519 { get; } = new FakeEd25519();

        public override ISigner SignerOf(string name, KeyAlgorithm algorithm) => FakeSignatures.SignerOf(name, algorithm);

        public override byte[] WitnessKeyOf(string name) => Samples.Hash(name).ToArray();

        public override byte[] Cosign(string name, byte[] message) => FakeEd25519.Sign(WitnessKeyOf(name), message);
    }

    private sealed class FakeEd25519 : IEd25519Verifier
    {
        public SignatureVerdict Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            signature.SequenceEqual(Sign(publicKey.ToArray(), message)) ? SignatureVerdict.Accepted : SignatureVerdict.SignatureWrong;

        public static byte[] Sign(byte[] key, ReadOnlySpan<byte> message)
        {
            Hash256 first = Hasher.Sha256(key, message);
            return [.. first.AsSpan(), .. Hasher.Sha256(first.AsSpan()).AsSpan()];
        }
    }
}

/// <summary>Real keys; a witness's needs libsodium.</summary>
internal sealed class RealSigning : Signing
{
    private readonly SystemSignatures _signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
    private readonly SortedDictionary<string, ISigner> _signers = new(StringComparer.Ordinal);
    private readonly SystemEd25519 _ed25519;

    private RealSigning(SystemEd25519 ed25519) => _ed25519 = ed25519;

    public static RealSigning? TryOpen() => SystemEd25519.TryOpen(out SystemEd25519? ed25519) ? new RealSigning(ed25519!) : null;

    public override ISignatureVerifier Verifier => _signatures;

    public override IEd25519Verifier Ed25519 => _ed25519;

    public override ISigner SignerOf(string name, KeyAlgorithm algorithm)
    {
        string both = name + "/" + algorithm;
        if (_signers.TryGetValue(both, out ISigner? signer)) return signer;
        return _signers[both] = _signatures.CreateSigner(KeyPair.Generate(algorithm, Hasher.Sha256(Encoding.UTF8.GetBytes(both)).ToArray()));
    }

    public override byte[] WitnessKeyOf(string name) => _ed25519.PublicKeyOf(Samples.Hash(name).AsSpan());

    public override byte[] Cosign(string name, byte[] message) => _ed25519.Sign(Samples.Hash(name).AsSpan(), message);
}
