using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client;
using NodeRuntime.Client.Custody;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Provenance.Custody;

namespace NodeRuntime.Cli.Receipts;

/// <summary>Receipts and custodies as files beside each other.</summary>
internal static class ReceiptFiles
{
    /// <summary>Rounds come within seconds; a machine that does ten other things takes longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {path}", "`noderuntime receipt get ID` writes one");
        if (new FileInfo(path).Length > Math.Max(Limits.ReceiptBytesMax, Limits.CustodyBytesMax))
        {
            throw new CliException(
                ExitCode.VerificationFailed, nameof(ReceiptVerdict.Malformed), $"{path} has more bytes than a receipt may", "check that it is the right file");
        }

        return await File.ReadAllBytesAsync(path, cancellation);
    }

    /// <summary>What a job's receipt says; null where there is no such file. A receipt that does not verify says nothing.</summary>
    public static async Task<JobStatement?> StatementAsync(Session session, string path, ChainId? trusted, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        ReceiptVerdict verdict = ReceiptVerifier.Verify(await ReadAsync(path, cancellation), trusted, session.Signatures, out JobReceipt? receipt);
        if (verdict is ReceiptVerdict.Accepted or ReceiptVerdict.Inconclusive) return receipt!.Statement;
        throw new CliException(ExitCode.VerificationFailed, verdict.ToString(), $"the job's receipt {path} does not verify", "`noderuntime receipt verify` shows what it says");
    }

    public static Task<JobStatement?> StatementBesideAsync(Session session, string custody, ChainId? trusted, CancellationToken cancellation) =>
        StatementAsync(session, CustodyCheck.BesideCustody(custody), trusted, cancellation);

    public static CliException NoCustody(string path) => new(
        ExitCode.VerificationFailed, "CustodyMalformed", $"{path} is no custody", "`noderuntime job submit` leaves custody.cbor beside a job's receipt");

    /// <summary>
    /// Writes what the provider entered of a job beside the job's receipt, as far as the calendar has it in time. Empty where no contact of the context is the
    /// provider, or it enters nothing: the receipt stands without it.
    /// </summary>
    public static async Task<string> SaveCustodyAsync(
        ClusterClient client, ISignatureVerifier signatures, OrderId order, string receiptPath, Action<string> note, CancellationToken cancellation)
    {
        try
        {
            if (await client.TraceAsync(order, new CustodyLimits { Depth = 0, Patience = Patience }, cancellation) is not { } gathered)
            {
                note("custody: no contact is the provider, so that there is no record of what it did with the data");
                return string.Empty;
            }

            ChainProof proof = await client.GetChainProofAsync(signatures, cancellation);
            string path = CustodyCheck.BesideReceipt(receiptPath);
            CustodyFile.Write(path, new CustodyBundle(proof.Encode(), gathered.Steps));
            note($"custody: {gathered.Steps.Length} events in {path}" + (gathered.Unproven > 0 ? $", {gathered.Unproven} of them not in the calendar yet" : string.Empty));
            return path;
        }
        catch (ClientException exception)
        {
            note("custody: " + exception.Message);
            return string.Empty;
        }
    }
}
