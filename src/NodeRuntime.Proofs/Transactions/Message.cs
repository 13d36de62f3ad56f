using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Transactions;

/// <summary>
/// Everything that may be asked of the ledger, a closed family. A message is an array of its type and its fields;
/// the sender is the transaction's.
/// </summary>
public abstract record Message
{
    private Message()
    {
    }

    /// <summary>Accounts: moves tokens to another account.</summary>
    public sealed record Transfer(AccountId To, Amount Amount) : Message;

    /// <summary>Accounts: mints the faucet's amount for an account; development chains only.</summary>
    public sealed record Faucet(AccountId To) : Message;

    /// <summary>Staking: locks tokens as the sender's bond as a provider.</summary>
    public sealed record Bond(Amount Amount) : Message;

    /// <summary>Staking: asks for a part of the bond back; it is free after the unbonding time.</summary>
    public sealed record Unbond(Amount Amount) : Message;

    /// <summary>
    /// Staking: the sender wants to be a validator with this key, spoken for by the peer with this node key; said again it changes
    /// both. In force from the seal of the epoch in which its bond earns it a place.
    /// </summary>
    /// <param name="Possession">By <paramref name="Key"/> over <see cref="Transactions.Possession"/>.</param>
    /// <param name="NodeConsent">By <paramref name="NodeKey"/> over the same.</param>
    /// <param name="Anchor">Of the chain of reveals behind <paramref name="Key"/>: what its blocks will show is fixed by it.</param>
    public sealed record DeclareValidator(PublicKey Key, Signature Possession, PublicKey NodeKey, Signature NodeConsent, Hash256 Anchor) : Message;

    /// <summary>Staking: the sender no longer wants to be a validator; it votes until the seal.</summary>
    public sealed record LeaveValidators : Message;

    /// <summary>Market: asks for a job and locks its deposit, the price cap times the seconds, in escrow.</summary>
    public sealed record PlaceOrder(OrderTerms Terms) : Message;

    /// <summary>Market: takes an order back before it is leased; the deposit returns.</summary>
    public sealed record CancelOrder(OrderId Order) : Message;

    /// <summary>Market: a bonded provider offers to run an order at a price per second.</summary>
    public sealed record PlaceBid(OrderId Order, Amount PricePerSecond) : Message;

    /// <summary>
    /// Settlement: the provider says that program and inputs have arrived and the sandbox is ready; charging begins.
    /// <paramref name="HandOver"/> is the digest both sides signed, with the owner's signature as the proof.
    /// </summary>
    public sealed record ReportReady(LeaseId Lease, Hash256 HandOver, PublicKey OwnerKey, Signature OwnerSignature) : Message;

    /// <summary>Settlement: the provider commits to a result; charging ends. The statement is opened in the receipt.</summary>
    public sealed record ReportResult(LeaseId Lease, Hash256 ResultCommitment) : Message;

    /// <summary>Settlement: the owner has the outputs and found them as committed; payout follows at once.</summary>
    public sealed record AcknowledgeResult(LeaseId Lease) : Message;

    /// <summary>Settlement: the owner ends a running lease and pays what has accrued.</summary>
    public sealed record CloseLease(LeaseId Lease) : Message;

    /// <summary>
    /// Capacity: the sender's peer sells so many units, and bonds for them; said again it changes what it named, from the next period on. No units end a
    /// kind.
    /// </summary>
    /// <param name="NodeKey">Whose single key names the sending account, and the peer.</param>
    /// <param name="Units">In strictly increasing order of kinds.</param>
    /// <param name="Attributes">In strictly increasing ordinal order.</param>
    public sealed record CommitCapacity(
        PublicKey NodeKey, ImmutableArray<CapacityUnits> Units, string Region, ImmutableArray<string> Attributes) : Message;

    /// <summary>Capacity: the sender sells none any more; what stands behind it is free when the last period was judged.</summary>
    public sealed record WithdrawCapacity : Message;

    /// <summary>Capacity: the answer to a period's challenge, or the opening that its closing draws.</summary>
    /// <param name="Proof">As the kind encodes it.</param>
    public sealed record AnswerCapacity(CapacityKind Kind, uint Period, bool IsOpening, ImmutableArray<byte> Proof) : Message;

