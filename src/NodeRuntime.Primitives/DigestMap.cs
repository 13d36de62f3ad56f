using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace NodeRuntime.Primitives;

// Against it speaks that the order of its contents is no part of its contract: that does not hold for what cannot be walked through.
#pragma warning disable RS0030

/// <summary>
/// Values under digests, to be found and never walked through: what it answers depends on its contents alone, so a pure machine may hold it
/// where it would otherwise pay for an order that nobody asks for. Finding, adding and removing take the time of one look at memory.
/// </summary>
/// <param name="hashing">Whoever can choose digests freely must not know it.</param>
public sealed class DigestMap<TValue>(DigestHashing hashing)
{
    private readonly Dictionary<Hash256, TValue> _values = new(hashing);

    public int Count => _values.Count;

    public bool ContainsKey(Hash256 digest) => _values.ContainsKey(digest);

    public bool TryGetValue(Hash256 digest, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(digest, out value);

    /// <summary>The value, or the type's default where there is none.</summary>
    public TValue? GetValueOrDefault(Hash256 digest) => _values.GetValueOrDefault(digest);

    /// <summary>It must not be there yet.</summary>
    public void Add(Hash256 digest, TValue value)
    {
        bool isNew = _values.TryAdd(digest, value);
        Invariant.Holds(isNew);
    }

    public bool Remove(Hash256 digest) => _values.Remove(digest);

    public bool Remove(Hash256 digest, [MaybeNullWhen(false)] out TValue value) => _values.Remove(digest, out value);
}
