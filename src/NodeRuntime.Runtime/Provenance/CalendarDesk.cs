using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// The calendar as a validator keeps it. The writer of the plan in force (its first validator) enters each second and sends it to the others; each of them
/// checks that it continues its own calendar, stores it and signs the checkpoint of that size, once for each size. With a quorum of lines the checkpoint goes
/// back down to the parents, and with it their way into the calendar. Two calendars of one size would take two quorums; a writer that is gone stops the
/// calendar, and what was missed is entered as backfilled when it is back.
/// <code>
/// topmost tree closed -> leaf -> stored -> Leaves to all validators -> each: checked, stored, Signed -> quorum -> Spine to each parent
/// </code>
/// A second is entered only while the ledger is at most <see cref="EpochPlans.LeadSeconds"/> behind it: then the plan in force is known, and seconds in which
/// no block was made are backfilled when there is one.
/// </summary>
internal sealed class CalendarDesk
{
    /// <summary>Sizes whose lines are still collected, and whose roots are known.</summary>
    private const int SizesKept = 64;

    private readonly ProvenanceScene _scene;
    private readonly ImmutableArray<ISigner> _voters;
    private readonly CalendarLog _log;
    private readonly SortedDictionary<(int Level, ulong Index), ReadOnlyMemory<byte>> _tiles = [];
    private readonly SortedDictionary<ulong, (Hash256 Root, RoundLeaf Last)> _sizes = [];
    private readonly SortedDictionary<ulong, SortedDictionary<PublicKey, Signature>> _lines = [];
    private readonly SortedDictionary<ulong, (EnteredRound Round, RoundLeaf Leaf)> _waiting = [];
    private ulong _durable;
    private ulong _signed;

    public CalendarDesk(ProvenanceScene scene, ImmutableArray<ISigner> voters)
    {
        _scene = scene;
        _voters = voters;
        _log = new CalendarLog(scene.Epochs.Genesis.Plan);
    }

    public ulong Size => _log.Size;

    /// <summary>The largest size that a quorum has signed, as far as this peer saw to it.</summary>
    public ulong Certified { get; private set; }

    public ulong Backfilled { get; private set; }

    /// <summary>That the calendar of one size is a beginning of that of another; null where this peer does not keep one so large.</summary>
    public ImmutableArray<Hash256>? Growth(ulong from, ulong size) =>
        from > 0 && from <= size && size <= Size ? TreeProofs.Consistency(new TileNodes(size, Tile), from, size)?.Path : null;

    /// <summary>The place of a second in the calendar of a size; null where this peer does not keep one so large.</summary>
    public MerkleInclusionProof? Way(ulong index, ulong size) =>
        index < size && size <= Size ? TreeProofs.Inclusion(new TileNodes(size, Tile), size, index) : null;

    /// <summary>The newest checkpoint that this peer has, under the lines of these validators; null where there is none, or of a size that is not here.</summary>
    public Message.PublishCalendar? ToPublication(ValidatorSet validators)
    {
        if (SignedNote.TryParse(_scene.Newest.Note) is not { } note || Checkpoint.TryParse(note.Text) is not { } checkpoint) return null;
        if (!_sizes.TryGetValue(checkpoint.Size, out (Hash256 Root, RoundLeaf Last) known) || checkpoint.Root != known.Root) return null;
        ImmutableArray<CheckpointLine>.Builder lines = ImmutableArray.CreateBuilder<CheckpointLine>();
        Hash256 digest = ValidatorNote.SigningDigest(_scene.Chain, note.Text);
        foreach (ValidatorMember member in validators.Members)
        {
            string name = ValidatorNote.NameOf(member.Key);
            foreach (NoteSignature line in note.Signatures)
            {
                // Whoever brought the note may have put lines under it that nobody looked at.
                if (line.Name != name || !Signature.TryParse(line.Bytes.Span, out Signature signature)) continue;
                if (_scene.Signatures.Verify(member.Key, digest, signature) != SignatureVerdict.Accepted) continue;
                lines.Add(new CheckpointLine(member.Key, signature));
                break;
            }
        }

        lines.Sort(static (left, right) => left.Key.CompareTo(right.Key));
        MerkleInclusionProof? way = Way(checkpoint.Size - 1, checkpoint.Size);
        if (way is null) return null;
        return new Message.PublishCalendar(checkpoint.Size, known.Root, [.. known.Last.Encode()], way.Path, lines.ToImmutable());
    }

    public void Recover(RoundLeaf leaf)
    {
        CalendarVerdict verdict = TryAppend(leaf);
        if (verdict != CalendarVerdict.Accepted) Invariant.Break("the calendar's log does not continue: " + verdict);
        _durable = Size;
    }

