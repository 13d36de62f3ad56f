using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// The calendar as a validator keeps it. Its order is the ledger's: each validator closes the topmost tree of each second, offers it to the blocks that it proposes,
/// and keeps what finalized blocks entered, whoever proposed them. Of what the ledger entered it signs the checkpoint; all hear all lines, so that with a quorum of them each
/// has the same checkpoint and shows its children their way into the calendar.
/// <code>
/// topmost tree closed -> Offer -> a block enters it -> Advanced at all -> kept; each: Signed to all -> quorum -> Spine to each child
/// </code>
/// </summary>
internal sealed class CalendarDesk
{
    /// <summary>Sizes whose lines are still collected, and whose roots are known.</summary>
    private const int SizesKept = 64;

    /// <summary>Topmost trees of this peer whose second may still be entered, or asked for by another.</summary>
    private const int TopsKept = 64;

    private static Duration AnswersIn => Duration.FromSeconds(1);

    private readonly ProvenanceScene _scene;
    private readonly FraudDesk _fraud;
    private readonly ImmutableArray<ISigner> _voters;
    private readonly CalendarLog _log;
    private readonly SortedDictionary<(int Level, ulong Index), ReadOnlyMemory<byte>> _tiles = [];
    private readonly SortedDictionary<ulong, (Hash256 Root, RoundLeaf Last)> _sizes = [];
    private readonly SortedDictionary<ulong, SortedDictionary<PublicKey, ProvenanceMessage.Signed>> _lines = [];
    private readonly SortedDictionary<(ulong Size, PublicKey Key), ProvenanceMessage.Signed> _wrong = [];
    private readonly SortedDictionary<Round, EnteredRound> _tops = [];
    private (ulong Size, Hash256 Root) _ledger;
    private (PeerId Of, ulong Size, Hash256 Root)? _asked;
    private ulong _signed;
    private Instant _askedAt;
    private int _askedOf;

    public CalendarDesk(ProvenanceScene scene, FraudDesk fraud, ImmutableArray<ISigner> voters)
    {
        _fraud = fraud;
        _scene = scene;
        _voters = voters;
        _log = new CalendarLog(scene.Epochs.Genesis.Plan);
    }

    public ulong Size => _log.Size;

    /// <summary>The largest size that a quorum has signed, as far as this peer saw to it.</summary>
    public ulong Certified { get; private set; }