    /// <summary>Capacity: a drawn verifier's word about another's answer.</summary>
    /// <param name="Subject">Digest of the claim that was looked at.</param>
    public sealed record ReportCapacity(CapacityKind Kind, uint Period, AccountId Provider, Hash256 Subject, DutyFinding Finding) : Message;

    /// <summary>Capacity: anybody shows that an answer is false.</summary>
    /// <param name="Fault">As the kind encodes it.</param>
    /// <param name="Stake">Lost where nothing is shown: the chain's deposit at least. A block decides those first that stake the most, so whoever is right is heard.</param>
    public sealed record AccuseCapacity(CapacityKind Kind, uint Period, AccountId Provider, ImmutableArray<byte> Fault, Amount Stake) : Message;

    /// <summary>Capacity: periods that begin in this time the sender will not answer; said before their beacons are known.</summary>
    public sealed record DeclareMaintenance(Instant From, Instant Until) : Message;

    /// <summary>Fraud: anybody shows by what a peer signed itself that it lied about the calendar of events.</summary>
    /// <param name="Proof">As the calendar's format encodes it; complete in itself.</param>
    /// <param name="Harmed">Key of the peer that the proof names as the one that was left out; null where it names nobody, or nobody knows the key.</param>
    public sealed record ReportFraud(ImmutableArray<byte> Proof, PublicKey? Harmed) : Message;

    /// <summary>Publications: anybody puts the calendar's root of a day on the ledger, under the lines of who validates.</summary>
    /// <param name="Size">Seconds in the calendar.</param>
    /// <param name="Last">The leaf of its last second, as the calendar's format encodes it.</param>
    /// <param name="Path">Of that leaf under the root, from below.</param>
    /// <param name="Lines">In strictly increasing order of keys.</param>
    public sealed record PublishCalendar(
        ulong Size, Hash256 Root, ImmutableArray<byte> Last, ImmutableArray<Hash256> Path, ImmutableArray<CheckpointLine> Lines) : Message;

