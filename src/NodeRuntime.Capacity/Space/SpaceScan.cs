using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>
/// The prover's one pass over the chosen units: all groups test a piece while it is in the cache. Each nonce keeps its first K2 hits; the first nonce that
/// has them ends the scan. One owner.
/// </summary>
public sealed class SpaceScan
{
    /// <summary>Half of a first-level cache: what eight groups read one after the other.</summary>
    private const int PieceByteCount = 16 * 1024;

    private readonly LabelSieve[] _sieves;
    private readonly List<ulong>[] _hits;
    private readonly List<LabelHit> _found = [];

    public SpaceScan(SpaceChallenge challenge)
    {
        Challenge = challenge;
        _sieves = new LabelSieve[challenge.GroupCount];
        for (int i = 0; i < _sieves.Length; i++) _sieves[i] = challenge.SieveOf(i);
        _hits = new List<ulong>[challenge.Parameters.Nonces];
        for (int i = 0; i < _hits.Length; i++) _hits[i] = [];
    }

    public SpaceChallenge Challenge { get; }

    /// <summary>The number of the next label to be given.</summary>
    public ulong Scanned { get; private set; }

    /// <summary>Null until some nonce has its K2 hits. Still null after the last label: no proof this time, by bad luck or for lack of rows.</summary>
    public SpaceProof? Proof { get; private set; }

    /// <summary>Takes the next labels, in the challenge's order. Does nothing once there is a proof.</summary>
    /// <param name="labels">A multiple of 16 bytes, within the challenge's labels.</param>
    public void Append(ReadOnlySpan<byte> labels)
    {
        Invariant.Holds((ulong)(labels.Length / LabelSieve.LabelByteCount) <= Challenge.LabelCount - Scanned);
        while (!labels.IsEmpty && Proof is null)
        {
            ReadOnlySpan<byte> piece = labels[..Math.Min(PieceByteCount, labels.Length)];
            for (int group = 0; group < _sieves.Length && Proof is null; group++)
            {
                _found.Clear();
                _sieves[group].Scan(piece, _found);
                Take(group);
            }

            Scanned += (ulong)(piece.Length / LabelSieve.LabelByteCount);
            labels = labels[piece.Length..];
        }
    }

    private void Take(int group)
    {
        foreach (LabelHit hit in _found)
        {
            int nonce = (group * LabelSieve.NonceCount) + hit.Nonce;
            _hits[nonce].Add(Scanned + (uint)hit.Label);
            if (_hits[nonce].Count < Challenge.Parameters.HitsNeeded) continue;
            byte[] indices = PackedIndices.Pack([.. _hits[nonce]], Challenge.IndexBits);
            Proof = new SpaceProof(Challenge.Digest, (byte)nonce, ImmutableArray.Create(indices));
            return;
        }
    }
}
