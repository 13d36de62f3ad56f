using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Processes.Tests.Net;

internal enum LinkState
{
    Open,

    /// <summary>A network that loses everything: bytes wait here, as they would with TCP, and nobody is told.</summary>
    Silent,

    /// <summary>A network that says no: connections are reset, dials end at once.</summary>
    Refusing,
}

/// <summary>
/// The wires between peers, as TCP proxies in this process: one listener for each peer, whose address is all that the others
/// learn of it. Who dials is read from the kernel's tables, so each pair has two directed links of its own, and each link is as
/// good or bad as <see cref="LinkWeather"/> says.
/// <code>
///   peer 2 -- dials --> listener of peer 0 == link(2,0) ==> peer 0's own port
///          <=========================== link(0,2) =========
/// </code>
/// </summary>
internal sealed class Links : IAsyncDisposable
{
    private readonly Func<IPEndPoint, IPEndPoint, int?> _partyOf;
    private readonly Link[,] _links;
    private readonly List<TcpListener> _listeners = [];
    private readonly ConcurrentDictionary<Wire, byte> _wires = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _accepting = [];

    private Links(int peers, Func<IPEndPoint, IPEndPoint, int?> partyOf)
    {
        _partyOf = partyOf;
        _links = new Link[peers + 1, peers + 1];
        for (int from = 0; from <= peers; from++)
        {
            for (int to = 0; to <= peers; to++) _links[from, to] = new Link(from, to);
        }

        for (int peer = 0; peer < peers; peer++)
        {
            TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            _listeners.Add(listener);
        }
    }

    /// <summary>The addresses stand from now on; nobody answers there before <see cref="Open"/>.</summary>
    /// <param name="peers">How many have a listener, numbered from 0; a party above that only dials.</param>
    /// <param name="partyOf">Who holds the socket with this local and this remote end; null where nobody known does.</param>
    public static Links Between(int peers, Func<IPEndPoint, IPEndPoint, int?> partyOf) => new(peers, partyOf);

    /// <summary>host:port that others dial to reach a peer.</summary>
    public string AddressOf(int peer) => _listeners[peer].LocalEndpoint.ToString()!;

    /// <param name="targets">Where each peer listens itself.</param>
    public void Open(IReadOnlyList<IPEndPoint> targets)
    {
        for (int peer = 0; peer < targets.Count; peer++) _accepting.Add(AcceptAsync(peer, targets[peer]));
    }

    /// <summary>Both directions between everyone here and everyone there.</summary>
    public void Set(int[] here, int[] there, LinkState state)
    {
        foreach (int one in here)
        {
            foreach (int other in there)
            {
                _links[one, other].Set(state);
                _links[other, one].Set(state);
                if (state != LinkState.Refusing) continue;
                foreach (Wire wire in _wires.Keys)
                {
                    if (wire.Joins(one, other)) wire.Reset();
                }
            }
        }
    }

    /// <summary>These ways, each one direction of a link, lose everything; all others are open.</summary>
    public void Cut(IReadOnlyCollection<(int From, int To)> ways)
    {
        for (int from = 0; from < _listeners.Count; from++)
        {
            for (int to = 0; to < _listeners.Count; to++)
            {
                if (from != to) _links[from, to].Set(ways.Contains((from, to)) ? LinkState.Silent : LinkState.Open);
            }
        }
    }

    /// <summary>What all links do to what they carry from now on.</summary>
    /// <param name="conditions">Null for nothing.</param>
    public void Carry(LinkConditions? conditions)
    {
        for (int from = 0; from <= _listeners.Count; from++)
        {
            for (int to = 0; to <= _listeners.Count; to++) _links[from, to].Weather.Conditions = conditions;
        }
    }

    /// <summary>A peer says everything, so many bytes in a second to each other; zero for as fast as it can.</summary>
    public void Drip(int peer, int bytesPerSecond)
    {
        for (int to = 0; to <= _listeners.Count; to++) _links[peer, to].Weather.DripBytesPerSecond = bytesPerSecond;
    }

