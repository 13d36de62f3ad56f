using System;
using System.Collections.Immutable;
using System.IO;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Receipts;

/// <summary>A file of genesis and seals that may be replaced by a newer one while somebody goes by it. Nothing out of it is believed that does not verify.</summary>
internal sealed class ChainProofFile(string path, ChainId trusted, ISignatureVerifier signatures)
{
    private (DateTime Written, long Length) _seen;

    /// <summary>The plans of the file, where it is another than at the last call; null where it is the same, is not there, or does not prove who signs for the chain.</summary>
    /// <param name="complaint">Why a file that is another gives no plans; empty where there is nothing to say.</param>
    public ImmutableArray<EpochPlan>? ReadWhereChanged(out string complaint)
    {
        complaint = string.Empty;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists || (file.LastWriteTimeUtc, file.Length) == _seen) return null;
            _seen = (file.LastWriteTimeUtc, file.Length);
            if (file.Length > Math.Max(Limits.ReceiptBytesMax, Limits.CustodyBytesMax))
            {
                complaint = $"{path} has more bytes than a proof may";
                return null;
            }

            ReceiptTrust? trust = ChainProof.TryDecode(File.ReadAllBytes(path))?.ToTrust(trusted, signatures);
            if (trust is null) complaint = $"{path} does not prove who signs for the chain {trusted}";
            return trust?.Plans;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Half written, or replaced at this moment: it is looked at again.
            _seen = default;
            complaint = $"{path} cannot be read: {exception.Message}";
            return null;
        }
    }
}
