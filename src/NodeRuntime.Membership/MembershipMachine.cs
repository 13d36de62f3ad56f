using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// Who is there, as far as one peer can know. From one seed's address a peer learns of all others: it shows its record to
/// whom it connects with, compares what both know, and passes on what is new.
/// <code>
///   connect -> my record -> comparison (256 hashes) -> records of the buckets that differ, both ways
///   a new record -> to a few peers at once; every few seconds one comparison with somebody repairs what was lost
/// </code>
/// One owner; equal seeds and inputs give equal effects, but for the bytes of our own signatures.
/// Nothing here decides who is a member of anything: validators are the ledger's, suspicion is advice.
/// </summary>
public sealed class MembershipMachine
{
    private readonly MembershipConfig _config;
    private readonly ISigner _signer;
    private readonly Prng _prng;
    private readonly MemberTable _table;
    private readonly ScoreBoard _scores;
    private readonly SeenCache _seen;
    private readonly SortedDictionary<PeerId, Link> _links = [];
    private readonly FailureDetector _detector;
    private readonly Connector _connector;
    private MemberRecord? _own;
    private Instant _nextComparisonAt = Instant.Epoch;
    private Instant _nextSweepAt = Instant.Epoch;

    public MembershipMachine(MembershipConfig config, ISigner signer, ISignatureVerifier verifier, Prng prng)
    {
        _config = config;
        _signer = signer;
        _prng = prng;
        Self = signer.PublicKey.ToPeerId();
        _table = new MemberTable(config, Self, verifier);
        _scores = new ScoreBoard(config.BanLength);
        _seen = new SeenCache(config.TopicLifetime * 2);
        _detector = new FailureDetector(config, prng.Fork(), _table, _links);
        _connector = new Connector(config, Self, prng.Fork(), _table, _scores, _links);
    }

    public PeerId Self { get; }

    /// <summary>Our own record; null before the first input.</summary>
    public MemberRecord? Own => _own;

    /// <summary>Everybody known but ourselves, in the order of their ids.</summary>
    public ImmutableArray<MemberStatus> Members
    {
        get
        {
            ImmutableArray<MemberStatus>.Builder members = ImmutableArray.CreateBuilder<MemberStatus>(_table.Count);
            foreach (Member member in _table.Members) members.Add(StatusOf(member));
            return members.MoveToImmutable();
        }
    }

    public int ConnectedCount => _links.Count;

    /// <summary>How unwell we are ourselves, 0 to 8: at 8 our own suspicions are worth little.</summary>
    public int LocalHealth => _detector.Health;

    public MemberStatus? Find(PeerId peer) => _table.Find(peer) is { } member ? StatusOf(member) : null;

    public ImmutableArray<MembershipEffect> Step(Instant now, MembershipInput input)
    {
        List<MembershipEffect> effects = [];
        if (_own is null) Issue(now, afterSequence: 0, effects);
        switch (input)
        {
            case MembershipInput.Tick:
                Tick(now, effects);
                break;
            case MembershipInput.Connected connected:
                Connect(connected, now, effects);
                break;
            case MembershipInput.Disconnected disconnected:
                Disconnect(disconnected, now, effects);
                break;
            case MembershipInput.DialFailed failed:
                _connector.Failed(failed.Address, failed.End, now);
                break;
            case MembershipInput.Received received:
                Receive(received, now, effects);
                break;
            case MembershipInput.Misbehaved misbehaved:
                Blame(misbehaved.Peer, misbehaved.Misdeed, now, effects);
                break;
            case MembershipInput.Validators validators:
                _connector.SetValidators(validators.Peers);
                break;
            case MembershipInput.Publish publish:
                Publish(publish, now, effects);
                break;
            default:
                Invariant.Break("an input of no known kind");
                break;
        }

        return [.. effects];
    }

    private void Connect(MembershipInput.Connected connected, Instant now, List<MembershipEffect> effects)
    {
        PeerId peer = connected.Peer;
        if (connected.Outbound) _connector.Book.Succeeded(connected.Address, peer);
        if (_scores.IsBanned(peer, now))
        {
            effects.Add(new MembershipEffect.Disconnect(peer, ConnectionEnd.Misbehaved));
            return;
        }

        Invariant.Holds(peer != Self);
        Link link = new(peer, connected.NodeKey, connected.Address, connected.Outbound, now);
        _links[peer] = link;
        SendTo(peer, new MembershipMessage.Gossip([Own!]), effects);

        // The other side answers with its own comparison: one of the two must begin.
        if (connected.Outbound) Compare(peer, isAnswer: false, effects);
        if (_table.Find(peer) is { } member) Welcome(link, member, now, effects);
    }

    private void Disconnect(MembershipInput.Disconnected disconnected, Instant now, List<MembershipEffect> effects)
    {
        if (!_links.Remove(disconnected.Peer, out Link? link)) return;
        if (link.IsReady) effects.Add(new MembershipEffect.PeerGone(link.Peer));
        if (link.Outbound) _connector.Book.Ended(link.Address, now - link.ConnectedAt > _config.StableAfter, now);
    }