    /// <summary>All connections of a peer end by a reset; new ones are let in.</summary>
    public void Reset(int peer)
    {
        foreach (Wire wire in _wires.Keys)
        {
            if (wire.Touches(peer)) wire.Reset();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (TcpListener listener in _listeners) listener.Dispose();
        foreach (Wire wire in _wires.Keys) wire.Reset();
        await Task.WhenAll(_accepting);
        _stop.Dispose();
    }

    private async Task AcceptAsync(int peer, IPEndPoint target)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket dialled = await _listeners[peer].AcceptSocketAsync(_stop.Token);
                _ = ServeAsync(dialled, peer, target);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // A dialler that was gone before it was taken; or the end, which the loop sees.
            }
        }
    }

    private async Task ServeAsync(Socket dialled, int peer, IPEndPoint target)
    {
        using Socket near = dialled;
        using Socket far = new(SocketType.Stream, ProtocolType.Tcp);
        if (_partyOf((IPEndPoint)near.RemoteEndPoint!, (IPEndPoint)near.LocalEndPoint!) is not { } dialler) return;
        Link there = _links[dialler, peer];
        Link back = _links[peer, dialler];
        Wire wire = new(dialler, peer, near, far);
        _wires.TryAdd(wire, 0);
        try
        {
            // Looked at after the wire is known, so that a cut in this moment finds it.
            if (there.State == LinkState.Refusing || back.State == LinkState.Refusing) return;
            near.NoDelay = true;
            far.NoDelay = true;
            await far.ConnectAsync(target, _stop.Token);
            await Task.WhenAll(CarryAsync(there, near, far), CarryAsync(back, far, near));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is gone: so is the other, below.
        }
        finally
        {
            _wires.TryRemove(wire, out _);
            wire.Reset();
        }
    }

    private async Task CarryAsync(Link link, Socket source, Socket target)
    {
        Channel<(DateTime Due, byte[] Bytes)> underWay = Channel.CreateBounded<(DateTime, byte[])>(256);
        Task reading = ReadAsync();
        await foreach ((DateTime due, byte[] bytes) in underWay.Reader.ReadAllAsync(_stop.Token))
        {
            TimeSpan rest = due - DateTime.UtcNow;
            if (rest > TimeSpan.Zero) await Task.Delay(rest, _stop.Token);
            await link.UntilOpenAsync(_stop.Token);
            for (int sent = 0; sent < bytes.Length;) sent += await target.SendAsync(bytes.AsMemory(sent), _stop.Token);
        }

        await reading;
        await link.UntilOpenAsync(_stop.Token);
        target.Shutdown(SocketShutdown.Send);

        async Task ReadAsync()
        {
            byte[] buffer = new byte[64 << 10];
            try
            {
                int count;
                DateTime last = DateTime.MinValue;
                while ((count = await source.ReceiveAsync(buffer, _stop.Token)) > 0)
                {
                    byte[] piece = buffer[..count];
                    (TimeSpan late, Damage damage) = link.Weather.Strike(piece, DateTime.UtcNow);
                    // A stream keeps its order: what is held up holds up all that is behind it.
                    DateTime due = DateTime.UtcNow + late;
                    last = due > last ? due : last;
                    if (damage == Damage.Torn) piece = piece[..(count / 2)];
                    await underWay.Writer.WriteAsync((last, piece), _stop.Token);
                    if (damage == Damage.Torn) throw new SocketException((int)SocketError.ConnectionReset);
                }

                underWay.Writer.Complete();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                underWay.Writer.Complete(exception);
            }
        }
    }

    private sealed class Link(int from, int to)
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _open = Opened();

        public LinkState State { get; private set; }

        public LinkWeather Weather { get; } = new(from, to);

        public void Set(LinkState state)
        {
            lock (_gate)
            {
                State = state;
                if (state == LinkState.Silent && _open.Task.IsCompleted) _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (state != LinkState.Silent) _open.TrySetResult();
            }
        }

        public Task UntilOpenAsync(CancellationToken stop)
        {
            lock (_gate) return _open.Task.WaitAsync(stop);
        }

        private static TaskCompletionSource Opened()
        {
            TaskCompletionSource source = new();
            source.SetResult();
            return source;
        }
    }

    private sealed class Wire(int dialler, int peer, Socket near, Socket far)
    {
        public bool Joins(int one, int other) => (dialler, peer) == (one, other) || (dialler, peer) == (other, one);

        public bool Touches(int one) => dialler == one || peer == one;

        public void Reset()
        {
            near.Close(0);
            far.Close(0);
        }
    }
}
