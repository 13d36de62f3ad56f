using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Workload;

/// <summary>
/// A provider at work. Orders come from the ledger and are answered by a bid or a reasoned decline; a lease that was won
/// goes through these stages, driven by its owner, its sandbox and the ledger:
/// <code>
/// Receiving -> Taken -> Starting -> Running -> Finished -> Settled
///      \________\__________\___________\__________\______-> Failed   (deadline missed, owner closed, host fault)
/// </code>
/// Invariants: nothing runs before both sides signed the hand-over; nothing is reported that is not in the log; a result,
/// once reported, never changes. The program is deterministic, so after a crash it is simply run again.
/// </summary>
public sealed class WorkloadMachine
{
    private readonly ChainId _chain;
    private readonly ISigner _signer;
    private readonly AccountId _account;
    private readonly ISignatureVerifier _signatures;
    private readonly ProviderConfig _config;
    private readonly SortedDictionary<LeaseId, LeaseWork> _leases = [];
    private readonly SortedDictionary<LeaseId, LeaseWorkRecord> _recovered = [];
    private readonly SortedSet<OrderId> _bids = [];
    private readonly List<WorkloadEffect> _effects = [];
    private bool _sandboxIsReady;
    private bool _bondSuffices;
    private bool _capacityIsProven;

    public WorkloadMachine(ChainId chain, ISigner signer, ISignatureVerifier signatures, ProviderConfig config)
    {
        _chain = chain;
        _signer = signer;
        _account = KeyPolicy.Single(signer.PublicKey).ToAccountId();
        _signatures = signatures;
        _config = config;
    }

    /// <summary>Leases under way and bids that wait. What is over is kept for its receipt and takes no place.</summary>
    public int LeasesHeld
    {
        get
        {
            int held = _bids.Count;
            foreach (LeaseWork work in _leases.Values) held += IsUnderWay(work.Lease.State) ? 1 : 0;
            return held;
        }
    }

    public int LeasesRunning
    {
        get
        {
            int running = 0;
            foreach (LeaseWork work in _leases.Values) running += work.SandboxRuns ? 1 : 0;
            return running;
        }
    }