    private void Receive(MembershipInput.Received received, Instant now, List<MembershipEffect> effects)
    {
        // What was under way when a connection ended, or comes from somebody just banned, is nobody's.
        if (!_links.TryGetValue(received.Peer, out Link? link)) return;
        if (!MembershipMessage.TryDecode(received.Message, out MembershipMessage? message))
        {
            Blame(link.Peer, Misdeed.Malformed, now, effects);
            return;
        }

        _detector.Heard(link.Peer, now, effects);
        switch (message)
        {
            case MembershipMessage.Gossip gossip:
                Learn(link, gossip.Records, now, effects);
                break;
            case MembershipMessage.Digest digest:
                SendRecords(link.Peer, _table.Differences(Own!, digest.Buckets), effects);
                if (!digest.IsAnswer) Compare(link.Peer, isAnswer: true, effects);
                break;
            case MembershipMessage.Ping ping:
                _detector.Answer(link.Peer, ping, now, effects);
                break;
            case MembershipMessage.Ack ack:
                _detector.Take(link, ack, now, effects);
                break;
            case MembershipMessage.Topic topic:
                Relay(link, topic, received, now, effects);
                break;
            default:
                Invariant.Break("a message of no known kind");
                break;
        }
    }

    private void Learn(Link link, ImmutableArray<MemberRecord> records, Instant now, List<MembershipEffect> effects)
    {
        List<MemberRecord> news = [];
        foreach (MemberRecord record in records)
        {
            // Beyond its budget a peer's records are not looked at; a later comparison brings them again.
            if (!link.TryTakeRecord(now)) break;
            if (record.Peer == Self) Refute(record, now, effects);
            else if (TryLearn(link, record, now, effects)) news.Add(record);
            if (!_links.ContainsKey(link.Peer)) return;
        }

        Spread(news, except: link.Peer, effects);
    }

    /// <summary>True where the record was news to us.</summary>
    private bool TryLearn(Link link, MemberRecord record, Instant now, List<MembershipEffect> effects)
    {
        PeerId peer = record.Peer;
        if (_scores.IsBanned(peer, now)) return false;
        bool wasKnown = _table.Find(peer) is { State: not MemberState.Left };
        MemberVerdict verdict = _table.Offer(record, link.Peer, _links.ContainsKey(peer), now);
        switch (verdict)
        {
            case MemberVerdict.Accepted:
                break;
            case MemberVerdict.SignatureWrong:
                Blame(link.Peer, Misdeed.BadSignature, now, effects);
                return false;
            case MemberVerdict.NotNewer:
            case MemberVerdict.Expired:
            case MemberVerdict.FromTheFuture:
            case MemberVerdict.IntroducerQuota:
            case MemberVerdict.TableFull:
                // Nobody's fault: clocks differ, messages cross, tables fill.
                return false;
        }

        Member member = _table.Find(peer)!;
        if (member.State == MemberState.Left)
        {
            member.State = MemberState.Alive;
            member.HeardAt = now;
        }

        effects.Add(wasKnown ? new MembershipEffect.Updated(record) : new MembershipEffect.Joined(record));
        if (!wasKnown) _connector.Met(record, now);
        if (_links.TryGetValue(peer, out Link? own)) Welcome(own, member, now, effects);
        return true;
    }

    /// <summary>A connected peer whose record is known: once for each connection.</summary>
    private void Welcome(Link link, Member member, Instant now, List<MembershipEffect> effects)
    {
        if (link.IsReady) return;
        link.IsReady = true;
        _table.MarkProven(member);
        member.IsWatched = true;
        _detector.Heard(link.Peer, now, effects);
        effects.Add(new MembershipEffect.PeerReady(link.Peer, member.Record));
    }

    /// <summary>Somebody has a newer record of ours than we: from a life that we forgot. Ours must be newer still.</summary>
    private void Refute(MemberRecord record, Instant now, List<MembershipEffect> effects)
    {
        if (record.Sequence <= Own!.Sequence || record.Sequence == ulong.MaxValue) return;

        // Its signature is ours or nobody's; an invented one would only cost us a new number, but not even that is given.
        if (!_table.IsSignedWell(record)) return;
        Issue(now, record.Sequence, effects);
    }

    private void Issue(Instant now, ulong afterSequence, List<MembershipEffect> effects)
    {
        ulong clock = (ulong)long.Max(1, now.Milliseconds);
        MemberRecord draft = new()
        {
            NodeKey = _signer.PublicKey,
            Addresses = _config.Addresses,
            Roles = _config.Roles,
            Region = _config.Region,
            ApiAddress = _config.ApiAddress,
            Version = _config.Version,
            Sequence = ulong.Max(clock, ulong.Max(_own?.Sequence ?? 0, afterSequence) + 1),
            IssuedAt = now,
            Signature = default,
        };
        _own = draft.Sign(_signer, _config.Chain);
        Spread([_own], except: null, effects);
    }

    private void Publish(MembershipInput.Publish publish, Instant now, List<MembershipEffect> effects)
    {
        Invariant.Holds(publish.Payload.Length <= MembershipMessage.TopicBytesMax);
        byte[] message = new MembershipMessage.Topic(publish.Topic, Self, now, publish.Payload).Encode();
        if (!_seen.TryAdd(Hasher.Tagged(HashDomain.Topic, message), now)) return;
        foreach (PeerId peer in _links.Keys) effects.Add(new MembershipEffect.Send(peer, message));
    }

