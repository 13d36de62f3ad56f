using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// SWIM (Das, Gupta, Motivala 2002) with Lifeguard's local health (Dadgar et al. 2017), over connections that stand anyway. Each
/// peer is pinged every second. Who is silent is asked about: a few others say how long ago they heard it, by themselves.
/// Only where they have not either is it suspected, and after a minute counted as gone.
/// Local health: when half of our pings fail at once, it is we who are slow; all patience grows until answers come again.
/// A pause of our own process (a stopped virtual machine, a long collection) is nobody's silence.
/// Deviations: probes go to all connected peers, not to one a round (connections are few and need their keep-alive); suspicion
/// is not gossiped: it is an opinion of ours, used for routing, and decides nothing.
/// </summary>
internal sealed class FailureDetector(MembershipConfig config, Prng prng, MemberTable table, SortedDictionary<PeerId, Link> links)
{
    private const int HealthWorst = 8;
    private const int InquiriesMax = 1024;

    private readonly SortedDictionary<ulong, (PeerId Asked, PeerId Subject, Instant At)> _inquiries = [];
    private int _health;
    private Instant? _tickedAt;
    private Instant _wokeAt = Instant.Epoch;

    /// <summary>Zero is well; every step makes all time-outs longer.</summary>
    public int Health => _health;

    /// <summary>Any word from a peer is a sign of life.</summary>
    public void Heard(PeerId peer, Instant now, List<MembershipEffect> effects)
    {
        if (table.Find(peer) is not { } member) return;
        member.HeardDirectlyAt = now;
        Revive(member, now, effects);
    }

    public void Answer(PeerId peer, MembershipMessage.Ping ping, Instant now, List<MembershipEffect> effects)
    {
        if (ping.Subject is not { } subject)
        {
            effects.Add(new MembershipEffect.Send(peer, new MembershipMessage.Ack(ping.Nonce, null, Duration.Zero).Encode()));
            return;
        }

        if (table.Find(subject) is not { } member || member.HeardDirectlyAt == Instant.Epoch) return;
        Duration ago = now - member.HeardDirectlyAt;
        if (ago < Duration.Zero || ago > config.SuspectAfter) return;
        effects.Add(new MembershipEffect.Send(peer, new MembershipMessage.Ack(ping.Nonce, subject, ago).Encode()));
    }

    /// <summary>An answer to no question of ours is ignored: a late one is no misdeed.</summary>
    public void Take(Link link, MembershipMessage.Ack ack, Instant now, List<MembershipEffect> effects)
    {
        if (ack.Subject is { } subject)
        {
            if (!_inquiries.TryGetValue(ack.Nonce, out (PeerId Asked, PeerId Subject, Instant At) inquiry)) return;
            if (inquiry.Asked != link.Peer || inquiry.Subject != subject) return;
            _inquiries.Remove(ack.Nonce);
            if (table.Find(subject) is { } member && ack.HeardAgo <= config.SuspectAfter) Revive(member, now - ack.HeardAgo, effects);
            return;
        }

        if (link.PingNonce != ack.Nonce) return;
        link.PingNonce = null;
        if (_health > 0) _health--;
        if (table.Find(link.Peer) is { } answered) answered.RoundTrip = Smooth(answered.RoundTrip, now - link.PingSentAt);
    }

    public void Tick(Instant now, List<MembershipEffect> effects)
    {
        // A tick that comes very late: it is we who slept, and heard nobody for it. Nobody's silence began before we woke.
        if (_tickedAt is { } ticked && now - ticked > config.PingInterval) _wokeAt = now;
        _tickedAt = now;
        Probe(now, effects);
        Forget(now);
        foreach (Member member in table.Members)
        {
            if (member.IsWatched) Watch(member, now, effects);
        }
    }

    private void Probe(Instant now, List<MembershipEffect> effects)
    {
        int failed = 0;
        foreach (Link link in links.Values)
        {
            if (link.PingNonce is not null && now - link.PingSentAt > config.PingTimeout * (1 + _health))
            {
                link.PingNonce = null;
                failed++;
            }

            if (link.PingNonce is not null || now < link.NextPingAt) continue;
            ulong nonce = prng.NextUInt64();
            link.PingNonce = nonce;
            link.PingSentAt = now;
            Duration jitter = config.PingInterval / 4;
            link.NextPingAt = now + prng.NextDuration(config.PingInterval - jitter, config.PingInterval + jitter);
            effects.Add(new MembershipEffect.Send(link.Peer, new MembershipMessage.Ping(nonce, null).Encode()));
        }

        if (links.Count >= 3 && failed * 2 >= links.Count && _health < HealthWorst) _health++;
    }

    private void Watch(Member member, Instant now, List<MembershipEffect> effects)
    {
        Duration silence = now - (member.HeardAt > _wokeAt ? member.HeardAt : _wokeAt);
        if (silence > config.PingInterval * 2 && now >= member.NextInquiryAt) Inquire(member, now, effects);
        Duration patience = config.SuspectAfter + ((config.SuspectAfter / 4) * _health);
        switch (member.State)
        {
            case MemberState.Alive when silence > patience:
                member.State = MemberState.Suspected;
                member.SuspectedAt = now;
                effects.Add(new MembershipEffect.Suspected(member.Record.Peer));
                break;
            case MemberState.Suspected when now - member.SuspectedAt > config.LeaveAfter:
                member.State = MemberState.Left;
                member.IsWatched = false;
                PeerId peer = member.Record.Peer;
                effects.Add(new MembershipEffect.Left(peer));
                if (links.ContainsKey(peer)) effects.Add(new MembershipEffect.Disconnect(peer, ConnectionEnd.Lost));
                break;
            case MemberState.Alive:
            case MemberState.Suspected:
            case MemberState.Left:
                break;
        }
    }

    private void Inquire(Member member, Instant now, List<MembershipEffect> effects)
    {
        member.NextInquiryAt = now + config.PingInterval;
        PeerId subject = member.Record.Peer;
        foreach (PeerId voucher in RandomPeers.Pick(links, config.VouchersMax, prng, except: subject))
        {
            if (_inquiries.Count >= InquiriesMax) return;
            ulong nonce = prng.NextUInt64();
            _inquiries[nonce] = (voucher, subject, now);
            effects.Add(new MembershipEffect.Send(voucher, new MembershipMessage.Ping(nonce, subject).Encode()));
        }
    }

    private void Forget(Instant now)
    {
        List<ulong>? over = null;
        foreach ((ulong nonce, (PeerId Asked, PeerId Subject, Instant At) inquiry) in _inquiries)
        {
            if (now - inquiry.At > config.SuspectAfter) (over ??= []).Add(nonce);
        }

        if (over is null) return;
        foreach (ulong nonce in over) _inquiries.Remove(nonce);
    }

    private static void Revive(Member member, Instant heardAt, List<MembershipEffect> effects)
    {
        if (heardAt > member.HeardAt) member.HeardAt = heardAt;
        switch (member.State)
        {
            case MemberState.Alive:
                return;
            case MemberState.Suspected:
                effects.Add(new MembershipEffect.Recovered(member.Record.Peer));
                break;
            case MemberState.Left:
                effects.Add(new MembershipEffect.Joined(member.Record));
                break;
        }

        member.State = MemberState.Alive;
    }

    /// <summary>RFC 6298: seven eighths of the past, one of the new.</summary>
    private static Duration Smooth(Duration past, Duration sample) =>
        past == Duration.Zero ? sample : new Duration(((7 * past.Microseconds) + sample.Microseconds) / 8);
}
