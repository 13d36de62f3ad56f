using System;
using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation;

/// <summary>
/// All connections of a simulated world. What becomes of a frame is decided by <see cref="Links"/>; a crash ends every connection of
/// its peer, and so does a frame that arrives damaged.
/// </summary>
internal sealed class SimulatedNetwork(VirtualTimeDispatcher time, Links links)
{
    private readonly SortedDictionary<string, Endpoint> _listeners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _places = new(StringComparer.Ordinal);

    public Links Links { get; } = links;

    /// <summary>The number of an address among the links: the first one asked for is 0.</summary>
    public int PlaceOf(string address)
    {
        if (!_places.TryGetValue(address, out int place)) _places.Add(address, place = _places.Count);
        return place;
    }

    private readonly SortedDictionary<FrameClass, long> _bytesSent = [];

    public long BytesSent(FrameClass frameClass) => _bytesSent.GetValueOrDefault(frameClass);

    /// <summary>A party at an address. It hears nothing until it is started.</summary>
    public INetwork Attach(string address, PublicKey key, PeerRole role)
    {
        int place = PlaceOf(address);
        Endpoint endpoint = new(this, address, place, key, role);
        _listeners[address] = endpoint;
        return endpoint;
    }

    /// <summary>The party vanishes without a word; its partners notice after a while.</summary>
    public void Detach(string address)
    {
        if (!_listeners.Remove(address, out Endpoint? endpoint)) return;
        endpoint.Vanish();
    }

    /// <summary>Every connection of a party ends; it may dial again.</summary>
    public void Reset(string address)
    {
        if (!_listeners.TryGetValue(address, out Endpoint? endpoint)) return;
        foreach (PeerId partner in new List<PeerId>(endpoint.Partners.Keys)) Disconnect(endpoint, partner, DisconnectReason.ConnectionLost);
    }

    private void Dial(Endpoint from, string address)
    {
        time.ScheduleAt(time.Now + Links.Delay(from.Place, from.Place), () =>
        {
            if (!from.IsAlive) return;
            if (!_listeners.TryGetValue(address, out Endpoint? to) || to.Sink is null || Links.IsCut(from.Place, to.Place))
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
        _bytesSent[frameClass] = _bytesSent.GetValueOrDefault(frameClass) + frame.Length;
        // Between owner and provider there is one stream, which TLS keeps whole: it breaks or it delivers.
        FrameFate fate = Links.Send(time.Now, from.Place, to.Place, frame.Length, frameClass == FrameClass.Bulk);
        if (fate.First is not { } first) return SendVerdict.Accepted;
        byte[] copy = frame.ToArray();
        Deliver(from, to, frameClass, copy, first, fate.Damage);
        if (fate.Second is { } second) Deliver(from, to, frameClass, copy, second, FrameDamage.None);
        return SendVerdict.Accepted;
    }

    // The seal of a damaged frame is broken, and its connection with it.
    private void Deliver(Endpoint from, Endpoint to, FrameClass frameClass, byte[] frame, Instant arrival, FrameDamage damage) => time.ScheduleAt(arrival, () =>
    {
        if (!to.IsAlive || !to.Partners.TryGetValue(from.Id, out Endpoint? still) || still != from) return;
        if (damage == FrameDamage.None) to.Tell(new NetworkEvent.Received(from.Id, frameClass, frame));
        else Disconnect(to, from.Id, DisconnectReason.ConnectionLost);
    });

    private static void Disconnect(Endpoint from, PeerId peer, DisconnectReason reason)
    {
        if (!from.Partners.Remove(peer, out Endpoint? to)) return;
        from.Tell(new NetworkEvent.Disconnected(peer, reason));
        if (to.Partners.Remove(from.Id)) to.Tell(new NetworkEvent.Disconnected(from.Id, DisconnectReason.ConnectionLost));
    }

    private sealed class Endpoint(SimulatedNetwork network, string address, int place, PublicKey key, PeerRole role) : INetwork
    {
        public string Address { get; } = address;

        public int Place { get; } = place;

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

    private void Noticed(Endpoint left, Endpoint gone) => time.ScheduleAt(time.Now + Links.Delay(gone.Place, left.Place), () =>
    {
        if (!left.Partners.TryGetValue(gone.Id, out Endpoint? still) || still != gone) return;
        left.Partners.Remove(gone.Id);
        left.Tell(new NetworkEvent.Disconnected(gone.Id, DisconnectReason.ConnectionLost));
    });
}