    /// <summary>That size's checkpoint under its quorum; nothing before the first.</summary>
    public string Note { get; private set; } = string.Empty;

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
    }

    /// <summary>The topmost tree of a round is closed here: the next block of this peer may enter it.</summary>
    public void Close(EnteredRound closed)
    {
        // A clock that is behind genesis closes seconds that no calendar has.
        if (closed.Tree.Round < _log.Plan.GenesisRound) return;
        _tops[closed.Tree.Round] = closed;
        while (_tops.Count > TopsKept) _tops.Remove(_tops.Keys.First());
        ImmutableArray<EnteredSecond>.Builder offered = ImmutableArray.CreateBuilder<EnteredSecond>();
        foreach ((Round round, EnteredRound it) in _tops)
        {
            if (IndexOf(round) >= _ledger.Size) offered.Add(new EnteredSecond(round, it.Tree.Root, it.Tree.Events));
        }

        _scene.Effects.Add(new ProvenanceEffect.OfferSeconds(offered.ToImmutable()));
    }

    /// <summary>What finalized blocks entered.</summary>
    /// <param name="entered">The last seconds of them; those that are missing before are fetched.</param>
    public void Advanced(ulong size, Hash256 root, ImmutableArray<RoundLeaf> entered)
    {
        _ledger = (size, root);
        if (!IsKeeper) return;
        foreach (RoundLeaf leaf in entered)
        {
            // What is not here yet comes by itself, from the disk or from others.
            if (leaf.Round == _log.NextRound) Append(leaf);
        }

        Sign();
    }

    /// <summary>
    /// A validator that has just become one, or went on from a snapshot, lacks seconds: some may be on its own disk, beyond a gap; all others have all.
    /// </summary>
    public void FillGap()
    {
        if (!IsKeeper || Size >= _ledger.Size) return;
        _scene.Effects.Add(new ProvenanceEffect.ReadLeaves(Size));
        ImmutableArray<PeerId> others = [.. _scene.Epochs.At(_scene.Current).Parents.Where(it => it != _scene.Self && _scene.IsReachable(it))];
        if (others.IsEmpty || (_asked is not null && _scene.Now < _askedAt + AnswersIn)) return;
        PeerId of = others[_askedOf++ % others.Length];
        (_asked, _askedAt) = ((of, _ledger.Size, _ledger.Root), _scene.Now);
        _scene.Send(of, new ProvenanceMessage.WantLeaves(Size, _ledger.Size));
    }

    /// <summary>Seconds out of this peer's own log.</summary>
    public void LeavesRead(ulong from, ImmutableArray<RoundLeaf> leaves)
    {
        if (from != Size || Size + (ulong)leaves.Length > _ledger.Size) return;
        foreach (RoundLeaf leaf in leaves) Append(leaf);
        Sign();
    }

    /// <summary>Seconds that were asked for. Each batch shows that the calendar which the ledger has begins with it.</summary>
    public void Heard(PeerId from, ProvenanceMessage.Leaves message)
    {
        if (_asked is not { } asked || asked.Of != from || message.Size != asked.Size || message.From != Size || message.Items.IsEmpty) return;
        _asked = null;
        MerkleTreeBuilder grown = MerkleTreeBuilder.Resume(Size, _log.Peaks);
        foreach (RoundLeaf leaf in message.Items) grown.Append(leaf.Hash);
        if (new MerkleConsistencyProof(grown.Count, asked.Size, message.Path).Verify(grown.Root(), asked.Root) != MerkleVerdict.Accepted)
        {
            _scene.Effects.Add(new ProvenanceEffect.Warn($"{from} sent seconds that are not those of the ledger's calendar"));
            return;
        }

        ulong first = Size;
        foreach (RoundLeaf leaf in message.Items) Append(leaf);
        _scene.Effects.Add(new ProvenanceEffect.StoreLeaves(first, message.Items));
        Sign();
        FillGap();
    }

    public void Wanted(PeerId from, ProvenanceMessage.WantLeaves message)
    {
        if (message.From >= message.Size || message.Size > Size) return;
        ulong end = Math.Min(message.Size, message.From + Limits.CalendarLeavesPerFrameMax);
        if (Growth(end, message.Size) is { } path) _scene.Effects.Add(new ProvenanceEffect.SendLeaves(from, message.From, (int)(end - message.From), message.Size, path));
    }

    /// <summary>A parent's way into the topmost tree that stands in the calendar, where this peer has that tree.</summary>
    public void Wanted(PeerId parent, ProvenanceMessage.WantTop message)
    {
        if (FindTop(message.Round) is not { } top || LeafOf(message.Round) is not { } leaf || top.Tree.Root != leaf.CoreRoot) return;
        if (top.WayOf(parent) is { } way) _scene.Send(parent, new ProvenanceMessage.TopShown(message.Round, way));
    }

    /// <summary>From this peer's own tree of a round, as a parent, up to the newest checkpoint; null where the round is in none, or another topmost tree stands there.</summary>
    public ImmutableArray<Segment>? WayUp(Round round) =>
        FindTop(round) is { } top && top.WayOf(_scene.Self) is { } way ? WayUp(round, top.Tree.Root, way) : null;

    /// <param name="root">That of the topmost tree which <paramref name="top"/> leads to.</param>
    public ImmutableArray<Segment>? WayUp(Round round, Hash256 root, Segment top)
    {
        if (IndexOf(round) >= Certified || LeafOf(round) is not { } leaf || leaf.CoreRoot != root) return null;
        return [top with { Next = leaf.Encode() }, Segment.Of(Way(IndexOf(round), Certified)!, null)];
    }

    /// <summary>Whether a second is under the newest checkpoint, with something in it.</summary>
    public bool IsSettled(Round round) => round >= _log.Plan.GenesisRound && IndexOf(round) < Certified && LeafOf(round) is { Mark: RoundMark.Live };

    public void Signed(PeerId from, ProvenanceMessage.Signed line)
    {
        // Those who are ahead of this peer are heard before it is there.
        if (line.Size > _ledger.Size + SizesKept || line.Size + SizesKept <= _ledger.Size) return;
        // Nobody takes another's place; a line under another root speaks for itself, whoever shows it.
        if (!IsKeyOf(from, line.Key) || _sizes.TryGetValue(line.Size, out (Hash256 Root, RoundLeaf Last) known) && known.Root != line.Root)
        {
            HoldAgainst(line);
            return;
        }

        if (!_lines.TryGetValue(line.Size, out SortedDictionary<PublicKey, ProvenanceMessage.Signed>? lines)) _lines.Add(line.Size, lines = []);
        if (lines.TryGetValue(line.Key, out ProvenanceMessage.Signed? before) && before == line) return;
        if (_sizes.ContainsKey(line.Size) && !IsSigned(line)) return;
        lines[line.Key] = line;
        Count(line.Size);
    }

    private bool IsSigned(ProvenanceMessage.Signed line) =>
        _scene.Signatures.Verify(line.Key, ValidatorNote.SigningDigest(_scene.Chain, TextOf(line.Size, line.Root)), line.Signature) == SignatureVerdict.Accepted;

    // What came before this peer was there.
    private void CheckEarly(ulong size)
    {
        if (!_lines.TryGetValue(size, out SortedDictionary<PublicKey, ProvenanceMessage.Signed>? early)) return;
        foreach (ProvenanceMessage.Signed line in early.Values.ToArray())
        {
            bool isOther = line.Root != _sizes[size].Root;
            if (isOther || !IsSigned(line)) early.Remove(line.Key);
            if (isOther) HoldAgainst(line);
        }
    }

    // Two calendars of one size. Whoever shows another root to one of us shows the ledger's to others: together we have both.
    private void HoldAgainst(ProvenanceMessage.Signed line)
    {
        if (!_sizes.TryGetValue(line.Size, out (Hash256 Root, RoundLeaf Last) known) || known.Root == line.Root) return;
        if (WeightOf(EpochOf(line.Size).Plan, line.Key) == 0 || _wrong.ContainsKey((line.Size, line.Key)) || !IsSigned(line)) return;
        _wrong.Add((line.Size, line.Key), line);
        _scene.SendToOthers(EpochOf(line.Size), line);
        Confront(line.Size, line.Key);
    }

    private void Confront(ulong size, in PublicKey key)
    {
        if (!_wrong.TryGetValue((size, key), out ProvenanceMessage.Signed? wrong) || !_lines.TryGetValue(size, out SortedDictionary<PublicKey, ProvenanceMessage.Signed>? lines)) return;
        if (!lines.TryGetValue(key, out ProvenanceMessage.Signed? right)) return;
        _fraud.Hold(
            FraudKind.CheckpointContradiction, key,
            [(Encoding.ASCII.GetBytes(TextOf(size, right.Root)), right.Signature), (Encoding.ASCII.GetBytes(TextOf(size, wrong.Root)), wrong.Signature)], [], []);
    }

    private void Count(ulong size)
    {
        if (!_sizes.ContainsKey(size) || !_lines.TryGetValue(size, out SortedDictionary<PublicKey, ProvenanceMessage.Signed>? lines)) return;
        EpochPlan plan = EpochOf(size).Plan;
        ulong weight = 0;
        foreach (PublicKey key in lines.Keys)
        {
            weight += WeightOf(plan, key);
            Confront(size, key);
        }

        if (size > Certified && weight >= plan.Quorum) Certify(size, plan, lines);
    }

    // What the ledger entered has one root at each size: there is nothing to choose, and so nothing that could be signed twice.
    private void Sign()
    {
        if (Size != _ledger.Size || Size <= _signed || Size == 0) return;
        Invariant.Holds(_log.Root == _ledger.Root);
        _signed = Size;
        CalendarEpoch epoch = EpochOf(Size);
        foreach (ISigner voter in _voters)
        {
            if (WeightOf(epoch.Plan, voter.PublicKey) == 0) continue;
            ProvenanceMessage.Signed line = new(Size, _log.Root, voter.PublicKey, voter.Sign(ValidatorNote.SigningDigest(_scene.Chain, TextOf(Size, _log.Root))));
            foreach (PeerId validator in epoch.Parents)
            {
                if (_scene.IsReachable(validator)) _scene.Send(validator, line);
            }
        }

        Count(Size);
    }

    private void Certify(ulong size, EpochPlan plan, SortedDictionary<PublicKey, ProvenanceMessage.Signed> lines)
    {
        Certified = size;
        SignedNote note = new(TextOf(size, _sizes[size].Root), []);
        foreach (PlanValidator validator in plan.Validators)
        {
            if (!lines.TryGetValue(validator.Key, out ProvenanceMessage.Signed? line)) continue;
            note = note.With(new NoteSignature(ValidatorNote.NameOf(validator.Key), ValidatorNote.KeyIdOf(validator.Key), line.Signature.AsSpan().ToArray()));
        }

        string text = note.ToString();
        _scene.Believe(size, text);
        _scene.Effects.Add(new ProvenanceEffect.Certified(size, text));
        Note = text;
    }

    private bool IsKeeper => _scene.Epochs.At(_scene.Current).Parents.Contains(_scene.Self);

    private ulong IndexOf(Round round) => round.Second - _log.Plan.GenesisRound.Second;

    private EnteredRound? FindTop(Round round) => _tops.GetValueOrDefault(round);

    // Of the last seconds: what is older nobody waits for.
    private RoundLeaf? LeafOf(Round round) => _sizes.TryGetValue(IndexOf(round) + 1, out (Hash256 Root, RoundLeaf Last) known) ? known.Last : null;

    private bool IsKeyOf(PeerId peer, in PublicKey key)
    {
        CalendarEpoch epoch = _scene.Epochs.At(_scene.Current);
        return IsKeyIn(epoch, peer, key) || (epoch.Plan.Epoch.Number > 0 && IsKeyIn(_scene.Epochs.All[(int)epoch.Plan.Epoch.Number - 1], peer, key));
    }

    private static bool IsKeyIn(CalendarEpoch epoch, PeerId peer, in PublicKey key)
    {
        for (int i = 0; i < epoch.Parents.Length; i++)
        {
            if (epoch.Parents[i] == peer && epoch.Plan.Validators[i].Key == key) return true;
        }

        return false;
    }

    private void Append(RoundLeaf leaf)
    {
        CalendarVerdict verdict = TryAppend(leaf);
        if (verdict != CalendarVerdict.Accepted) Invariant.Break("the ledger's calendar is another than the one that is kept here: " + verdict);
        if (leaf.Mark == RoundMark.Backfilled) Backfilled++;
        CheckEarly(Size);
    }

    private CalendarVerdict TryAppend(RoundLeaf leaf)
    {
        Follow();
        CalendarVerdict verdict = _log.Append(leaf, out ImmutableArray<Tile> full);
        if (verdict != CalendarVerdict.Accepted) return verdict;
        foreach (Tile tile in full) _tiles[(tile.Id.Level, tile.Id.Index)] = tile.Hashes;
        _sizes[Size] = (_log.Root, leaf);
        if (Size <= SizesKept) return verdict;
        _sizes.Remove(Size - SizesKept);
        _lines.Remove(Size - SizesKept);
        while (_wrong.Count > 0 && _wrong.Keys.First() is var oldest && oldest.Size + SizesKept <= Size) _wrong.Remove(oldest);
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

    private string TextOf(ulong size, Hash256 root) => new Checkpoint(Checkpoint.OriginOf(_scene.Chain), size, root).Text;

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
