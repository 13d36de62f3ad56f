using System;
using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// All connections of a simulated world. A frame is copied, delayed, lost, doubled or overtaken as the faults say; a
/// partition swallows what crosses it; a crash cuts every connection of its peer. Frames of one connection and class keep
/// their order unless reordering strikes.
/// </summary>
public sealed class SimulatedNetwork(VirtualTimeDispatcher time, Prng prng, Faults faults)
{
    private readonly SortedDictionary<string, Endpoint> _listeners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string From, string To), Instant> _lastArrival = [];
    private Func<string, string, bool> _isCut = static (_, _) => false;

    /// <summary>Faults apply until the world heals.</summary>
    public Faults Faults { get; set; } = faults;

    public long FramesSent { get; private set; }

    public long FramesLost { get; private set; }

    private readonly SortedDictionary<FrameClass, long> _bytesSent = [];

    public long BytesSent(FrameClass frameClass) => _bytesSent.GetValueOrDefault(frameClass);

    /// <summary>A party at an address. It hears nothing until it is started.</summary>
    public INetwork Attach(string address, PublicKey key, PeerRole role)
    {
        Endpoint endpoint = new(this, address, key, role);
        _listeners[address] = endpoint;
        return endpoint;
    }

    /// <summary>The party vanishes without a word; its partners notice after a while.</summary>
    public void Detach(string address)
    {
        if (!_listeners.Remove(address, out Endpoint? endpoint)) return;
        endpoint.Vanish();
    }

    /// <summary>From now on frames between two addresses vanish where the function says so.</summary>
    public void Cut(Func<string, string, bool> isCut) => _isCut = isCut;

    public void Heal() => _isCut = static (_, _) => false;

    private void Dial(Endpoint from, string address)
    {
        time.ScheduleAt(time.Now + Delay(), () =>
        {
            if (!from.IsAlive) return;
            if (!_listeners.TryGetValue(address, out Endpoint? to) || to.Sink is null || _isCut(from.Address, address))
            {
                from.Tell(new NetworkEvent.DialFailed(address, DisconnectReason.Timeout, "no answer"));
                return;
            }

            if (to == from)
            {
                from.Tell(new NetworkEvent.DialFailed(address, DisconnectReason.SelfConnection, "this is us"));
                return;
            }

            Connect(from, to);
        });
    }

    private static void Connect(Endpoint from, Endpoint to)
    {
        if (from.Partners.ContainsKey(to.Id) || to.Partners.ContainsKey(from.Id))
        {
            from.Tell(new NetworkEvent.DialFailed(to.Address, DisconnectReason.DuplicateConnection, "already connected"));
            return;
        }

        from.Partners.Add(to.Id, to);
        to.Partners.Add(from.Id, from);
        from.Tell(new NetworkEvent.Connected(to.Id, to.Key.AsSpan().ToArray(), to.Role, to.Address, true));
        to.Tell(new NetworkEvent.Connected(from.Id, from.Key.AsSpan().ToArray(), from.Role, from.Address, false));
    }

    private SendVerdict Send(Endpoint from, PeerId peer, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length > Limits.FrameBytesMax) return SendVerdict.FrameTooLarge;
        if (!from.Partners.TryGetValue(peer, out Endpoint? to)) return SendVerdict.NotConnected;
        FramesSent++;
        _bytesSent[frameClass] = _bytesSent.GetValueOrDefault(frameClass) + frame.Length;
        if (_isCut(from.Address, to.Address) || prng.NextChance(LossOf(frameClass)))
        {
            FramesLost++;
            return SendVerdict.Accepted;
        }

        Deliver(from, to, frameClass, frame);
        if (prng.NextChance(DuplicationOf(frameClass))) Deliver(from, to, frameClass, frame);
        return SendVerdict.Accepted;
    }

    // Between owner and provider there is one stream, which TLS keeps whole: it breaks or it delivers.
    private int LossOf(FrameClass frameClass) => frameClass == FrameClass.Bulk ? 0 : Faults.LossPerMille;

    private int DuplicationOf(FrameClass frameClass) => frameClass == FrameClass.Bulk ? 0 : Faults.DuplicationPerMille;

    private void Deliver(Endpoint from, Endpoint to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        byte[] copy = frame.ToArray();
        Instant arrival = time.Now + Delay();
        (string From, string To) link = (from.Address, to.Address);
        bool mayOvertake = frameClass != FrameClass.Bulk && prng.NextChance(Faults.ReorderPerMille);
        if (!mayOvertake && _lastArrival.TryGetValue(link, out Instant last) && last >= arrival) arrival = last + new Duration(1);
        if (!mayOvertake) _lastArrival[link] = arrival;
        time.ScheduleAt(arrival, () =>
        {
            if (!to.IsAlive || !to.Partners.TryGetValue(from.Id, out Endpoint? still) || still != from) return;
            to.Tell(new NetworkEvent.Received(from.Id, frameClass, copy));
        });
    }

    private static void Disconnect(Endpoint from, PeerId peer, DisconnectReason reason)
    {
        if (!from.Partners.Remove(peer, out Endpoint? to)) return;
        from.Tell(new NetworkEvent.Disconnected(peer, reason));
        if (to.Partners.Remove(from.Id)) to.Tell(new NetworkEvent.Disconnected(from.Id, DisconnectReason.ConnectionLost));
    }

    private Duration Delay() => prng.NextDuration(Faults.DelayMin, Faults.DelayMax);

    private sealed class Endpoint(SimulatedNetwork network, string address, PublicKey key, PeerRole role) : INetwork
    {
        public string Address { get; } = address;

        public PublicKey Key { get; } = key;

        public PeerRole Role { get; } = role;

        public PeerId Id { get; } = key.ToPeerId();

        public bool IsAlive { get; private set; } = true;

        public Action<NetworkEvent>? Sink { get; private set; }

        public SortedDictionary<PeerId, Endpoint> Partners { get; } = [];

        public void Start(Action<NetworkEvent> sink) => Sink = sink;

        public void Dial(string address) => network.Dial(this, address);

        public SendVerdict Send(PeerId peer, FrameClass frameClass, ReadOnlyMemory<byte> frame) =>
            IsAlive ? network.Send(this, peer, frameClass, frame) : SendVerdict.NotConnected;

        public void Disconnect(PeerId peer, DisconnectReason reason) => SimulatedNetwork.Disconnect(this, peer, reason);

        public void Tell(NetworkEvent happened)
        {
            if (IsAlive) Sink?.Invoke(happened);
        }

        public void Vanish()
        {
            IsAlive = false;
            foreach (Endpoint partner in Partners.Values)
            {
                Endpoint left = partner;
                network.Noticed(left, this);
            }

            Partners.Clear();
        }
    }

    private void Noticed(Endpoint left, Endpoint gone) => time.ScheduleAt(time.Now + Delay(), () =>
    {
        if (!left.Partners.TryGetValue(gone.Id, out Endpoint? still) || still != gone) return;
        left.Partners.Remove(gone.Id);
        left.Tell(new NetworkEvent.Disconnected(gone.Id, DisconnectReason.ConnectionLost));
    });
}
