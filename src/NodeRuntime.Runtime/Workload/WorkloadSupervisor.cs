using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Gateway;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Runtime.Settlement;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime.Workload;

/// <summary>
/// Drives the provider's machine: tells it what the ledger, the owners and the sandbox say, and does what it asks. It
/// compares the ledger's records with what it told before, so that a lease converges from state and never hangs on an
/// event that was missed.
/// </summary>
public sealed class WorkloadSupervisor : Actor<WorkloadCommand>
{
    private const string Stream = "workload";
    private const string RetryTimer = "retry";

    private readonly NodeModel _model;
    private readonly NodePorts _ports;
    private readonly ProviderConfig _provider;
    private readonly AccountId _account;
    private readonly ActorRef<SettlementCommand> _settlement;
    private readonly ActorRef<GatewayCommand> _gateway;
    private readonly WorkloadMachine _machine;
    private readonly SortedDictionary<PeerId, PublicKey> _clients = [];
    private readonly SortedDictionary<LeaseId, ulong> _places = [];
    private readonly SortedDictionary<LeaseId, LeaseRecord> _leases = [];
    private readonly SortedDictionary<OrderId, Instant> _considered = [];
    private readonly Queue<WorkloadEffect> _effects = [];
    private readonly Queue<(PeerId Client, byte[] Frame)> _unsent = [];
    private readonly List<WorkloadEffect.SendReceipt> _receipts = [];
    private WorkloadInput.StandingChanged? _standing;
    private ulong _nextPlace;
    private bool _writes;
    private LedgerTip? _tip;
    private ActorRef<WorkloadCommand>? _self;

    public WorkloadSupervisor(
        NodeModel model, NodePorts ports, ProviderConfig provider, ActorRef<SettlementCommand> settlement, ActorRef<GatewayCommand> gateway)
    {
        _model = model;
        _ports = ports;
        _provider = provider;
        _settlement = settlement;
        _gateway = gateway;
        _account = KeyPolicy.Single(ports.Signer.PublicKey).ToAccountId();
        _machine = new WorkloadMachine(model.Chain, ports.Signer, ports.Signatures, provider);
    }

    protected override void PreStart()
    {
        _self = Context.Self;
        Recover();
        Context.Subscribe<LedgerTip>(static tip => new WorkloadCommand.Advanced(tip));
    }

    protected override void PostStop()
    {
        foreach (LeaseId lease in _leases.Keys) _ports.Sandbox.Stop(lease);
    }

    // The next instance knows of no client, and the network tells of each but once: they are sent away, and come back.
    protected override void PreRestart(Exception cause)
    {
        PostStop();
        foreach (PeerId client in _clients.Keys) _ports.Network.Disconnect(client, DisconnectReason.Closed);
    }

