using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus;

/// <summary>One signature of each member of a set at most, in the order of members. Each is heard of from everybody, so that most looks find it there.</summary>
internal sealed class MemberSignatures
{
    private Signature?[] _signatures = [];

    public void Clear(int members) => _signatures = members == 0 ? [] : new Signature?[members];

    public bool Contains(ValidatorIndex member) => member.Number < _signatures.Length && _signatures[member.Number] is not null;

    /// <summary>The member is of the set, and has none yet.</summary>
    public void Add(ValidatorIndex member, Signature signature)
    {
        Invariant.Holds(!Contains(member));
        _signatures[member.Number] = signature;
    }

    public IEnumerable<(ValidatorIndex Member, Signature Signature)> All()
    {
        for (int i = 0; i < _signatures.Length; i++)
        {
            if (_signatures[i] is { } signature) yield return (new ValidatorIndex((ushort)i), signature);
        }
    }
}
