using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// Hands transfers that were signed beforehand to the peers, as a client would: so many of each sender are under way, the next goes out when one is
/// seen in a finalized block, and what is not seen for long is said again.
/// </summary>
/// <param name="signed">In turns: number i is of sender i modulo <paramref name="senders"/>, in the order of its sequence numbers.</param>
internal sealed class TransferFeed(PeerNet net, byte[][] signed, int senders)
{
    private const int UnderWayPerSenderMax = 4;
    private const int Batch = 200;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly int[] _sent = new int[senders];
    private readonly int[] _final = new int[senders];
    private readonly long[] _movedAt = new long[senders];
    private readonly Dictionary<AccountId, int> _senderOf = [];
    private ulong _height;

    /// <summary>Transfers that went out, each counted once.</summary>
    public int Sent { get; private set; }

    /// <summary>Those that went out again.</summary>
    public int SentAgain { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        for (int sender = 0; sender < senders; sender++)
        {
            Assert.True(Transaction.TryDecode(signed[sender], out Transaction? first));
            _senderOf.Add(first!.Sender, sender);
        }

        using PeriodicTimer timer = new(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) Feed();
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private void Feed()
    {
        Look();
        List<ReadOnlyMemory<byte>>[] shares = [.. Enumerable.Range(0, net.Count).Select(static _ => new List<ReadOnlyMemory<byte>>())];
        for (int sender = 0; sender < senders; sender++)
        {
            // A sender's transfers all go one way, so that none overtakes another.
            List<ReadOnlyMemory<byte>> share = shares[sender % net.Count];
            if (_sent[sender] > _final[sender] && Stopwatch.GetElapsedTime(_movedAt[sender]) > Patience)
            {
                for (int turn = _final[sender]; turn < _sent[sender]; turn++) share.Add(signed[(turn * senders) + sender]);
                SentAgain += _sent[sender] - _final[sender];
                _movedAt[sender] = Stopwatch.GetTimestamp();
            }

            while (_sent[sender] < _final[sender] + UnderWayPerSenderMax && (_sent[sender] * senders) + sender < signed.Length)
            {
                if (_sent[sender] == _final[sender]) _movedAt[sender] = Stopwatch.GetTimestamp();
                share.Add(signed[(_sent[sender]++ * senders) + sender]);
                Sent++;
            }
        }

        for (int peer = 0; peer < net.Count; peer++)
        {
            foreach (ReadOnlyMemory<byte>[] batch in shares[peer].Chunk(Batch))
                net.Witness.Say(peer, FrameClass.Transactions, new TransactionMessage.Bodies([.. batch]).Encode());
        }
    }

    private void Look()
    {
        foreach (StoredBlock stored in Net.StoredChain.BlocksAbove(net.DataOf(0), _height))
        {
            _height = stored.Block.Header.Height.Number;
            foreach (ReadOnlyMemory<byte> bytes in BlockBody.Split(stored.Block.Transactions).Transactions)
            {
                if (!Transaction.TryDecode(bytes, out Transaction? transaction) || !_senderOf.TryGetValue(transaction!.Sender, out int sender)) continue;
                _final[sender] = int.Max(_final[sender], (int)transaction.Sequence + 1);
                _movedAt[sender] = Stopwatch.GetTimestamp();
            }
        }
    }
}
