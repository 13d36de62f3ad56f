using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// Whom to dial. Up to <see cref="MembershipConfig.MeshMembersMax"/> members everybody dials everybody. In a greater network a
/// validator keeps connections with all validators, and everyone keeps a view of some random peers, neither too small nor too large
/// (HyParView, Leitao et al. 2007; its passive view is our member table, which comparison keeps fresh and which knows more than thirty).
/// Seeds serve until they have names, and again when nobody else is left.
/// </summary>
internal sealed class Connector(
    MembershipConfig config, PeerId self, Prng prng, MemberTable table, ScoreBoard scores, SortedDictionary<PeerId, Link> links)
{
    private readonly AddressBook _book = new(config, prng);
    private SortedSet<PeerId> _validators = [];
    private Instant _nextBridgeAt = Instant.Epoch;

    public AddressBook Book => _book;

    public void SetValidators(ImmutableArray<PeerId> validators) => _validators = new SortedSet<PeerId>(validators);

    /// <summary>Both sides of a new acquaintance want to dial: the smaller id does, the other waits a little.</summary>
    public void Met(MemberRecord record, Instant now)
    {
        if (self.CompareTo(record.Peer) < 0) return;
        foreach (string address in record.Addresses)
        {
            _book.Defer(address, prng.NextDuration(Duration.FromMilliseconds(500), Duration.FromMilliseconds(1500)), now);
        }
    }

    public void Tick(Instant now, List<MembershipEffect> effects)
    {
        // Seeds first: without them there is nobody to choose from.
        foreach (string seed in config.Seeds)
        {
            if (IsSeedWanted(seed)) TryDial(seed, now, effects);
        }

        bool isMesh = AliveCount() < config.MeshMembersMax;
        bool isValidator = _validators.Contains(self);
        foreach (Member member in table.Members)
        {
            PeerId peer = member.Record.Peer;
            if (isMesh || (isValidator && _validators.Contains(peer))) TryDial(member, now, effects);
        }

        if (isMesh) return;
        FillView(now, effects);
        ShedOne(now, effects);
        Bridge(now, effects);
    }

    /// <summary>A dial that nobody answers makes its members' silence a sign, though they were never connected with us.</summary>
    public void Failed(string address, ConnectionEnd end, Instant now)
    {
        _book.Failed(address, end, now);
        if (end != ConnectionEnd.Lost) return;
        foreach (Member member in table.Members)
        {
            if (member.State == MemberState.Alive && member.Record.Addresses.Contains(address)) member.IsWatched = true;
        }
    }

    private bool IsSeedWanted(string seed)
    {
        if (links.Count == 0) return true;
        return _book.OwnerOf(seed) is null;
    }

    private int AliveCount()
    {
        int count = 0;
        foreach (Member member in table.Members)
        {
            if (member.State != MemberState.Left) count++;
        }

        return count;
    }

    private void FillView(Instant now, List<MembershipEffect> effects)
    {
        int missing = config.ActiveViewTarget - links.Count - _book.UnderWay;
        if (missing <= 0) return;
        List<Member> candidates = [];
        foreach (Member member in table.Members)
        {
            if (member.State == MemberState.Alive && !links.ContainsKey(member.Record.Peer)) candidates.Add(member);
        }

        while (missing > 0 && candidates.Count > 0)
        {
            int chosen = prng.NextBelow(candidates.Count);
            if (TryDial(candidates[chosen], now, effects)) missing--;
            candidates[chosen] = candidates[^1];
            candidates.RemoveAt(candidates.Count - 1);
        }
    }

    /// <summary>
    /// HyParView: a view that is too full lets one go by chance. Not a newcomer, which has nobody else yet, and no validator: they are few,
    /// and choose by themselves whom they serve.
    /// </summary>
    private void ShedOne(Instant now, List<MembershipEffect> effects)
    {
        List<Link> others = [];
        foreach (Link link in links.Values)
        {
            bool isSettled = link.IsReady && now - link.ConnectedAt > config.IntroductionPatience;
            if (isSettled && !link.IsLetGo && !_validators.Contains(link.Peer)) others.Add(link);
        }

        if (others.Count <= config.ActiveViewMax) return;
        Link chosen = others[prng.NextBelow(others.Count)];
        chosen.IsLetGo = true;
        effects.Add(new MembershipEffect.Disconnect(chosen.Peer, ConnectionEnd.Lost));
    }

    /// <summary>
    /// Now and then one member by chance, whatever its state: after a partition each half takes the other for gone, and both
    /// have full views.
    /// </summary>
    private void Bridge(Instant now, List<MembershipEffect> effects)
    {
        if (now < _nextBridgeAt) return;
        _nextBridgeAt = now + prng.NextDuration(config.BackOffMax / 2, config.BackOffMax);
        if (links.Count >= 2 * config.ActiveViewTarget || table.Count == 0) return;
        int chosen = prng.NextBelow(table.Count);
        foreach (Member member in table.Members)
        {
            if (chosen-- > 0) continue;
            TryDial(member, now, effects);
            return;
        }
    }

    private bool TryDial(Member member, Instant now, List<MembershipEffect> effects)
    {
        PeerId peer = member.Record.Peer;
        if (links.ContainsKey(peer) || scores.IsBanned(peer, now)) return false;
        foreach (string address in member.Record.Addresses)
        {
            if (_book.IsUnderWay(address)) return false;
        }

        foreach (string address in member.Record.Addresses)
        {
            if (TryDial(address, now, effects)) return true;
        }

        return false;
    }

    private bool TryDial(string address, Instant now, List<MembershipEffect> effects)
    {
        if (_book.UnderWay >= config.DialsMax || !_book.IsDue(address, now)) return false;
        _book.Begin(address, now);
        effects.Add(new MembershipEffect.Dial(address));
        return true;
    }
}
