using System;

namespace NodeRuntime.Crypto.Edwards;

/// <summary>
/// Verifies Ed25519 (RFC 8032): what public witnesses of logs sign with. Not a key of this network's own: those are tagged and sign digests
/// (<see cref="ISignatureVerifier"/>). Safe to call from any thread.
/// </summary>
public interface IEd25519Verifier
{
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    SignatureVerdict Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