    /// <summary>The effects in their order; the array is the caller's.</summary>
    public ImmutableArray<WorkloadEffect> Step(WorkloadInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        switch (input)
        {
            case WorkloadInput.Recovered m:
                _recovered[m.Record.Lease] = m.Record;
                break;
            case WorkloadInput.StandingChanged m:
                (_sandboxIsReady, _bondSuffices, _capacityIsProven) = (m.SandboxIsReady, m.BondSuffices, m.CapacityIsProven);
                break;
            case WorkloadInput.OrderOpened m:
                Consider(m.Id, m.Order);
                break;
            case WorkloadInput.AuctionEnded m:
                _bids.Remove(m.Order);
                break;
            case WorkloadInput.LeaseChanged m:
                Follow(m.Id, m.Lease, m.Order);
                break;
            case WorkloadInput.LeaseForgotten m:
                Forget(m.Id);
                break;
            case WorkloadInput.ClientSaid m:
                Hear(m.Client, m.Key, m.Message);
                break;
            case WorkloadInput.ClientLeft m:
                foreach (LeaseWork work in _leases.Values) work.Followers.Remove(m.Client);
                break;
            case WorkloadInput.Appended m:
                Appended(m);
                break;
            case WorkloadInput.Sealed m:
                Sealed(m);
                break;
            case WorkloadInput.SandboxReady m:
                SandboxReady(m.Lease);
                break;
            case WorkloadInput.SandboxLogged m:
                SandboxLogged(m);
                break;
            case WorkloadInput.SandboxFinished m:
                SandboxFinished(m);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        ImmutableArray<WorkloadEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    // ---- the market ----

    private void Consider(OrderId id, OrderRecord order)
    {
        if (_bids.Contains(id)) return;
        BidVerdict verdict = BidRules.Check(order, _config, new ProviderStanding(_sandboxIsReady, _bondSuffices, _capacityIsProven, LeasesHeld));
        if (verdict != BidVerdict.Accepted)
        {
            _effects.Add(new WorkloadEffect.Refuse(id, verdict));
            return;
        }

        _bids.Add(id);
        _effects.Add(new WorkloadEffect.Submit(new Message.PlaceBid(id, _config.PricePerSecond)));
    }

    // ---- the ledger's word on a lease ----

    private void Follow(LeaseId id, LeaseRecord lease, OrderRecord order)
    {
        Invariant.Holds(lease.Provider == _account);
        _bids.Remove(lease.Order);
        if (!_leases.TryGetValue(id, out LeaseWork? work))
        {
            if (!IsUnderWay(lease.State) && !_recovered.ContainsKey(id)) return;
            work = new LeaseWork(id, lease, order);
            _leases.Add(id, work);
            Resume(work);
        }

        work.Lease = lease;
        work.Order = order;
        switch (lease.State)
        {
            case LeaseState.Opened or LeaseState.Ready or LeaseState.ResultReported:
                break;
            case LeaseState.Settled or LeaseState.Closed:
                End(work, JobStage.Settled);
                break;
            case LeaseState.NotReady or LeaseState.ResultMissed:
                End(work, JobStage.Failed);
                _leases.Remove(id);
                _effects.Add(new WorkloadEffect.Remove(id));
                break;
        }
    }

    // After a crash: what the log holds is what was promised. A run that had begun is begun again.
    private void Resume(LeaseWork work)
    {
        if (!_recovered.Remove(work.Id, out LeaseWorkRecord? record)) return;
        work.Open(record.Spec);
        work.OwnerKey = record.OwnerKey;
        work.OwnerSignature = record.OwnerSignature;
        work.ProviderSignature = record.ProviderSignature;
        work.Result = record.Result;
        foreach (LeaseWork.Piece piece in work.Pieces)
        {
            piece.Length = piece.Content.Length;
            piece.IsSealed = true;
        }

        work.Stage = JobStage.Taken;
        if (work.Result is not null)
        {
            work.Stage = JobStage.Finished;
            // The ledger takes a result only after Ready, and a report that was under way may be lost.
            if (work.Lease.State == LeaseState.Opened) ReportReady(work);
            if (work.Lease.State is LeaseState.Opened or LeaseState.Ready) ReportResult(work);
        }
        else if (work.OwnerSignature is not null && IsUnderWay(work.Lease.State))
        {
            Start(work);
        }
    }

    // The ledger keeps a lease for a while after its end; then nobody can ask for anything of it any more.
    private void Forget(LeaseId id)
    {
        bool wasRecovered = _recovered.Remove(id);
        if (_leases.TryGetValue(id, out LeaseWork? work))
        {
            End(work, JobStage.Failed);
            _leases.Remove(id);
        }

        if (work is not null || wasRecovered) _effects.Add(new WorkloadEffect.Remove(id));
    }

    private void End(LeaseWork work, JobStage stage)
    {
        if (work.Stage is JobStage.Settled or JobStage.Failed) return;
        if (work.SandboxRuns) _effects.Add(new WorkloadEffect.StopSandbox(work.Id));
        work.Stage = stage;
        Tell(work, new JobMessage.Stage(work.Id, stage));
    }

    private static bool IsUnderWay(LeaseState state) => state switch
    {
        LeaseState.Opened => true,
        LeaseState.Ready => true,
        LeaseState.ResultReported => true,
        LeaseState.Settled => false,
        LeaseState.NotReady => false,
        LeaseState.ResultMissed => false,
        LeaseState.Closed => false,
    };

    // ---- the owner ----

    private void Hear(PeerId client, PublicKey key, JobMessage message)
    {
        if (!_leases.TryGetValue(message.Lease, out LeaseWork? work))
        {
            Refuse(client, message.Lease, JobRefusal.LeaseUnknown, "this provider holds no such lease");
            return;
        }

        if (KeyPolicy.Single(key).ToAccountId() != work.Lease.Owner)
        {
            Refuse(client, work.Id, JobRefusal.NotTheOwner, "the connection's key is not the owner's");
            return;
        }

        switch (message)
        {
            case JobMessage.Offer m:
                Offered(work, client, key, m.Spec);
                break;
            case JobMessage.Chunk m:
                Chunk(work, client, m);
                break;
            case JobMessage.HandOverSigned m:
                HandOver(work, client, m.OwnerSignature);
                break;
            case JobMessage.Follow m:
                FollowRun(work, client, m);
                break;
            case JobMessage.Fetch m:
                Fetch(work, client, m);
                break;
            case JobMessage.WantReceipt:
                WantReceipt(work, client);
                break;
            default:
                Refuse(client, work.Id, JobRefusal.MessageMalformed, "a provider's message came from an owner");
                break;
        }
    }

    private void Offered(LeaseWork work, PeerId client, PublicKey key, JobSpec spec)
    {
        if (spec.Commitment != work.Order.Terms.SpecCommitment)
        {
            Refuse(client, work.Id, JobRefusal.SpecCommitmentWrong, "the specification is not the one the order commits to");
            return;
        }

        if (SpecRules.Check(spec, work.Order.Terms) != SpecVerdict.Accepted)
        {
            Refuse(client, work.Id, JobRefusal.SpecExceedsTerms, "the specification asks for more than the order's terms");
            return;
        }

        if (work.Spec is null && IsOver(work))
        {
            Refuse(client, work.Id, JobRefusal.LeaseOver, "the lease is over");
            return;
        }

        if (work.Spec is null)
        {
            work.Open(spec);
            work.OwnerKey = key;
            SealEmptyPieces(work);
        }

        work.Followers.Add(client);
        _effects.Add(new WorkloadEffect.Say(client, new JobMessage.Wanted(work.Id, work.Progress())));
        if (work.Stage == JobStage.Taken) SayTaken(work, client);
    }

    private void SealEmptyPieces(LeaseWork work)
    {
        foreach (LeaseWork.Piece piece in work.Pieces)
        {
            if (piece.Content.Length != 0) continue;
            _effects.Add(new WorkloadEffect.Append(work.Id, piece.Name, 0, ReadOnlyMemory<byte>.Empty));
        }
    }

    private void Chunk(LeaseWork work, PeerId client, JobMessage.Chunk chunk)
    {
        if (IsOver(work))
        {
            Refuse(client, work.Id, JobRefusal.LeaseOver, "the lease is over");
            return;
        }

        if (work.Find(chunk.Piece) is not { } piece)
        {
            Refuse(client, work.Id, JobRefusal.PieceUnknown, "the specification names no such piece");
            return;
        }

        ulong length = (ulong)chunk.Bytes.Length;
        bool fits = length > 0 && chunk.Offset == piece.Length && length <= piece.Content.Length - piece.Length;
        if (!fits || piece.IsSealed)
        {
            Refuse(client, work.Id, JobRefusal.OffsetWrong, "the piece is held up to another offset");
            return;
        }

        piece.Length += length;
        _effects.Add(new WorkloadEffect.Append(work.Id, chunk.Piece, chunk.Offset, chunk.Bytes));
    }

    private void Appended(WorkloadInput.Appended answer)
    {
        if (!_leases.TryGetValue(answer.Lease, out LeaseWork? work) || work.Find(answer.Piece) is not { } piece) return;
        if (answer.Verdict != StoreVerdict.Accepted)
        {
            // What the keeper really holds is where the owner has to go on.
            piece.Length = answer.Length;
            Tell(work, new JobMessage.Refused(work.Id, ToRefusal(answer.Verdict), "the file could not be written"));
            return;
        }

        Tell(work, new JobMessage.Received(work.Id, new JobPieceProgress(answer.Piece, answer.Length)));
        if (answer.Length == piece.Content.Length) _effects.Add(new WorkloadEffect.Seal(work.Id, piece.Name, piece.Content));
    }

    private void Sealed(WorkloadInput.Sealed answer)
    {
        if (!_leases.TryGetValue(answer.Lease, out LeaseWork? work) || work.Find(answer.Piece) is not { } piece) return;
        if (answer.Verdict != StoreVerdict.Accepted)
        {
            piece.Length = 0;
            Tell(work, new JobMessage.Refused(work.Id, ToRefusal(answer.Verdict), "the file is not what the specification names"));
            return;
        }

        piece.IsSealed = true;
        if (!work.AllSealed || work.Stage != JobStage.Receiving) return;
        work.Stage = JobStage.Taken;
        work.ProviderSignature = _signer.Sign(HandOverOf(work).Digest(_chain));
        _effects.Add(new WorkloadEffect.Persist(work.ToRecord()));
        foreach (PeerId follower in work.Followers) SayTaken(work, follower);
    }

    private void SayTaken(LeaseWork work, PeerId client) =>
        _effects.Add(new WorkloadEffect.Say(client, new JobMessage.Taken(work.Id, _signer.PublicKey, work.ProviderSignature)));

    private void HandOver(LeaseWork work, PeerId client, Signature signature)
    {
        if (work.Stage == JobStage.Receiving)
        {
            Refuse(client, work.Id, JobRefusal.NotYet, "not everything has arrived");
            return;
        }

        if (work.OwnerSignature is not null) return;
        // Who closes the lease and signs then would have a run for nothing.
        if (IsOver(work))
        {
            Refuse(client, work.Id, JobRefusal.LeaseOver, "the lease is over");
            return;
        }

        SignatureVerdict verdict = _signatures.Verify(work.OwnerKey, HandOverOf(work).Digest(_chain), signature);
        if (verdict != SignatureVerdict.Accepted)
        {
            Refuse(client, work.Id, JobRefusal.HandOverSignatureWrong, "the signature is not the owner's over this hand-over");
            return;
        }

        work.OwnerSignature = signature;
        _effects.Add(new WorkloadEffect.Persist(work.ToRecord()));
        Start(work);
    }

    private void Start(LeaseWork work)
    {
        Invariant.Holds(work.Spec is not null);
        Invariant.Holds(work.OwnerSignature is not null);
        work.Stage = JobStage.Starting;
        work.SandboxRuns = true;
        Tell(work, new JobMessage.Stage(work.Id, JobStage.Starting));
        _effects.Add(new WorkloadEffect.StartSandbox(work.Id, work.Spec, work.Order.Terms.SecondsMax));
    }

    private void FollowRun(LeaseWork work, PeerId client, JobMessage.Follow follow)
    {
        if (work.Followers.Count < FollowersMax) work.Followers.Add(client);
        _effects.Add(new WorkloadEffect.Say(client, new JobMessage.Stage(work.Id, work.Stage)));
        if (follow.OutputOffset < work.OutputBytes)
        {
            _effects.Add(new WorkloadEffect.SendFile(client, work.Id, JobPiece.StandardOutput, follow.OutputOffset));
        }

        if (follow.ErrorOffset < work.ErrorBytes)
        {
            _effects.Add(new WorkloadEffect.SendFile(client, work.Id, JobPiece.StandardError, follow.ErrorOffset));
        }

        if (work.Result is { } result)
        {
            _effects.Add(new WorkloadEffect.Say(client, new JobMessage.Finished(work.Id, result, work.Detail)));
        }
    }

    private const int FollowersMax = 8;

    private void Fetch(LeaseWork work, PeerId client, JobMessage.Fetch fetch)
    {
        bool isReadable = fetch.Piece.Kind is JobPieceKind.Output or JobPieceKind.StandardOutput or JobPieceKind.StandardError;
        if (!isReadable || work.Result is null)
        {
            Refuse(client, work.Id, isReadable ? JobRefusal.NotYet : JobRefusal.PieceUnknown, "no such output now");
            return;
        }

        _effects.Add(new WorkloadEffect.SendFile(client, work.Id, fetch.Piece, fetch.Offset));
    }

    private void WantReceipt(LeaseWork work, PeerId client)
    {
        if (work.Lease.State != LeaseState.Settled)
        {
            Refuse(client, work.Id, JobRefusal.NotYet, "the ledger has not settled the lease");
            return;
        }

        // Where the log was lost, or another run's result was settled, nothing here proves what the ledger says.
        if (work.Result is null || work.OwnerSignature is null || work.Result.Commitment != work.Lease.ResultCommitment)
        {
            Refuse(client, work.Id, JobRefusal.LeaseOver, "the records of this lease are lost");
            return;
        }

        _effects.Add(new WorkloadEffect.SendReceipt(client, work.Id, work.ToRecord()));
    }

    // ---- the sandbox ----

    private void SandboxReady(LeaseId lease)
    {
        if (!_leases.TryGetValue(lease, out LeaseWork? work) || work.Stage != JobStage.Starting) return;
        work.Stage = JobStage.Running;
        Tell(work, new JobMessage.Stage(work.Id, JobStage.Running));
        if (work.Lease.State == LeaseState.Opened) ReportReady(work);
    }

    private void ReportReady(LeaseWork work)
    {
        Invariant.Holds(work.OwnerSignature is not null);
        _effects.Add(new WorkloadEffect.Submit(new Message.ReportReady(
            work.Id, HandOverOf(work).Digest(_chain), work.OwnerKey, work.OwnerSignature.Value)));
    }

    private void SandboxLogged(WorkloadInput.SandboxLogged log)
    {
        if (!_leases.TryGetValue(log.Lease, out LeaseWork? work)) return;
        ulong offset = log.IsError ? work.ErrorBytes : work.OutputBytes;
        if (log.IsError) work.ErrorBytes += (ulong)log.Bytes.Length;
        else work.OutputBytes += (ulong)log.Bytes.Length;
        Tell(work, new JobMessage.Log(work.Id, log.IsError, offset, log.Bytes));
        _effects.Add(new WorkloadEffect.Show(work.Lease.Order, log.IsError, offset, log.Bytes));
    }

    private void SandboxFinished(WorkloadInput.SandboxFinished finished)
    {
        if (!_leases.TryGetValue(finished.Lease, out LeaseWork? work) || !work.SandboxRuns) return;
        work.SandboxRuns = false;
        work.Detail = finished.Detail;
        if (work.Stage is JobStage.Settled or JobStage.Failed) return;
        if (finished.Result is null)
        {
            // The host is to blame: nothing is claimed, the deadline passes, the order finds another provider.
            work.Stage = JobStage.Failed;
            Tell(work, new JobMessage.Stage(work.Id, JobStage.Failed));
            return;
        }

        // A module that is refused never runs, so its sandbox never says Ready. The provider was: the ledger takes a result
        // of a ready lease alone, and without this word the order would go from provider to provider.
        if (work.Stage != JobStage.Running) ReportReady(work);
        work.Result = finished.Result;
        work.Stage = JobStage.Finished;
        _effects.Add(new WorkloadEffect.Persist(work.ToRecord()));
        Tell(work, new JobMessage.Finished(work.Id, finished.Result, finished.Detail));
        ReportResult(work);
    }

    private void ReportResult(LeaseWork work)
    {
        Invariant.Holds(work.Result is not null);
        _effects.Add(new WorkloadEffect.Submit(new Message.ReportResult(work.Id, work.Result.Commitment)));
    }

    // ---- small things ----

    private static bool IsOver(LeaseWork work) => work.Stage is JobStage.Settled or JobStage.Failed;

    private HandOver HandOverOf(LeaseWork work) =>
        new(work.Id, work.Order.Terms.SpecCommitment, work.Lease.Owner, _account);

    private void Tell(LeaseWork work, JobMessage message)
    {
        foreach (PeerId follower in work.Followers) _effects.Add(new WorkloadEffect.Say(follower, message));
    }

    private void Refuse(PeerId client, LeaseId lease, JobRefusal code, string detail) =>
        _effects.Add(new WorkloadEffect.Say(client, new JobMessage.Refused(lease, code, detail)));

    private static JobRefusal ToRefusal(StoreVerdict verdict) => verdict switch
    {
        StoreVerdict.Accepted => Invariant.Unreachable<JobRefusal>("an accepted write is no refusal"),
        StoreVerdict.OffsetWrong => JobRefusal.OffsetWrong,
        StoreVerdict.ContentWrong => JobRefusal.ContentWrong,
        StoreVerdict.DiskFull => JobRefusal.DiskFull,
        StoreVerdict.Failed => JobRefusal.DiskFull,
    };
}
