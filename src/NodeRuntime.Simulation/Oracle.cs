using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Proposals;

namespace NodeRuntime.Simulation;

/// <summary>
/// What must hold whatever goes wrong, checked after every event that could break it. It shares no predicate with the
/// code that it watches.
/// </summary>
internal sealed class Oracle(Auditor auditor)
{
    private readonly SortedDictionary<Height, Hash256> _agreed = [];
    private readonly SortedDictionary<(int Peer, VoteSlot Slot), Hash256> _signed = [];
    private readonly SortedDictionary<(int Peer, VoteSlot Slot), Hash256> _durable = [];
    private readonly SortedDictionary<Height, Hash256> _validators = [];
    private readonly SortedDictionary<Height, Hash256> _roots = [];
    private readonly List<string> _violations = [];
    private readonly SortedSet<PublicKey> _suspects = [];

    public ImmutableArray<string> Violations => [.. _violations];

    public void Violate(string what)
    {
        if (_violations.Count < 100) _violations.Add(what);
    }

    /// <summary>A key that misbehaves on purpose: it may be punished. Nobody else may.</summary>
    public void Suspect(PublicKey key) => _suspects.Add(key);

    /// <summary>Agreement on blocks and states, validity of the supply, and no escrow without an order.</summary>
    public void Advanced(int peer, LedgerTip tip)
    {
        if (tip.Certified is not { } certified) return;
        Finalized(peer, certified.Header.Height, certified.Header.Digest);
        Hash256 validators = tip.State.Validators.Hash;
        if (_validators.TryGetValue(tip.Height, out Hash256 others) && others != validators)
        {
            Violate($"validators: peer {peer} has another set than others after height {tip.Height}");
        }

        _validators[tip.Height] = validators;
        if (certified.Header.Beacon != tip.State.Beacon) Violate($"beacon: peer {peer} has another one in its state than in the header of height {tip.Height}");
        // However a peer came by its state, by every block or by a snapshot and the blocks above it: at one height there is one.
        Hash256 root = tip.State.Root;
        if (_roots.TryGetValue(tip.Height, out Hash256 otherRoot) && otherRoot != root)
        {
            Violate($"state: peer {peer} has root {root.ToShortString()} at height {tip.Height}, others {otherRoot.ToShortString()}");
        }

        _roots[tip.Height] = root;
        foreach (LedgerEvent happened in tip.Events)
        {
            if (happened is LedgerEvent.Slashed slashed && !_suspects.Contains(slashed.Key)) Violate($"framed: {slashed.Key} is honest and was slashed at height {tip.Height}");
        }

        SupplyRecord supply = tip.State.Supply;
        Amount held = supply.Balances + supply.Bonds + supply.Escrows;
        if (held + supply.Burned != supply.Minted) Violate($"supply: {held} held and {supply.Burned} burned of {supply.Minted} minted");
    }

    public void Finalized(int peer, Height height, Hash256 digest)
    {
        auditor.Finalized(peer, height, digest);
        if (_agreed.TryGetValue(height, out Hash256 other) && other != digest)
        {
            Violate($"agreement: peer {peer} finalized {digest.ToShortString()} at height {height}, others {other.ToShortString()}");
        }

        _agreed[height] = digest;
    }

    /// <summary>What a peer's disk holds of its votes; a vote that left must be there.</summary>
    public void Durable(int peer, JournalBatch batch)
    {
        foreach (JournalWrite write in batch.Writes)
        {
            if (write is not JournalWrite.Put { Stream: "consensus" } put) continue;
            if (LogRecord.Decode(put.Payload) is LogRecord.OwnVote own) _durable[(peer, own.Vote.Slot)] = own.Vote.Value ?? Hash256.Zero;
        }
    }

    /// <summary>A frame leaves a peer: no vote of its own may contradict one before it, nor leave before it is durable.</summary>
    public void Sent(int peer, ValidatorIndex? self, System.ReadOnlyMemory<byte> frame)
    {
        Vote? vote = ConsensusMessage.Decode(frame) switch
        {
            ConsensusMessage.Voted m => m.Vote,
            ConsensusMessage.Propose m => m.LeaderVote,
            ConsensusMessage.Reseal m => m.LeaderVote,
            null => (CompactMessage.Decode(frame) as CompactMessage.Proposal)?.LeaderVote,
            _ => null,
        };
        // A later epoch has other places; no peer passes on another one's votes.
        if (vote is null || (vote.Slot.Epoch.Number == 0 && vote.Voter != self)) return;
        Hash256 value = vote.Value ?? Hash256.Zero;
        if (_signed.TryGetValue((peer, vote.Slot), out Hash256 before) && before != value) Violate($"double vote: peer {peer} in {vote.Slot}");
        _signed[(peer, vote.Slot)] = value;
        if (!_durable.TryGetValue((peer, vote.Slot), out Hash256 written) || written != value) Violate($"durability: peer {peer} sent a vote in {vote.Slot} that is not on its disk");
    }
}