    public void Write(WireWriter writer)
    {
        switch (this)
        {
            case Transfer m:
                writer.Array(3).UInt64((ulong)WireType.Transfer).Hash(m.To.Hash).Amount(m.Amount).End();
                break;
            case Faucet m:
                writer.Array(2).UInt64((ulong)WireType.Faucet).Hash(m.To.Hash).End();
                break;
            case Bond m:
                writer.Array(2).UInt64((ulong)WireType.Bond).Amount(m.Amount).End();
                break;
            case Unbond m:
                writer.Array(2).UInt64((ulong)WireType.Unbond).Amount(m.Amount).End();
                break;
            case DeclareValidator m:
                writer.Array(6).UInt64((ulong)WireType.DeclareValidator).Bytes(m.Key.AsSpan()).Bytes(m.Possession.AsSpan())
                    .Bytes(m.NodeKey.AsSpan()).Bytes(m.NodeConsent.AsSpan()).Hash(m.Anchor).End();
                break;
            case LeaveValidators:
                writer.Array(1).UInt64((ulong)WireType.LeaveValidators).End();
                break;
            case PlaceOrder m:
                writer.Array(2).UInt64((ulong)WireType.PlaceOrder);
                m.Terms.Write(writer);
                writer.End();
                break;
            case CancelOrder m:
                writer.Array(2).UInt64((ulong)WireType.CancelOrder).Hash(m.Order.Hash).End();
                break;
            case PlaceBid m:
                writer.Array(3).UInt64((ulong)WireType.PlaceBid).Hash(m.Order.Hash).Amount(m.PricePerSecond).End();
                break;
            case ReportReady m:
                writer.Array(5).UInt64((ulong)WireType.ReportReady).Hash(m.Lease.Hash).Hash(m.HandOver)
                    .Bytes(m.OwnerKey.AsSpan()).Bytes(m.OwnerSignature.AsSpan()).End();
                break;
            case ReportResult m:
                writer.Array(3).UInt64((ulong)WireType.ReportResult).Hash(m.Lease.Hash).Hash(m.ResultCommitment).End();
                break;
            case AcknowledgeResult m:
                writer.Array(2).UInt64((ulong)WireType.AcknowledgeResult).Hash(m.Lease.Hash).End();
                break;
            case CloseLease m:
                writer.Array(2).UInt64((ulong)WireType.CloseLease).Hash(m.Lease.Hash).End();
                break;
            case CommitCapacity m:
                WriteCommit(writer, m);
                break;
            case WithdrawCapacity:
                writer.Array(1).UInt64((ulong)WireType.WithdrawCapacity).End();
                break;
            case AnswerCapacity m:
                writer.Array(5).UInt64((ulong)WireType.AnswerCapacity).UInt64((byte)m.Kind).UInt64(m.Period).Bool(m.IsOpening)
                    .Bytes(m.Proof.AsSpan()).End();
                break;
            case ReportCapacity m:
                writer.Array(6).UInt64((ulong)WireType.ReportCapacity).UInt64((byte)m.Kind).UInt64(m.Period).Hash(m.Provider.Hash)
                    .Hash(m.Subject).UInt64((byte)m.Finding).End();
                break;
            case AccuseCapacity m:
                writer.Array(6).UInt64((ulong)WireType.AccuseCapacity).UInt64((byte)m.Kind).UInt64(m.Period).Hash(m.Provider.Hash)
                    .Bytes(m.Fault.AsSpan()).Amount(m.Stake).End();
                break;
            case DeclareMaintenance m:
                writer.Array(3).UInt64((ulong)WireType.DeclareMaintenance).Instant(m.From).Instant(m.Until).End();
                break;
            case ReportFraud m:
                writer.Array(3).UInt64((ulong)WireType.ReportFraud).Bytes(m.Proof.AsSpan());
                if (m.Harmed is { } harmed) writer.Bytes(harmed.AsSpan());
                else writer.Null();
                writer.End();
                break;
            case PublishCalendar m:
                WritePublication(writer, m);
                break;
            default:
                Invariant.Break("a message without an encoding");
                break;
        }
    }

    public static Message Read(WireReader reader)
    {
        int count = reader.Array(6);
        WireType type = (WireType)reader.UInt32();
        Message? message = (type, count) switch
        {
            (WireType.Transfer, 3) => new Transfer(new AccountId(reader.Hash()), reader.Amount()),
            (WireType.Faucet, 2) => new Faucet(new AccountId(reader.Hash())),
            (WireType.Bond, 2) => new Bond(reader.Amount()),
            (WireType.Unbond, 2) => new Unbond(reader.Amount()),
            (WireType.DeclareValidator, 6) => new DeclareValidator(
                PublicKey.Read(reader), Signature.Read(reader), PublicKey.Read(reader), Signature.Read(reader), reader.Hash()),
            (WireType.LeaveValidators, 1) => new LeaveValidators(),
            (WireType.PlaceOrder, 2) => new PlaceOrder(OrderTerms.Read(reader)),
            (WireType.CancelOrder, 2) => new CancelOrder(new OrderId(reader.Hash())),
            (WireType.PlaceBid, 3) => new PlaceBid(new OrderId(reader.Hash()), reader.Amount()),
            (WireType.ReportReady, 5) => new ReportReady(
                new LeaseId(reader.Hash()), reader.Hash(), PublicKey.Read(reader), Signature.Read(reader)),
            (WireType.ReportResult, 3) => new ReportResult(new LeaseId(reader.Hash()), reader.Hash()),
            (WireType.AcknowledgeResult, 2) => new AcknowledgeResult(new LeaseId(reader.Hash())),
            (WireType.CloseLease, 2) => new CloseLease(new LeaseId(reader.Hash())),
            (WireType.CommitCapacity, 5) => new CommitCapacity(
                PublicKey.Read(reader),
                reader.List(Limits.CapacityKindsMax, CapacityUnits.Read),
                reader.Text(Limits.RegionCharactersMax),
                reader.List(Limits.CapacityAttributesMax, static it => it.Text(Limits.CapacityAttributeCharactersMax))),
            (WireType.WithdrawCapacity, 1) => new WithdrawCapacity(),
            (WireType.AnswerCapacity, 5) => new AnswerCapacity(
                ReadKind(reader), reader.UInt32(), reader.Bool(), [.. reader.Bytes(Limits.CapacityProofBytesMax)]),
            (WireType.ReportCapacity, 6) => new ReportCapacity(
                ReadKind(reader), reader.UInt32(), new AccountId(reader.Hash()), reader.Hash(), ReadFinding(reader)),
            (WireType.AccuseCapacity, 6) => new AccuseCapacity(
                ReadKind(reader), reader.UInt32(), new AccountId(reader.Hash()), [.. reader.Bytes(Limits.CapacityProofBytesMax)], reader.Amount()),
            (WireType.DeclareMaintenance, 3) => new DeclareMaintenance(reader.Instant(), reader.Instant()),
            (WireType.ReportFraud, 3) => new ReportFraud(
                [.. reader.Bytes(Limits.FraudReportBytesMax)], reader.TryNull() ? null : PublicKey.Read(reader)),
            (WireType.PublishCalendar, 6) => new PublishCalendar(
                reader.UInt64(),
                reader.Hash(),
                [.. reader.Bytes(Limits.ProvenanceRecordBytesMax)],
                reader.List(Limits.MerklePathHashesMax, static it => it.Hash()),
                reader.List(Limits.ValidatorsMax, CheckpointLine.Read)),
            _ => null,
        };
        reader.End();
        if (message is not null) return message;
        reader.Fail();
        return new Faucet(default);
    }