    private void Relay(
        Link link, MembershipMessage.Topic topic, MembershipInput.Received received, Instant now, List<MembershipEffect> effects)
    {
        // A time before time is nobody's clock, and would overflow the subtraction.
        if (topic.PublishedAt < Instant.Epoch) return;
        Duration age = now - topic.PublishedAt;
        if (age >= _config.TopicLifetime || age <= _config.TopicLifetime * -1 || topic.Origin == Self) return;
        if (!_seen.TryAdd(Hasher.Tagged(HashDomain.Topic, received.Message.Span), now)) return;
        effects.Add(new MembershipEffect.Delivered(topic.Number, topic.Payload, topic.Origin, link.Peer));
        foreach (PeerId peer in RandomPeers.Pick(_links, _config.TopicFanOut, _prng, except: link.Peer))
        {
            if (peer != topic.Origin) effects.Add(new MembershipEffect.Send(peer, received.Message));
        }
    }

    private void Blame(PeerId peer, Misdeed misdeed, Instant now, List<MembershipEffect> effects)
    {
        if (_scores.Add(peer, misdeed, now) is not { } until) return;
        effects.Add(new MembershipEffect.Banned(peer, until));
        if (!_links.Remove(peer, out Link? link)) return;
        if (link.IsReady) effects.Add(new MembershipEffect.PeerGone(peer));
        effects.Add(new MembershipEffect.Disconnect(peer, ConnectionEnd.Misbehaved));
    }

    private void Tick(Instant now, List<MembershipEffect> effects)
    {
        if (now - Own!.IssuedAt >= _config.RecordInterval) Issue(now, afterSequence: 0, effects);
        Expel(now, effects);
        _detector.Tick(now, effects);
        _connector.Tick(now, effects);
        if (now >= _nextComparisonAt)
        {
            _nextComparisonAt = now + _prng.NextDuration(_config.ComparisonInterval / 2, _config.ComparisonInterval);
            foreach (PeerId peer in RandomPeers.Pick(_links, 1, _prng, except: null)) Compare(peer, isAnswer: false, effects);
        }

        if (now < _nextSweepAt) return;
        _nextSweepAt = now + Duration.FromSeconds(10);
        Sweep(now, effects);
    }

    /// <summary>Who came in and never said who it is takes a place from somebody.</summary>
    private void Expel(Instant now, List<MembershipEffect> effects)
    {
        foreach (Link link in _links.Values)
        {
            if (!link.IsReady && now - link.ConnectedAt > _config.IntroductionPatience)
            {
                effects.Add(new MembershipEffect.Disconnect(link.Peer, ConnectionEnd.Lost));
            }
        }
    }

    private void Sweep(Instant now, List<MembershipEffect> effects)
    {
        List<PeerId> expired = [];
        SortedSet<string> addresses = new(_config.Seeds, System.StringComparer.Ordinal);
        foreach (Member member in _table.Members)
        {
            bool isConnected = _links.ContainsKey(member.Record.Peer);
            if (!isConnected && _table.IsExpired(member.Record, now)) expired.Add(member.Record.Peer);
            else addresses.UnionWith(member.Record.Addresses);
        }

        foreach (PeerId peer in expired)
        {
            if (_table.Find(peer) is { State: not MemberState.Left }) effects.Add(new MembershipEffect.Left(peer));
            _table.Remove(peer);
        }

        foreach (Link link in _links.Values) addresses.Add(link.Address);
        _connector.Book.Sweep(now, addresses.Contains);
        _scores.Sweep(now);
    }

    private void Compare(PeerId peer, bool isAnswer, List<MembershipEffect> effects) =>
        SendTo(peer, new MembershipMessage.Digest(isAnswer, _table.Digest(Own!)), effects);

    /// <summary>News travel eagerly to a few; the rest is found by comparison.</summary>
    private void Spread(List<MemberRecord> news, PeerId? except, List<MembershipEffect> effects)
    {
        if (news.Count == 0) return;
        foreach (PeerId peer in RandomPeers.Pick(_links, _config.RecordFanOut, _prng, except)) SendRecords(peer, news, effects);
    }

    private static void SendRecords(PeerId peer, List<MemberRecord> records, List<MembershipEffect> effects)
    {
        for (int i = 0; i < records.Count; i += MembershipMessage.RecordsMax)
        {
            List<MemberRecord> some = records.GetRange(i, int.Min(MembershipMessage.RecordsMax, records.Count - i));
            SendTo(peer, new MembershipMessage.Gossip([.. some]), effects);
        }
    }

    private static void SendTo(PeerId peer, MembershipMessage message, List<MembershipEffect> effects) =>
        effects.Add(new MembershipEffect.Send(peer, message.Encode()));

    private MemberStatus StatusOf(Member member) =>
        new(member.Record, member.State, _links.ContainsKey(member.Record.Peer), member.RoundTrip, member.HeardAt);
}
