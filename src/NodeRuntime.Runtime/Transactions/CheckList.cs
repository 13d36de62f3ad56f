using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// Bodies whose signatures are being verified, and who is said to hold each. Two bodies of one id are two: signatures are no part of the id, and
/// only one of them may be the true one. Bounded in count and bytes; what nobody answers for is forgotten in time.
/// </summary>
/// <param name="hashing">Bodies are whatever somebody sends.</param>
internal sealed class CheckList(DigestHashing hashing)
{
    /// <summary>A verifier that has not answered by then was started anew, or its answer was shed.</summary>
    public static readonly Duration Patience = Duration.FromSeconds(10);

    private readonly DigestMap<Check> _checks = new(hashing);
    private readonly Queue<(Instant Until, Hash256 Id, ReadOnlyMemory<byte> Bytes)> _byAge = [];

    /// <summary>Bodies under way.</summary>
    public int Count { get; private set; }

    public long ByteCount { get; private set; }

    // What is done waits in the queue for what is older: it has a bound, too.
    public bool HasRoomFor(int byteCount) => Count < Limits.TransactionsVerifyingMax
        && _byAge.Count < 8 * Limits.TransactionsVerifyingMax
        && ByteCount + byteCount <= Limits.TransactionsVerifyingBytesMax;

    public bool Contains(TransactionId id) => _checks.ContainsKey(id.Hash);

    /// <summary>Whether these very bytes are under way.</summary>
    public bool Contains(TransactionId id, ReadOnlyMemory<byte> bytes) => _checks.TryGetValue(id.Hash, out Check? check) && check.Find(bytes) >= 0;

    /// <summary>There is room, and these very bytes are not under way.</summary>
    /// <param name="holders">Who is said to have it.</param>
    public void Add(TransactionId id, ReadOnlyMemory<byte> bytes, IEnumerable<PeerId> holders, Instant now)
    {
        if (!_checks.TryGetValue(id.Hash, out Check? check)) _checks.Add(id.Hash, check = new Check());
        check.Bodies.Add(bytes);
        foreach (PeerId holder in holders) check.AddHolder(holder);
        _byAge.Enqueue((now + Patience, id.Hash, bytes));
        Count++;
        ByteCount += bytes.Length;
    }

    /// <summary>Somebody else has it, too.</summary>
    public void AddHolder(TransactionId id, PeerId peer) => _checks.GetValueOrDefault(id.Hash)?.AddHolder(peer);

    /// <summary>One of its bodies is verified, or given up. Who holds it; empty where nothing is known, or was told before.</summary>
    public IReadOnlyList<PeerId> Remove(TransactionId id, ReadOnlyMemory<byte> bytes)
    {
        if (!_checks.TryGetValue(id.Hash, out Check? check) || check.Find(bytes) is not (>= 0 and int place)) return [];
        check.Bodies.RemoveAt(place);
        Count--;
        ByteCount -= bytes.Length;
        if (check.Bodies.Count == 0) _checks.Remove(id.Hash);
        return check.Holders;
    }

    public void ForgetOld(Instant now)
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.Until <= now || !Contains(new TransactionId(oldest.Id), oldest.Bytes)))
        {
            _byAge.Dequeue();
            Remove(new TransactionId(oldest.Id), oldest.Bytes);
        }
    }

    private sealed class Check
    {
        public List<ReadOnlyMemory<byte>> Bodies { get; } = [];

        public List<PeerId> Holders { get; } = [];

        public int Find(ReadOnlyMemory<byte> bytes) => Bodies.FindIndex(body => body.Span.SequenceEqual(bytes.Span));

        public void AddHolder(PeerId peer)
        {
            if (Holders.Count < Limits.TransactionHoldersMax && !Holders.Contains(peer)) Holders.Add(peer);
        }
    }
}