    protected override void Receive(WorkloadCommand message)
    {
        switch (message)
        {
            case WorkloadCommand.Advanced m:
                Advance(m.Tip);
                break;
            case WorkloadCommand.ClientConnected m:
                if (PublicKey.TryParse(m.Key.Span, out PublicKey key)) _clients[m.Client] = key;
                break;
            case WorkloadCommand.ClientLeft m:
                if (_clients.Remove(m.Client)) Step(new WorkloadInput.ClientLeft(m.Client));
                break;
            case WorkloadCommand.ClientFrame m:
                Hear(m.Client, m.Frame);
                break;
            case WorkloadCommand.Sandbox m:
                SandboxSaid(m.Happened);
                break;
            case WorkloadCommand.Written m:
                // Nothing that depends on the record may happen: start again from what is durable.
                if (m.Verdict != JournalVerdict.Written) Invariant.Break("the workload's log cannot be written: " + m.Verdict);
                _writes = false;
                Perform();
                break;
            case WorkloadCommand.Retry:
                SendUnsent();
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    private void Recover()
    {
        foreach (JournalRecord record in _ports.Journal.ReadFrom(Stream, 0, 64))
        {
            _nextPlace = record.Sequence + 1;
            // A lease that was removed left an empty record in its place.
            if (record.Payload.IsEmpty) continue;
            LeaseWorkRecord? work = LeaseWorkRecord.Decode(record.Payload);
            Invariant.Holds(work is not null);
            _places[work.Lease] = record.Sequence;
            Step(new WorkloadInput.Recovered(work));
        }
    }

    // ---- the ledger ----

    private void Advance(LedgerTip tip)
    {
        bool isFirst = _tip is null;
        _tip = tip;
        LedgerRecords records = tip.State.Records;
        KeepBond(records);
        KeepStanding(tip.State);
        if (isFirst)
        {
            foreach ((LeaseId id, LeaseRecord lease) in records.LeasesOfProvider(_account, int.MaxValue)) Compare(id, lease, records);
        }

        Review(records);
        FindNew(tip, records);
        Consider(records);
        foreach (WorkloadEffect.SendReceipt receipt in _receipts.ToArray()) TryReceipt(receipt);
    }

    private void KeepBond(LedgerRecords records)
    {
        Amount bonded = records.Bond(_account).Bonded;
        if (bonded >= _model.BondTarget) return;
        Amount missing = _model.BondTarget - bonded;
        // Pennies for lost views are not worth a transaction each.
        bool isLittle = bonded >= _model.Genesis.Parameters.BondMin && missing.Units * 100 < _model.BondTarget.Units;
        if (isLittle) return;
        Amount reserve = _model.Genesis.Parameters.TransactionFee * 100;
        if (records.Account(_account).Balance < missing + reserve) return;
        _settlement.Tell(new SettlementCommand.Submit(new Message.Bond(missing)));
    }

    // Whatever kept it from bidding may be over while an order still waits: then all that are open are looked at again.
    private void KeepStanding(LedgerState state)
    {
        bool needsProof = state.Parameters.Capacity is { BidsNeedProof: true };
        WorkloadInput.StandingChanged standing = new(
            _ports.Sandbox.Readiness.IsReady, state.Records.Bond(_account).Bonded >= state.Parameters.BondMin,
            !needsProof || CapacityRules.IsProven(state.Records, _account));
        bool isBetter = _standing is { } before
            && ((standing.SandboxIsReady && !before.SandboxIsReady) || (standing.BondSuffices && !before.BondSuffices)
                || (standing.CapacityIsProven && !before.CapacityIsProven));
        if (isBetter) _considered.Clear();
        _standing = standing;
        Step(standing);
    }

    private void Review(LedgerRecords records)
    {
        foreach (LeaseId id in new List<LeaseId>(_leases.Keys))
        {
            if (records.Lease(id) is { } lease) Compare(id, lease, records);
            else Forget(id);
        }
    }

    private void Forget(LeaseId id)
    {
        _leases.Remove(id);
        Step(new WorkloadInput.LeaseForgotten(id));
    }

    private void FindNew(LedgerTip tip, LedgerRecords records)
    {
        foreach (Ledger.Blocks.LedgerEvent happened in tip.Events)
        {
            if (happened is not Ledger.Blocks.LedgerEvent.LeaseOpened opened || opened.Provider != _account) continue;
            if (records.Lease(opened.Lease) is { } lease) Compare(opened.Lease, lease, records);
        }
    }

    private void Compare(LeaseId id, LeaseRecord lease, LedgerRecords records)
    {
        if (_leases.TryGetValue(id, out LeaseRecord? known) && known == lease) return;
        if (records.Order(lease.Order) is not { } order) return;
        _leases[id] = lease;
        Step(new WorkloadInput.LeaseChanged(id, lease, order));
    }

    private void Consider(LedgerRecords records)
    {
        SortedSet<OrderId> open = [];
        foreach ((OrderId id, OrderRecord order) in records.OpenOrders(Limits.OpenOrdersConsideredMax))
        {
            open.Add(id);
            // Another end of the auction is another auction: a bid or a decline of before says nothing about it.
            if (_considered.TryGetValue(id, out Instant ends) && ends == order.AuctionEndsAt) continue;
            _considered[id] = order.AuctionEndsAt;
            Step(new WorkloadInput.AuctionEnded(id));
            if (HasBid(records.Bids(id))) continue;
            if (IsExcluded(records.Bids(id))) continue;
            Step(new WorkloadInput.OrderOpened(id, order));
        }

        foreach (OrderId id in new List<OrderId>(_considered.Keys))
        {
            if (open.Contains(id)) continue;
            _considered.Remove(id);
            Step(new WorkloadInput.AuctionEnded(id));
        }
    }

    private bool HasBid(BidRecord bids)
    {
        foreach (Bid bid in bids.Bids)
        {
            if (bid.Provider == _account) return true;
        }

        return false;
    }

    private bool IsExcluded(BidRecord bids) => bids.Excluded.Contains(_account);

    // ---- owners ----

    private void Hear(PeerId client, ReadOnlyMemory<byte> frame)
    {
        if (!_clients.TryGetValue(client, out PublicKey key)) return;
        if (JobMessage.Decode(frame) is not { } message)
        {
            _ports.Network.Disconnect(client, DisconnectReason.FrameMalformed);
            return;
        }

        Step(new WorkloadInput.ClientSaid(client, key, message));
    }

    private void SandboxSaid(SandboxEvent happened)
    {
        switch (happened)
        {
            case SandboxEvent.Ready m:
                Step(new WorkloadInput.SandboxReady(m.Lease));
                break;
            case SandboxEvent.Log m:
                Step(new WorkloadInput.SandboxLogged(m.Lease, m.IsError, m.Bytes));
                break;
            case SandboxEvent.Finished m:
                JobResult? result = SandboxReports.ToResult(m.Report, NewSalt());
                if (result is not null) Act(EventKind.ProcessOutput, result.ResultHash, m.Lease);
                Step(new WorkloadInput.SandboxFinished(m.Lease, result, m.Report.Detail));
                break;
            default:
                Invariant.Break("a sandbox event without a rule");
                break;
        }
    }

    // A piece that was received, the module that ran, the result that was made and sent: one chain of custody for each lease.
    private void Act(EventKind kind, Hash256 content, LeaseId lease) => Context.Publish(new PeerAct(kind, content, lease.Hash));

    private Salt NewSalt()
    {
        Span<byte> bytes = stackalloc byte[Salt.ByteCount];
        _ports.Entropy.Fill(bytes);
        return new Salt(bytes);
    }

    // ---- effects ----

    private void Step(WorkloadInput input)
    {
        foreach (WorkloadEffect effect in _machine.Step(input)) _effects.Enqueue(effect);
        Perform();
    }

    // In order; what stands behind a record waits until it is durable.
    private void Perform()
    {
        while (!_writes && _effects.TryDequeue(out WorkloadEffect? effect)) Do(effect);
    }

    private void Do(WorkloadEffect effect)
    {
        switch (effect)
        {
            case WorkloadEffect.Persist m:
                Persist(m.Record);
                break;
            case WorkloadEffect.Submit m:
                _settlement.Tell(new SettlementCommand.Submit(m.Message));
                break;
            case WorkloadEffect.Refuse m:
                _gateway.Tell(new GatewayCommand.Declined(Decline.Sign(_ports.Signer, _model.Chain, m.Order, m.Reason)));
                break;
            case WorkloadEffect.Say m:
                Send(m.Client, m.Message);
                if (m.Message is JobMessage.Finished finished) Act(EventKind.Send, finished.Result.ResultHash, finished.Lease);
                break;
            case WorkloadEffect.Append m:
                Append(m);
                break;
            case WorkloadEffect.Seal m:
                BlobVerdict verdict = _ports.Blobs.Seal(m.Lease, AreaOf(m.Piece), m.Piece.Name, m.Content.Length, m.Content.Hash);
                if (verdict == BlobVerdict.Accepted) Act(EventKind.Receive, m.Content.Hash, m.Lease);
                Step(new WorkloadInput.Sealed(m.Lease, m.Piece, SandboxReports.ToStoreVerdict(verdict)));
                break;
            case WorkloadEffect.SendFile m:
                SendFile(m);
                break;
            case WorkloadEffect.StartSandbox m:
                ActorRef<WorkloadCommand> self = _self!;
                Act(EventKind.ProcessInput, m.Spec.Module.Hash, m.Lease);
                _ports.Sandbox.Start(
                    SandboxReports.ToTask(m.Lease, m.Spec, m.SecondsMax),
                    happened => self.Tell(new WorkloadCommand.Sandbox(happened)));
                break;
            case WorkloadEffect.StopSandbox m:
                _ports.Sandbox.Stop(m.Lease);
                break;
            case WorkloadEffect.Show m:
                _gateway.Tell(new GatewayCommand.Printed(new JobPrint(m.Order, m.IsError, m.Offset, m.Bytes)));
                break;
            case WorkloadEffect.SendReceipt m:
                TryReceipt(m);
                break;
            case WorkloadEffect.Remove m:
                Remove(m.Lease);
                break;
            default:
                Invariant.Break("an effect without a hand");
                break;
        }
    }

    private void Persist(LeaseWorkRecord record)
    {
        if (!_places.TryGetValue(record.Lease, out ulong place))
        {
            place = _nextPlace++;
            _places.Add(record.Lease, place);
        }

        Write(new JournalWrite.Put(Stream, place, record.Encode()));
    }

    private void Remove(LeaseId lease)
    {
        _ports.Blobs.Remove(lease);
        if (_places.Remove(lease, out ulong place)) Write(new JournalWrite.Put(Stream, place, ReadOnlyMemory<byte>.Empty));
    }

    private void Write(JournalWrite write)
    {
        ActorRef<WorkloadCommand> self = _self!;
        _writes = true;
        _ports.Journal.Write(new JournalBatch([write]), verdict => self.Tell(new WorkloadCommand.Written(verdict)));
    }

    private void Append(WorkloadEffect.Append append)
    {
        BlobVerdict verdict = _ports.Blobs.Append(append.Lease, AreaOf(append.Piece), append.Piece.Name, append.Offset, append.Bytes.Span);
        ulong length = verdict == BlobVerdict.Accepted ? append.Offset + (ulong)append.Bytes.Length : append.Offset;
        Step(new WorkloadInput.Appended(append.Lease, append.Piece, length, SandboxReports.ToStoreVerdict(verdict)));
    }

    private void SendFile(WorkloadEffect.SendFile file)
    {
        ReadOnlyMemory<byte> bytes = _ports.Blobs.Read(
            file.Lease, AreaOf(file.Piece), file.Piece.Name, file.Offset, Limits.JobChunkBytesMax);
        if (bytes.IsEmpty) Send(file.Client, new JobMessage.Refused(file.Lease, JobRefusal.PieceUnknown, "nothing is there"));
        else Send(file.Client, new JobMessage.Data(file.Lease, file.Piece, file.Offset, bytes));
    }

    private void TryReceipt(WorkloadEffect.SendReceipt wanted)
    {
        _receipts.Remove(wanted);
        if (_tip?.Proven.Records.Lease(wanted.Lease) is not { State: LeaseState.Settled })
        {
            // The next header proves it.
            if (_clients.ContainsKey(wanted.Client) && _receipts.Count < Limits.LeasesPerProviderMax) _receipts.Add(wanted);
            return;
        }

        if (ReceiptMaker.Make(_model, _ports, _tip, wanted.Record) is not { } receipt)
        {
            string why = $"the chain's seals since genesis have more than the {Limits.ReceiptSealsBytesMax} bytes that fit";
            Context.Publish(new NodeLog(LogLevel.Error, "workload", $"no receipt for lease {wanted.Lease}: {why}"));
            return;
        }

        Send(wanted.Client, new JobMessage.Receipt(wanted.Lease, receipt));
    }

    private void Send(PeerId client, JobMessage message)
    {
        if (!_clients.ContainsKey(client)) return;
        _unsent.Enqueue((client, message.Encode()));
        SendUnsent();
    }

    // What finds a full queue waits here, in order; an owner that does not read holds at most this much, then it is left.
    private void SendUnsent()
    {
        while (_unsent.TryPeek(out (PeerId Client, byte[] Frame) next))
        {
            SendVerdict verdict = _ports.Network.Send(next.Client, FrameClass.Bulk, next.Frame);
            if (verdict == SendVerdict.QueueFull && _unsent.Count < Limits.UnsentFramesMax)
            {
                Context.StartTimer(RetryTimer, new WorkloadCommand.Retry(), Duration.FromMilliseconds(20));
                return;
            }

            if (verdict == SendVerdict.QueueFull) _ports.Network.Disconnect(next.Client, DisconnectReason.Timeout);
            _unsent.Dequeue();
        }
    }

    private static BlobArea AreaOf(JobPiece piece) => piece.Kind switch
    {
        JobPieceKind.Module => BlobArea.Module,
        JobPieceKind.Input => BlobArea.Input,
        JobPieceKind.StandardInput => BlobArea.StandardInput,
        JobPieceKind.Output => BlobArea.Output,
        JobPieceKind.StandardOutput => BlobArea.StandardOutput,
        JobPieceKind.StandardError => BlobArea.StandardError,
    };
}
