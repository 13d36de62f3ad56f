using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership.Tests;

/// <summary>
/// Many machines in virtual time on a network of our own: latencies, loss, partitions and crashes by a seed. It keeps the
/// promises of the real one: a dial is answered, one connection with each peer, frames in order, ends told on both sides.
/// </summary>
internal sealed class TestWorld
{
    private readonly PriorityQueue<Action, (Instant At, long Order)> _queue = new();
    private readonly Prng _prng;
    private long _order;

    public TestWorld(int count, ulong seed, Func<int, int>? seedOf = null, Func<MembershipConfig, MembershipConfig>? configure = null)
    {
        _prng = new Prng(seed);
        Configure = configure ?? (static config => config);
        for (int i = 0; i < count; i++)
        {
            // One address each: by default that of the first, who knows nobody.
            int friend = seedOf is null ? 0 : seedOf(i);
            Nodes.Add(new Node(i, TestKeys.Signer(i), friend));
        }

        foreach (Node node in Nodes) Boot(node);
    }

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1_795_000_000_000);

    public List<Node> Nodes { get; } = [];

    /// <summary>Messages lost, in a thousand.</summary>
    public int LossPerMille { get; set; }

    /// <summary>Nodes of different groups do not reach each other.</summary>
    public Func<int, int> GroupOf { get; set; } = static _ => 0;

    /// <summary>Pairs that do not reach each other, whatever their groups.</summary>
    public Func<int, int, bool> CannotReach { get; set; } = static (_, _) => false;

    public long MessageCount { get; private set; }

    public long ByteCount { get; private set; }

    /// <summary>A running hash of everything that happened, but for the bytes of signatures.</summary>
    public Hash256 Trace { get; private set; }

    private Func<MembershipConfig, MembershipConfig> Configure { get; }

    public static string AddressOf(int number) => $"node{number}.test:7070";

    public void Run(Duration length) => RunUntil(static () => false, length);

    /// <summary>Runs until the goal holds; fails the test where it does not within the time.</summary>
    public Duration RunTo(string goal, Func<bool> isReached, Duration within)
    {
        Instant begin = Now;
        Assert.True(RunUntil(isReached, within), $"not within {within.Seconds} s: {goal}");
        return Now - begin;
    }

    public bool AllKnowAll()
    {
        int others = Nodes.Count(static node => node.Machine is not null) - 1;
        return Nodes.All(node =>
            node.Machine is null || node.Machine.Members.Count(static member => member.State == MemberState.Alive) == others);
    }

    public void Give(Node node, MembershipInput input)
    {
        if (node.Machine is null) return;
        foreach (MembershipEffect effect in node.Machine.Step(Now + node.ClockSkew, input)) Perform(node, effect);
    }

    public void Crash(Node node)
    {
        node.Machine = null;
        foreach (int peer in node.Links.ToArray()) Cut(node, Nodes[peer]);
    }

    public void Boot(Node node)
    {
        ImmutableArray<string> seeds = node.Friend == node.Number ? [] : [AddressOf(node.Friend)];
        MembershipConfig config = Configure(
            new MembershipConfig { Chain = TestKeys.Chain, Addresses = [AddressOf(node.Number)], Seeds = seeds });
        node.Machine = new MembershipMachine(config, node.Signer, TestKeys.Signatures, new Prng(_prng.NextUInt64()));
        node.Life++;
        TickForever(node, node.Life, config.TickInterval);
    }

    /// <summary>Ends connections that have lost their way, as time-outs would.</summary>
    public void CutUnreachable()
    {
        foreach (Node node in Nodes)
        {
            foreach (int peer in node.Links.ToArray())
            {
                if (!Reaches(node.Number, peer)) Cut(node, Nodes[peer]);
            }
        }
    }

    public void Connect(Node from, Node to, string address)
    {
        from.Links.Add(to.Number);
        to.Links.Add(from.Number);
        After(Duration.Zero, () => Give(from, new MembershipInput.Connected(to.Peer, to.Signer.PublicKey, address, Outbound: true)));
        string caller = AddressOf(from.Number);
        After(Duration.Zero, () => Give(to, new MembershipInput.Connected(from.Peer, from.Signer.PublicKey, caller, Outbound: false)));
    }

    public void After(Duration length, Action action) => _queue.Enqueue(action, (Now + length, _order++));

    private bool RunUntil(Func<bool> isReached, Duration within)
    {
        Instant end = Now + within;
        Instant nextLook = Now;
        while (_queue.TryPeek(out _, out (Instant At, long Order) next) && next.At <= end)
        {
            if (next.At >= nextLook)
            {
                if (isReached()) return true;
                nextLook = next.At + Duration.FromMilliseconds(50);
            }

            Action action = _queue.Dequeue();
            Now = next.At;
            action();
        }

        Now = end;
        return isReached();
    }

    private void TickForever(Node node, int life, Duration interval)
    {
        if (node.Life != life || node.Machine is null) return;
        Give(node, new MembershipInput.Tick());
        After(_prng.NextDuration(interval / 2, interval), () => TickForever(node, life, interval));
    }

    private void Perform(Node node, MembershipEffect effect)
    {
        Note(node, effect);
        node.Effects.Add(effect);
        switch (effect)
        {
            case MembershipEffect.Dial dial:
                After(Latency(), () => Dial(node, dial.Address));
                break;
            case MembershipEffect.Send send:
                Send(node, send);
                break;
            case MembershipEffect.Disconnect disconnect:
                if (Nodes.Find(other => other.Peer == disconnect.Peer) is { } peer) Cut(node, peer);
                break;
        }
    }

    private void Dial(Node node, string address)
    {
        Node? target = Nodes.Find(other => AddressOf(other.Number) == address);
        ConnectionEnd? failure = null;
        if (target == node) failure = ConnectionEnd.Self;
        else if (target?.Machine is null || !Reaches(node.Number, target.Number)) failure = ConnectionEnd.Lost;
        else if (node.Links.Contains(target.Number)) failure = ConnectionEnd.Duplicate;
        if (failure is { } end) Give(node, new MembershipInput.DialFailed(address, end));
        else if (node.Machine is not null) Connect(node, target!, address);
    }

    private void Send(Node node, MembershipEffect.Send send)
    {
        Node? target = Nodes.Find(other => other.Peer == send.Peer);
        if (target is null || !node.Links.Contains(target.Number)) return;
        MessageCount++;
        ByteCount += send.Message.Length;
        if (_prng.NextChance(LossPerMille)) return;

        // In order: never before what was sent earlier.
        Instant at = Now + Latency();
        if (node.LastArrival.TryGetValue(target.Number, out Instant last) && at < last) at = last;
        node.LastArrival[target.Number] = at;
        After(at - Now, () =>
        {
            if (node.Links.Contains(target.Number)) Give(target, new MembershipInput.Received(node.Peer, send.Message));
        });
    }

    private void Cut(Node one, Node other)
    {
        if (!one.Links.Remove(other.Number)) return;
        other.Links.Remove(one.Number);
        After(Duration.Zero, () => Give(one, new MembershipInput.Disconnected(other.Peer, ConnectionEnd.Lost)));
        After(Duration.Zero, () => Give(other, new MembershipInput.Disconnected(one.Peer, ConnectionEnd.Lost)));
    }

    private bool Reaches(int from, int to) => GroupOf(from) == GroupOf(to) && !CannotReach(from, to);

    private Duration Latency() => _prng.NextDuration(Duration.FromMilliseconds(2), Duration.FromMilliseconds(80));

    private void Note(Node node, MembershipEffect effect)
    {
        string what = effect switch
        {
            MembershipEffect.Send send => $"send {send.Peer} {send.Message.Length}",
            MembershipEffect.Joined joined => $"joined {joined.Record.Peer} {joined.Record.Sequence}",
            MembershipEffect.Updated updated => $"updated {updated.Record.Peer} {updated.Record.Sequence}",
            MembershipEffect.PeerReady ready => $"ready {ready.Peer}",
            MembershipEffect.Delivered delivered => $"delivered {Convert.ToHexString(delivered.Payload.Span)}",
            _ => effect.ToString(),
        };
        Trace = Hasher.Tagged(HashDomain.Topic, Trace.AsSpan(), System.Text.Encoding.ASCII.GetBytes($"{Now} {node.Number} {what}"));
    }

    internal sealed class Node(int number, ISigner signer, int friend)
    {
        public int Number { get; } = number;

        public ISigner Signer { get; } = signer;

        public int Friend { get; } = friend;

        public PeerId Peer { get; } = signer.PublicKey.ToPeerId();

        public MembershipMachine? Machine { get; set; }

        public int Life { get; set; }

        public Duration ClockSkew { get; set; }

        public SortedSet<int> Links { get; } = [];

        public Dictionary<int, Instant> LastArrival { get; } = [];

        public List<MembershipEffect> Effects { get; } = [];

        public int Count<T>(Func<T, bool>? where = null) where T : MembershipEffect =>
            Effects.OfType<T>().Count(where ?? (static _ => true));
    }
}
