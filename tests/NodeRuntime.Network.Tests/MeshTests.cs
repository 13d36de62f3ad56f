using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests;

/// <summary>The membership machine over real sockets, as a supervisor runs it: one seed address each becomes a mesh.</summary>
public sealed class MeshTests
{
    [Fact]
    public async Task Eight_peers_with_one_seed_address_each_become_a_full_mesh_and_tell_everybody_once()
    {
        const int Count = 8;
        List<Member> members = [];
        try
        {
            for (int i = 0; i < Count; i++) members.Add(Member.Start(i == 0 ? null : members[0].Address, seed: (ulong)i));
            foreach (Member member in members) await member.Until(() => member.ReadyCount == Count - 1);
            Assert.All(members, static member => Assert.Equal(Count - 1, member.AliveCount));

            members[3].Give(new MembershipInput.Publish(1, new byte[] { 42 }));
            foreach (Member member in members.Where(member => member != members[3])) await member.Until(() => member.Delivered.Count == 1);

            // A crash is noticed by all, by the ends of its connections.
            await members[5].DisposeAsync();
            foreach (Member member in members.Where(member => member != members[5]))
            {
                await member.Until(() => member.ReadyCount == Count - 2);
            }

            Assert.All(members.Where(member => member != members[3]), static member => Assert.Single(member.Delivered));
            Assert.All(members, static member => Assert.Equal(0, member.BanCount));
        }
        finally
        {
            foreach (Member member in members) await member.DisposeAsync();
        }
    }

    private sealed class Member : IAsyncDisposable
    {
        private readonly TlsNetwork _network;
        private readonly TestLog _log = new();
        private readonly Channel<MembershipInput> _inputs = Channel.CreateUnbounded<MembershipInput>();
        private readonly CancellationTokenSource _stop = new();
        private readonly Lock _gate = new();
        private readonly Task _running;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private Member(string? seedAddress, ulong seed)
        {
            TestSigner signer = new();
            _network = TlsNetwork.Open(TestPeer.Config, signer, TestSigner.Signatures, TestPeer.Chain, TimeProvider.System, _log);
            MembershipConfig config = new()
            {
                Chain = TestPeer.Chain,
                Addresses = [_network.ListenAddress],
                Seeds = seedAddress is null ? [] : [seedAddress],
            };
            Machine = new MembershipMachine(config, signer, TestSigner.Signatures, new Prng(seed));
            _running = Task.WhenAll(RunAsync(), TickAsync(config.TickInterval));
            _network.Start(happened =>
            {
                if (Translate(happened) is { } input) Give(input);
            });
        }

        public MembershipMachine Machine { get; }

        public int AliveCount
        {
            get
            {
                lock (_gate) return Machine.Members.Count(static one => one.State == MemberState.Alive);
            }
        }

        public string Address => _network.ListenAddress;

        public int ReadyCount { get; private set; }

        public int BanCount { get; private set; }

        public List<MembershipEffect.Delivered> Delivered { get; } = [];

        public static Member Start(string? seedAddress, ulong seed) => new(seedAddress, seed);

        public void Give(MembershipInput input) => _inputs.Writer.TryWrite(input);

        public async Task Until(Func<bool> holds)
        {
            using CancellationTokenSource deadline = new(TestPeer.Deadline);
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (holds()) return;
                    changed = _changed.Task;
                }

                await changed.WaitAsync(deadline.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _network.DisposeAsync();
            await _running;
            Assert.Empty(_log.Defects);
        }

        private async Task RunAsync()
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    MembershipInput input = await _inputs.Reader.ReadAsync(_stop.Token);
                    lock (_gate)
                    {
                        foreach (MembershipEffect effect in Machine.Step(TimeProvider.System.Now(), input)) Perform(effect);
                        _changed.SetResult();
                        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    }
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }

        private async Task TickAsync(Duration interval)
        {
            while (!_stop.IsCancellationRequested)
            {
                Give(new MembershipInput.Tick());
                await Task.Delay(interval.ToTimeSpan(), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private void Perform(MembershipEffect effect)
        {
            switch (effect)
            {
                case MembershipEffect.Dial dial:
                    _network.Dial(dial.Address);
                    break;
                case MembershipEffect.Send send:
                    _network.Send(send.Peer, FrameClass.Membership, send.Message);
                    break;
                case MembershipEffect.Disconnect disconnect:
                    _network.Disconnect(disconnect.Peer, DisconnectReason.ScoreTooLow);
                    break;
                case MembershipEffect.PeerReady:
                    ReadyCount++;
                    break;
                case MembershipEffect.PeerGone:
                    ReadyCount--;
                    break;
                case MembershipEffect.Banned:
                    BanCount++;
                    break;
                case MembershipEffect.Delivered delivered:
                    Delivered.Add(delivered);
                    break;
            }
        }

        private static MembershipInput? Translate(NetworkEvent happened) => happened switch
        {
            NetworkEvent.Connected { Role: PeerRole.Peer } connected => new MembershipInput.Connected(
                connected.Peer, Key(connected.NodeKey), connected.Address, connected.Outbound),
            NetworkEvent.Disconnected disconnected => new MembershipInput.Disconnected(disconnected.Peer, Translate(disconnected.Reason)),
            NetworkEvent.DialFailed failed => new MembershipInput.DialFailed(failed.Address, Translate(failed.Reason)),
            NetworkEvent.Received { FrameClass: FrameClass.Membership } received =>
                new MembershipInput.Received(received.Peer, received.Frame),
            _ => null,
        };

        private static PublicKey Key(ReadOnlyMemory<byte> bytes)
        {
            Assert.True(PublicKey.TryParse(bytes.Span, out PublicKey key));
            return key;
        }

        private static ConnectionEnd Translate(DisconnectReason reason) => reason switch
        {
            DisconnectReason.Closed => ConnectionEnd.Lost,
            DisconnectReason.ConnectionLost => ConnectionEnd.Lost,
            DisconnectReason.Timeout => ConnectionEnd.Lost,
            DisconnectReason.FrameTooLarge => ConnectionEnd.Misbehaved,
            DisconnectReason.FrameMalformed => ConnectionEnd.Misbehaved,
            DisconnectReason.RateExceeded => ConnectionEnd.Misbehaved,
            DisconnectReason.ScoreTooLow => ConnectionEnd.Misbehaved,
            DisconnectReason.WrongChain => ConnectionEnd.Incompatible,
            DisconnectReason.VersionUnsupported => ConnectionEnd.Incompatible,
            DisconnectReason.CertificateRefused => ConnectionEnd.Incompatible,
            DisconnectReason.DuplicateConnection => ConnectionEnd.Duplicate,
            DisconnectReason.TooManyPeers => ConnectionEnd.Full,
            DisconnectReason.SelfConnection => ConnectionEnd.Self,
        };
    }
}
