using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>The machine of a chain's only validator with a journal behind it: its own parent, and the whole ledger, with keys that are real and a clock that the case moves.</summary>
internal sealed class LoneProvenance
{
    private static readonly TimeSpan DiskWithin = TimeSpan.FromMinutes(1);

    private readonly ProvenanceStore? _store;
    private readonly RecentEvents _recent = new();
    private readonly BlockingCollection<(JournalVerdict Verdict, Func<Instant, ProvenanceInput>? Then)> _written = [];
    private readonly CalendarEpochs _epochs;
    private readonly ProvenanceMachine _machine;
    private readonly CalendarLog _ledger;
    private readonly Queue<RoundLeaf> _entered = [];
    private int _underWay;
    private ulong _offers;

    /// <param name="journal">Null: what is to be written counts as written at once.</param>
    public LoneProvenance(SystemSignatures signatures, IJournal? journal, ProvenanceSettings settings)
    {
        ISigner signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("the only validator"u8).ToArray()));
        Genesis = GenesisOf(signatures);
        _store = journal is null ? null : new ProvenanceStore(journal);
        _epochs = new CalendarEpochs(CalendarEpoch.Of(Genesis, []));
        _machine = new ProvenanceMachine(Genesis.ChainId, signer, [signer], signatures, settings, _epochs, Hasher.Sha256("seed"u8));
        Now = Genesis.Time + Duration.FromMilliseconds(1400);
        _ledger = new CalendarLog(_epochs.Genesis.Plan);
        Step(Tip());
        Step(new ProvenanceInput.Started(Now));
    }

    public static Genesis GenesisOf(SystemSignatures signatures) => new()
    {
        Name = "alone",
        IsDevelopment = true,
        Nonce = Hash256.Zero,
        Time = Instant.FromMilliseconds(1_800_000_000_000),
        Parameters = ChainParameters.Development,
        Validators = [new GenesisValidator(signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("the only validator"u8).ToArray())).PublicKey, 1, null)],
        Allocations = [],
    };

    public Genesis Genesis { get; }

    public Instant Now { get; private set; }

    public ProvenanceStatus Status => _machine.Status;

    /// <summary>Bytes of records that were made, without any head of the log's.</summary>
    public long RecordBytes { get; private set; }

    /// <summary>Frames for other peers, as bytes, since this was last emptied.</summary>
    public List<(PeerId Peer, byte[] Frame)> Sent { get; } = [];

    public void Offer(ImmutableArray<EventDraft> drafts) =>
        Step(new ProvenanceInput.Offered(_offers++, drafts, Now));

    public void Connect(PeerId peer, PublicKey key) => Step(new ProvenanceInput.Connected(peer, key));

    public void Hear(PeerId peer, byte[] frame)
    {
        ProvenanceMessage? message = ProvenanceMessage.Decode(frame);
        Invariant.Holds(message is not null);
        Step(new ProvenanceInput.Heard(peer, message!, Now));
    }

    /// <summary>Moves the clock to the next moment that the machine has something to do at.</summary>
    public void Tick()
    {
        Now = _machine.NextTick(Now);
        Step(Tip());
        Step(new ProvenanceInput.Ticked(Now));
    }

    private ProvenanceInput.Advanced Tip(params ImmutableArray<RoundLeaf> news) => new(_epochs, _ledger.Size, _ledger.Root, news);

    // As a block would, with the write that it makes for the calendar.
    private void Enter(EnteredSecond second)
    {
        while (_ledger.NextRound <= second.Round)
        {
            RoundLeaf leaf = _ledger.Backfill();
            if (leaf.Round == second.Round) leaf = leaf with { CoreRoot = second.CoreRoot, Events = second.Events, Mark = RoundMark.Live };
            Put((store, written) => store.Put(_ledger.Size, [leaf], written), null);
            Invariant.Holds(_ledger.Append(leaf, out _) == CalendarVerdict.Accepted);
            _entered.Enqueue(leaf);
        }
    }

    private void Step(ProvenanceInput input)
    {
        foreach (ProvenanceEffect effect in _machine.Step(input)) Do(effect);
        while (_underWay > 0)
        {
            if (!_written.TryTake(out (JournalVerdict Verdict, Func<Instant, ProvenanceInput>? Then) done, DiskWithin)) throw new TimeoutException("the journal does not answer");
            _underWay--;
            Invariant.Holds(done.Verdict == JournalVerdict.Written);
            if (done.Then is not { } then) continue;
            foreach (ProvenanceEffect effect in _machine.Step(then(Now))) Do(effect);
        }

        if (_entered.Count == 0) return;
        ImmutableArray<RoundLeaf> entered = [.. _entered];
        _entered.Clear();
        Step(Tip(entered));
    }

    private void Do(ProvenanceEffect effect)
    {
        switch (effect)
        {
            case ProvenanceEffect.StoreBatch m:
                foreach (ReadOnlyMemory<byte> record in m.Batch.Records) RecordBytes += record.Length;
                Put((store, written) => store.Put(m.Batch, m.Marks, m.Labels, written), now =>
                {
                    _recent.Put(m.Batch);
                    return new ProvenanceInput.BatchStored(m.Batch.First, now);
                });
                break;
            case ProvenanceEffect.ShrinkBatch m:
                _recent.Shrink(m.Batch);
                Put((store, written) => store.Put(m.Batch, [], [], written), null);
                break;
            case ProvenanceEffect.StoreSecond m:
                Put((store, written) => store.Put(m.Second, written), now => new ProvenanceInput.SecondStored(m.Second.Round, now));
                break;
            case ProvenanceEffect.StoreSpine m:
                Put((store, written) => store.Put(m.Second, written), null);
                break;
            case ProvenanceEffect.OfferSeconds m:
                foreach (EnteredSecond second in m.Seconds) Enter(second);
                break;
            case ProvenanceEffect.Answer m:
                Invariant.Holds(m.What.Verdict == OfferVerdict.Accepted);
                break;
            case ProvenanceEffect.Send m:
                Sent.Add((m.Peer, m.Message.Encode()));
                break;
            default:
                break;
        }
    }

    private void Put(Action<ProvenanceStore, Action<JournalVerdict>> write, Func<Instant, ProvenanceInput>? then)
    {
        _underWay++;
        if (_store is { } store) write(store, verdict => _written.Add((verdict, then)));
        else _written.Add((JournalVerdict.Written, then));
    }
}
