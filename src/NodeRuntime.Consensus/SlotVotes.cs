using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// The verified votes of one slot: two of each voter at most, since two that contradict each other are evidence enough, and the weight
/// behind each value, which grows with every vote and is never summed anew.
/// </summary>
internal sealed class SlotVotes(int voters)
{
    private readonly Verified<Vote>?[] _first = new Verified<Vote>?[voters];
    private readonly List<(Hash256? Value, ulong Weight)> _weights = [];

    // Of honest voters there is no second one.
    private Verified<Vote>?[]? _second;

    public Verified<Vote>? First(ValidatorIndex voter) => voter.Number < _first.Length ? _first[voter.Number] : null;

    public Verified<Vote>? Second(ValidatorIndex voter) => _second is not null && voter.Number < _second.Length ? _second[voter.Number] : null;

    public bool Holds(ValidatorIndex voter, Hash256? value) =>
        (First(voter) is { } first && first.Value.Value == value) || (Second(voter) is { } second && second.Value.Value == value);

    /// <summary>The voter has a place left. Returns the weight behind the vote's value, this vote included.</summary>
    public ulong Add(Verified<Vote> vote, ulong weight)
    {
        int voter = vote.Value.Voter.Number;
        Invariant.Holds(Second(vote.Value.Voter) is null);
        if (_first[voter] is null) _first[voter] = vote;
        else (_second ??= new Verified<Vote>?[_first.Length])[voter] = vote;
        for (int i = 0; i < _weights.Count; i++)
        {
            if (_weights[i].Value != vote.Value.Value) continue;
            weight = checked(weight + _weights[i].Weight);
            _weights[i] = (vote.Value.Value, weight);
            return weight;
        }

        _weights.Add((vote.Value.Value, weight));
        return weight;
    }

    /// <summary>All votes for a value, in the order of their voters.</summary>
    public IEnumerable<Verified<Vote>> For(Hash256? value)
    {
        for (int i = 0; i < _first.Length; i++)
        {
            if (_first[i] is { } first && first.Value.Value == value) yield return first;
            if (_second?[i] is { } second && second.Value.Value == value) yield return second;
        }
    }

    /// <summary>The first vote of everybody who voted, in the order of voters.</summary>
    public IEnumerable<Vote> Firsts()
    {
        foreach (Verified<Vote>? vote in _first)
        {
            if (vote is not null) yield return vote.Value;
        }
    }
}