    /// <summary>After a start sizes up to the present one may have been signed already.</summary>
    public void Start() => _signed = Size;

    /// <summary>The topmost tree of a round is closed, at the writer.</summary>
    public void Enter(EnteredRound entered)
    {
        Round round = entered.Tree.Round;
        Instant known = _scene.LedgerTime + Duration.FromSeconds((long)EpochPlans.LeadSeconds);
        if (EpochPlans.RoundOf(known) < round) return;
        ulong from = Size;
        ImmutableArray<RoundLeaf>.Builder leaves = ImmutableArray.CreateBuilder<RoundLeaf>();
        while (_log.NextRound < round && leaves.Count < Limits.CalendarBackfillMax - 1 && _scene.Epochs.At(_log.NextRound).Writer == _scene.Self)
        {
            Follow();
            leaves.Add(_log.Backfill());
            Append(leaves[^1]);
            Backfilled++;
        }

        Follow();
        if (_log.NextRound == round)
        {
            RoundLeaf leaf = entered.Tree.ToRound(_log.Plan, _log.Root);
            leaves.Add(leaf);
            _waiting.Add(Size, (entered, leaf));
            Append(leaf);
        }

        if (leaves.Count > 0) _scene.Effects.Add(new ProvenanceEffect.StoreLeaves(from, leaves.ToImmutable()));
        else if (_log.NextRound < round) _scene.Send(_scene.Epochs.At(_log.NextRound).Writer, new ProvenanceMessage.WantLeaves(Size));
    }

    /// <summary>A writer whose plan has ended enters the seconds that it still owes: nobody else may.</summary>
    public void EndTerm()
    {
        CalendarEpoch mine = _scene.Epochs.At(_log.NextRound);
        if (mine.Writer != _scene.Self || _scene.Epochs.Of(mine.Plan.Epoch.Next) is not { } next || next.Writer == _scene.Self) return;
        // What is still on its way to this peer's desk has two seconds to arrive.
        if (next.Plan.FirstRound.Second + 2 > _scene.Current.Second) return;
        ulong from = Size;
        ImmutableArray<RoundLeaf>.Builder leaves = ImmutableArray.CreateBuilder<RoundLeaf>();
        while (_log.NextRound < next.Plan.FirstRound && leaves.Count < Limits.CalendarBackfillMax)
        {
            Follow();
            leaves.Add(_log.Backfill());
            Append(leaves[^1]);
            Backfilled++;
        }

        if (leaves.Count > 0) _scene.Effects.Add(new ProvenanceEffect.StoreLeaves(from, leaves.ToImmutable()));
    }

    public void Heard(PeerId from, ProvenanceMessage.Leaves message)
    {
        // A peer that keeps no calendar has no use for it.
        if (!_scene.Epochs.At(_scene.Current).Parents.Contains(_scene.Self)) return;
        ulong before = Size;
        if (message.From > before)
        {
            _scene.Send(from, new ProvenanceMessage.WantLeaves(before));
            return;
        }

        ImmutableArray<RoundLeaf>.Builder leaves = ImmutableArray.CreateBuilder<RoundLeaf>();
        for (ulong i = before - message.From; i < (ulong)message.Items.Length; i++)
        {
            // Only its plan's writer may enter a second.
            if (_scene.Epochs.At(_log.NextRound).Writer != from) break;
            RoundLeaf leaf = message.Items[(int)i];
            CalendarVerdict verdict = TryAppend(leaf);
            if (verdict != CalendarVerdict.Accepted)
            {
                _scene.Effects.Add(new ProvenanceEffect.Warn($"{from} sent a second {leaf.Round} that does not continue the calendar: {verdict}"));
                break;
            }

            leaves.Add(leaf);
        }

        if (leaves.Count == 0) return;
        _scene.Effects.Add(new ProvenanceEffect.StoreLeaves(before, leaves.ToImmutable()));
        if (Size < message.Size) _scene.Send(from, new ProvenanceMessage.WantLeaves(Size));
    }

    public void Wanted(PeerId from, ProvenanceMessage.WantLeaves message)
    {
        if (message.From < _durable) _scene.Effects.Add(new ProvenanceEffect.SendLeaves(from, message.From, _durable));
    }

    public void LeavesStored(ulong size)
    {
        ulong from = _durable;
        _durable = size;
        CalendarEpoch epoch = EpochOf(size);
        if (epoch.Writer == _scene.Self)
        {
            foreach (PeerId validator in epoch.Parents)
            {
                if (validator != _scene.Self) _scene.Effects.Add(new ProvenanceEffect.SendLeaves(validator, from, size));
            }
        }

        Sign(size, epoch);
    }