    internal static CapacityKind ReadKind(WireReader reader)
    {
        CapacityKind kind = (CapacityKind)reader.Byte();
        if (kind is CapacityKind.Cpu or CapacityKind.Space) return kind;
        reader.Fail();
        return CapacityKind.Cpu;
    }

    // Nothing is missing where there is something to speak of.
    private static DutyFinding ReadFinding(WireReader reader)
    {
        DutyFinding finding = (DutyFinding)reader.Byte();
        if (finding is DutyFinding.Passed or DutyFinding.Failed) return finding;
        reader.Fail();
        return DutyFinding.Failed;
    }

    private static void WritePublication(WireWriter writer, PublishCalendar publication)
    {
        writer.Array(6).UInt64((ulong)WireType.PublishCalendar).UInt64(publication.Size).Hash(publication.Root).Bytes(publication.Last.AsSpan());
        writer.Array(publication.Path.Length);
        foreach (Hash256 hash in publication.Path) writer.Hash(hash);
        writer.End().Array(publication.Lines.Length);
        foreach (CheckpointLine line in publication.Lines) line.Write(writer);
        writer.End().End();
    }

    private static void WriteCommit(WireWriter writer, CommitCapacity commit)
    {
        writer.Array(5).UInt64((ulong)WireType.CommitCapacity).Bytes(commit.NodeKey.AsSpan()).Array(commit.Units.Length);
        foreach (CapacityUnits units in commit.Units) units.Write(writer);
        writer.End().Text(commit.Region).Array(commit.Attributes.Length);
        foreach (string attribute in commit.Attributes) writer.Text(attribute);
        writer.End().End();
    }
}

/// <summary>A validator's signature under a checkpoint of the calendar of events.</summary>
public readonly record struct CheckpointLine(PublicKey Key, Signature Signature)
{
    public void Write(WireWriter writer) => writer.Array(2).Bytes(Key.AsSpan()).Bytes(Signature.AsSpan()).End();

    public static CheckpointLine Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        CheckpointLine line = new(PublicKey.Read(reader), Signature.Read(reader));
        reader.End();
        return line;
    }
}

/// <summary>So many units of a kind.</summary>
public readonly record struct CapacityUnits(CapacityKind Kind, uint Units)
{
    public void Write(WireWriter writer) => writer.Array(2).UInt64((byte)Kind).UInt64(Units).End();

    public static CapacityUnits Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        CapacityUnits units = new(Message.ReadKind(reader), reader.UInt32());
        reader.End();
        return units;
    }
}
