using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Reads;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary>
/// <c>noderuntime receipt extend</c>: a receipt of an event one state further, where the calendar and the witnesses are that far. What comes from a peer is
/// verified before the file is touched; a receipt never becomes less than it was.
/// </summary>
internal static class ExtendVerb
{
    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "The receipt of an event" };
        Option<string?> output = new("--out") { Description = "Where to; default: in its place", HelpName = "FILE" };
        Option<string?> contact = new("--contact") { Description = "A peer that has more: the one that took the event, or a validator that has witnesses; default: the context's contacts", HelpName = "URL" };
        Option<bool> published = new("--published") { Description = "To PUBLISHED, under the calendar's root of a day that stands on the ledger; the proof of it is written beside the receipt" };
        WitnessOptions witnesses = new();
        Command command = new("extend", "Take a receipt of an event further: from PROMISED to ROUND, to WITNESSED where --witness names whom to believe, to PUBLISHED with --published")
        {
            file, output, contact, published, witnesses.Keys, witnesses.Quorum,
        };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(file));
            ReceiptCode code = EventReceipt.TryDecode(await ReceiptFiles.ReadAsync(path, cancellation), out EventReceipt? receipt);
            if (receipt is null) throw new CliException(ExitCode.VerificationFailed, code.ToString(), $"{path} is no receipt of an event", "a job's custody is taken anew: `noderuntime job follow ID`");
            (System.Collections.Immutable.ImmutableArray<Witness> believed, int quorum) = witnesses.Read(parsed);
            ClusterClient client = session.OpenClient(parsed.GetValue(contact));
            ChainId chain = session.LoadContext().ToContext(session.ContextPath).Chain;
            ReceiptTrust trust = (await client.GetChainProofAsync(session.Signatures, cancellation)).ToTrust(chain, session.Signatures)! with { Witnesses = believed, WitnessQuorum = quorum };
            EventReceipt extended = receipt;
            if (extended.State == ReceiptState.Promised) extended = await ToRoundAsync(client, extended, cancellation);
            if (extended.State == ReceiptState.Round && !believed.IsEmpty) extended = await ToWitnessedAsync(client, extended, trust, cancellation);
            string target = Path.GetFullPath(parsed.GetValue(output) ?? path);
            bool isToBePublished = parsed.GetValue(published);
            PublicationProof? publication = null;
            bool hasProof = extended.State == ReceiptState.Published && File.Exists(PublicationFiles.Beside(path));
            if (isToBePublished && extended.State != ReceiptState.Promised && !hasProof)
            {
                CheckBefore(session, extended, trust);
                (extended, publication) = await ToPublishedAsync(client, session, extended, cancellation);
                trust = publication.ToTrust(chain, session.Signatures)!;
            }
            else if (extended.State == ReceiptState.Published)
            {
                trust = await EventReceiptCheck.WithPublicationAsync(session, trust, PublicationFiles.Beside(path), isNamed: false, cancellation);
            }

            byte[] bytes = extended.Encode();
            ReceiptResult result = new EventReceiptVerifier(session.Signatures, session.Ed25519).Verify(bytes, trust);
            if (result.Outcome == ReceiptOutcome.Fail)
            {
                throw new CliException(ExitCode.VerificationFailed, result.Code.ToString(), "what was given does not verify; the file is as it was", "ask another peer: --contact");
            }

            // The proof first: a published receipt without it would be INCONCLUSIVE.
            if (publication is not null) await PublicationFiles.WriteAsync(PublicationFiles.Beside(target), publication, cancellation);
            await File.WriteAllBytesAsync(target + ".part", bytes, cancellation);
            File.Move(target + ".part", target, overwrite: true);
            PromiseTerm? term = PromiseTerm.Of(receipt, extended);
            ReceiptExtendResult answer = new(
                target, WordOf(receipt.State), WordOf(extended.State), result.ToString(), publication is null ? null : PublicationFiles.Beside(target), publication?.Day.ToString(),
                term?.Due.Second, term?.Entered.Second, term?.SecondsLate);
            session.Display.Answer(answer, CliJson.Default.ReceiptExtendResult, static (console, said) =>
            {
                Display.Pairs(console, ("receipt", said.File), ("was", said.Was), ("is", said.Is), ("verified", said.Result));
                if (said.SecondsLate is > 0 and { } late) Display.Pairs(console, ("late", $"{late} s behind what was promised"));
                if (said.Publication is { } proof) Display.Pairs(console, ("root of", said.Day!), ("its proof", proof));
            });
            bool isFar = extended.State >= ReceiptState.Witnessed || (believed.IsEmpty && extended.State == ReceiptState.Round);
            return isFar && result.Outcome == ReceiptOutcome.Ok ? ExitCode.Ok : ExitCode.Inconclusive;
        });
    }

    // What is no receipt of this chain is not made one by a root above it; what only the lower state cannot say is said by the higher.
    private static void CheckBefore(Session session, EventReceipt receipt, ReceiptTrust trust)
    {
        ReceiptResult result = new EventReceiptVerifier(session.Signatures, session.Ed25519).Verify(receipt.Encode(), trust);
        if (result.Outcome != ReceiptOutcome.Fail) return;
        throw new CliException(ExitCode.VerificationFailed, result.Code.ToString(), "the receipt does not verify as it is; the file is as it was", "`noderuntime receipt verify` shows what it says");
    }

    private static async Task<(EventReceipt Receipt, PublicationProof Proof)> ToPublishedAsync(ClusterClient client, Session session, EventReceipt receipt, CancellationToken cancellation)
    {
        Segment calendar = receipt.Segments[^1];
        EpochPlan.TryDecode(receipt.Plans[0], out EpochPlan? plan);
        Instant last = Instant.FromMilliseconds((long)(plan!.GenesisRound.Second + calendar.Size - 1) * 1000);
        if (await client.FindPublicationAsync(calendar.Size, last, session.Signatures, cancellation) is not { } proof)
        {
            PublicationDay next = PublicationDay.Of(last).Next;
            throw new CliException(
                ExitCode.NotFound, "NotPublished", $"no root on the ledger holds the calendar of {calendar.Size} seconds that the receipt is in", $"the next comes soon after {next} 00:00 UTC: extend it then");
        }

        proof.Verify(proof.Chain.Genesis.ChainId, session.Signatures, out PublicationRecord? record);
        EventReceipt further = receipt;
        // The same calendar needs no longer way.
        if (record!.Size > calendar.Size)
        {
            (MerkleInclusionProof path, MerkleConsistencyProof growth) = await client.GetCalendarWayAsync(calendar.Index, calendar.Size, record.Size, cancellation);
            ExtensionVerdict verdict = ReceiptExtension.TryExtend(receipt, path, growth, record.Root, out EventReceipt? extended);
            further = extended ?? throw new CliException(
                ExitCode.VerificationFailed, verdict.ToString(), "the calendar that was published does not continue the one that the receipt is in; the file is as it was", "ask another peer: --contact; where all say so, the validators signed two calendars: keep the receipt");
        }

        return (further with { State = ReceiptState.Published, Plans = [receipt.Plans[0]], Checkpoint = null, Signature = default }, proof);
    }

    private static async Task<EventReceipt> ToRoundAsync(ClusterClient client, EventReceipt receipt, CancellationToken cancellation)
    {
        if (EventLeaf.TryDecode(receipt.Record, out EventLeaf? leaf) != RecordVerdict.Accepted) return receipt;
        EventReceiptAnswer answer = await client.GetEventReceiptAsync(leaf!.Sequence, cancellation);
        byte[] bytes = new byte[answer.Receipt.Length];
        bool isReceipt = Convert.TryFromBase64String(answer.Receipt, bytes, out int count) & EventReceipt.TryDecode(bytes.AsMemory(0, count), out EventReceipt? further) == ReceiptCode.None;
        // Numbers count at each peer: another's event of this number is another event.
        if (isReceipt && further!.Issuer == receipt.Issuer && further.Record.Span.SequenceEqual(receipt.Record.Span)) return further;
        throw new CliException(ExitCode.VerificationFailed, "ReceiptForeign", "the contact gives the receipt of another event", "name the peer that took this one: --contact");
    }

    // The checkpoint stays what it is; lines are put under it, and nothing that was signed changes.
    private static async Task<EventReceipt> ToWitnessedAsync(ClusterClient client, EventReceipt receipt, ReceiptTrust trust, CancellationToken cancellation)
    {
        SignedNote note = SignedNote.TryParse(receipt.Checkpoint!) ?? throw new CliException(ExitCode.VerificationFailed, nameof(ReceiptCode.CheckpointMalformed), "the receipt's checkpoint is none", "`noderuntime receipt verify` shows what it says");
        int found = 0;
        foreach (string text in await client.GetCosignaturesAsync(receipt.Segments[^1].Size, cancellation))
        {
            if (NoteSignature.TryParse(text) is not { } line) continue;
            foreach (Witness witness in trust.Witnesses)
            {
                if (line.Name != witness.Name || line.KeyId != witness.KeyId || Has(note, line)) continue;
                note = note.With(line);
                found++;
            }
        }

        return found < trust.WitnessQuorum ? receipt : receipt with { State = ReceiptState.Witnessed, Checkpoint = note.ToString() };
    }

    private static bool Has(SignedNote note, NoteSignature line)
    {
        foreach (NoteSignature known in note.Signatures)
        {
            if (known.Name == line.Name && known.KeyId == line.KeyId) return true;
        }

        return false;
    }

    private static string WordOf(ReceiptState state) => state.ToString().ToUpperInvariant();
}
