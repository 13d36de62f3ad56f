using System.Collections.Generic;

namespace NodeRuntime.Primitives;

// As there.
#pragma warning disable RS0030

/// <summary>Digests that are found again and never walked through; see <see cref="DigestMap{TValue}"/>.</summary>
public sealed class DigestSet(DigestHashing hashing)
{
    private readonly HashSet<Hash256> _digests = new(hashing);

    public int Count => _digests.Count;

    public bool Contains(Hash256 digest) => _digests.Contains(digest);

    /// <summary>False where it was there.</summary>
    public bool Add(Hash256 digest) => _digests.Add(digest);
}
