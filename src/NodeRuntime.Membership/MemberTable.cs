using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// The newest record of every known member but ourselves. A record is checked once, where it comes in: cheap rules first, the
/// signature last. Strangers' keys cost nothing to make, so whoever introduces them has a quota.
/// Two tables are compared by one hash for each of 256 buckets (the first byte of the PeerId).
/// </summary>
internal sealed class MemberTable(MembershipConfig config, PeerId self, ISignatureVerifier verifier)
{
    public const int BucketCount = 256;

    private readonly SortedDictionary<PeerId, Member> _members = [];
    private readonly SortedDictionary<PeerId, int> _introduced = [];
    private readonly SortedSet<PeerId>[] _bucketPeers = new SortedSet<PeerId>[BucketCount];
    private readonly ulong?[] _bucketHashes = new ulong?[BucketCount];

    public int Count => _members.Count;

    /// <summary>In the order of their ids.</summary>
    public SortedDictionary<PeerId, Member>.ValueCollection Members => _members.Values;

    public Member? Find(PeerId peer) => _members.GetValueOrDefault(peer);

    /// <summary>Takes the record if it is new, of our time, within the quotas and signed.</summary>
    /// <param name="via">Who brought it.</param>
    /// <param name="isConnected">Whether its author is connected with us: then no quota applies.</param>
    public MemberVerdict Offer(MemberRecord record, PeerId via, bool isConnected, Instant now)
    {
        PeerId peer = record.Peer;
        Invariant.Holds(peer != self);
        Member? known = Find(peer);
        if (known is not null && known.Record.Sequence >= record.Sequence) return MemberVerdict.NotNewer;
        if (IsExpired(record, now)) return MemberVerdict.Expired;
        if (record.IssuedAt.Microseconds - config.ClockSkewMax.Microseconds > now.Microseconds) return MemberVerdict.FromTheFuture;
        if (known is null && !isConnected)
        {
            if (_introduced.GetValueOrDefault(via) >= IntroducedMax) return MemberVerdict.IntroducerQuota;
            if (Count >= Limits.MembersKnownMax) return MemberVerdict.TableFull;
        }

        if (!IsSignedWell(record)) return MemberVerdict.SignatureWrong;
        Put(peer, record, known, isConnected ? null : via, now);
        return MemberVerdict.Accepted;
    }

    public bool IsSignedWell(MemberRecord record) =>
        verifier.Verify(record.NodeKey, record.SigningDigest(config.Chain), record.Signature) == SignatureVerdict.Accepted;

    /// <summary>Its key was proven on a connection: it is nobody's invention.</summary>
    public void MarkProven(Member member)
    {
        if (member.Introducer is not { } introducer) return;
        Uncount(introducer);
        member.Introducer = null;
    }

    public void Remove(PeerId peer)
    {
        if (!_members.Remove(peer, out Member? member)) return;
        MarkProven(member);
        _bucketPeers[BucketOf(peer)].Remove(peer);
        _bucketHashes[BucketOf(peer)] = null;
    }

    public bool IsExpired(MemberRecord record, Instant now) =>
        record.IssuedAt < Instant.Epoch || now - record.IssuedAt > config.RecordLifetime;

    /// <summary>What we know, our own record included, as 256 numbers.</summary>
    public ImmutableArray<ulong> Digest(MemberRecord own)
    {
        ImmutableArray<ulong>.Builder buckets = ImmutableArray.CreateBuilder<ulong>(BucketCount);
        for (int i = 0; i < BucketCount; i++)
        {
            // Our own bucket is never kept: our record changes without the table's knowing.
            if (i == BucketOf(self)) buckets.Add(HashBucket(RecordsOf(i, own)));
            else buckets.Add(_bucketHashes[i] ??= HashBucket(RecordsOf(i, own)));
        }

        return buckets.MoveToImmutable();
    }

    /// <summary>All records in the buckets where the other side's knowledge differs from ours.</summary>
    public List<MemberRecord> Differences(MemberRecord own, ImmutableArray<ulong> theirs)
    {
        Invariant.Holds(theirs.Length == BucketCount);
        ImmutableArray<ulong> ours = Digest(own);
        List<MemberRecord> records = [];
        for (int i = 0; i < BucketCount; i++)
        {
            if (ours[i] != theirs[i]) records.AddRange(RecordsOf(i, own));
        }

        return records;
    }

    /// <summary>A joiner hears everything from its one seed: a quarter of the table each, and it soon has four peers.</summary>
    private static int IntroducedMax => Limits.MembersKnownMax / 4;

    private void Put(PeerId peer, MemberRecord record, Member? known, PeerId? introducer, Instant now)
    {
        _bucketHashes[BucketOf(peer)] = null;
        if (known is not null)
        {
            known.Record = record;
            return;
        }

        _members.Add(peer, new Member(record, introducer, now));
        (_bucketPeers[BucketOf(peer)] ??= []).Add(peer);
        if (introducer is { } via) _introduced[via] = _introduced.GetValueOrDefault(via) + 1;
    }

    private void Uncount(PeerId introducer)
    {
        int left = _introduced.GetValueOrDefault(introducer) - 1;
        if (left > 0) _introduced[introducer] = left;
        else _introduced.Remove(introducer);
    }

    private List<MemberRecord> RecordsOf(int bucket, MemberRecord own)
    {
        List<MemberRecord> records = [];
        if (_bucketPeers[bucket] is { } peers)
        {
            foreach (PeerId peer in peers) records.Add(_members[peer].Record);
        }

        if (BucketOf(self) != bucket) return records;
        records.Add(own);
        records.Sort(static (left, right) => left.Peer.CompareTo(right.Peer));
        return records;
    }

    private static ulong HashBucket(List<MemberRecord> records)
    {
        if (records.Count == 0) return 0;
        byte[] bytes = new byte[records.Count * (Hash256.ByteCount + sizeof(ulong))];
        Span<byte> rest = bytes;
        foreach (MemberRecord record in records)
        {
            record.Peer.Hash.AsSpan().CopyTo(rest);
            BinaryPrimitives.WriteUInt64BigEndian(rest[Hash256.ByteCount..], record.Sequence);
            rest = rest[(Hash256.ByteCount + sizeof(ulong))..];
        }

        return BinaryPrimitives.ReadUInt64BigEndian(Hasher.Tagged(HashDomain.Member, bytes).AsSpan());
    }

    private static int BucketOf(PeerId peer) => peer.Hash.AsSpan()[0];
}