    public void Signed(ProvenanceMessage.Signed message)
    {
        if (message.Size <= Certified || !_sizes.ContainsKey(message.Size) || message.Size > _durable) return;
        CalendarEpoch epoch = EpochOf(message.Size);
        if (epoch.Writer != _scene.Self || WeightOf(epoch.Plan, message.Key) == 0) return;
        if (_scene.Signatures.Verify(message.Key, ValidatorNote.SigningDigest(_scene.Chain, TextOf(message.Size)), message.Signature) != SignatureVerdict.Accepted) return;
        if (!_lines.TryGetValue(message.Size, out SortedDictionary<PublicKey, Signature>? lines)) _lines.Add(message.Size, lines = []);
        lines[message.Key] = message.Signature;
        ulong weight = 0;
        foreach (PublicKey key in lines.Keys) weight += WeightOf(epoch.Plan, key);
        if (weight >= epoch.Plan.Quorum) Certify(message.Size, epoch, lines);
    }

    // One root for each size: what was signed once is not signed again, and the log only grows.
    private void Sign(ulong size, CalendarEpoch epoch)
    {
        if (size <= _signed || !_sizes.ContainsKey(size)) return;
        foreach (ISigner voter in _voters)
        {
            if (WeightOf(epoch.Plan, voter.PublicKey) == 0) continue;
            _signed = size;
            Signature signature = voter.Sign(ValidatorNote.SigningDigest(_scene.Chain, TextOf(size)));
            _scene.Send(epoch.Writer, new ProvenanceMessage.Signed(size, voter.PublicKey, signature));
        }
    }

    private void Certify(ulong size, CalendarEpoch epoch, SortedDictionary<PublicKey, Signature> lines)
    {
        Certified = size;
        SignedNote note = new(TextOf(size), []);
        foreach (PlanValidator validator in epoch.Plan.Validators)
        {
            if (!lines.TryGetValue(validator.Key, out Signature signature)) continue;
            note = note.With(new NoteSignature(ValidatorNote.NameOf(validator.Key), ValidatorNote.KeyIdOf(validator.Key), signature.AsSpan().ToArray()));
        }

        string text = note.ToString();
        _scene.Believe(size, text);
        _scene.Effects.Add(new ProvenanceEffect.Certified(size, text));
        TileNodes nodes = new(size, Tile);
        foreach (ulong index in new List<ulong>(_waiting.Keys))
        {
            if (index >= size) break;
            (EnteredRound entered, RoundLeaf leaf) = _waiting[index];
            _waiting.Remove(index);
            Segment calendar = Segment.Of(TreeProofs.Inclusion(nodes, size, index)!, null);
            foreach ((PeerId child, int slot) in entered.Children)
            {
                Segment top = Segment.Of(entered.Tree.Prove(slot), leaf.Encode());
                _scene.Send(child, new ProvenanceMessage.Spine(entered.Tree.Level, leaf.Round, [top, calendar], text));
            }
        }

        foreach (ulong old in new List<ulong>(_lines.Keys))
        {
            if (old <= size) _lines.Remove(old);
        }
    }

    private void Append(RoundLeaf leaf)
    {
        CalendarVerdict verdict = TryAppend(leaf);
        Invariant.Holds(verdict == CalendarVerdict.Accepted);
    }

    private CalendarVerdict TryAppend(RoundLeaf leaf)
    {
        Follow();
        CalendarVerdict verdict = _log.Append(leaf, out ImmutableArray<Tile> full);
        if (verdict != CalendarVerdict.Accepted) return verdict;
        foreach (Tile tile in full) _tiles[(tile.Id.Level, tile.Id.Index)] = tile.Hashes;
        _sizes[Size] = (_log.Root, leaf);
        if (Size > SizesKept) _sizes.Remove(Size - SizesKept);
        return verdict;
    }

    private void Follow()
    {
        while (_scene.Epochs.Of(_log.Plan.Epoch.Next) is { } next && _log.TryFollow(next.Plan))
        {
        }
    }

    private ReadOnlyMemory<byte>? Tile(TileId id)
    {
        if (_tiles.TryGetValue((id.Level, id.Index), out ReadOnlyMemory<byte> hashes)) return hashes;
        return _log.OpenTile(id.Level) is { } open && open.Id.Index == id.Index ? open.Hashes : null;
    }

    private string TextOf(ulong size) => new Checkpoint(Checkpoint.OriginOf(_scene.Chain), size, _sizes[size].Root).Text;

    // Of the calendar's last second.
    private CalendarEpoch EpochOf(ulong size) => _scene.Epochs.At(new Round(_log.Plan.GenesisRound.Second + size - 1));

    private static ulong WeightOf(EpochPlan plan, in PublicKey key)
    {
        foreach (PlanValidator validator in plan.Validators)
        {
            if (validator.Key == key) return validator.Weight;
        }

        return 0;
    }
}
