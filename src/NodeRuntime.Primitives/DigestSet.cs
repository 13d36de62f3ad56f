namespace NodeRuntime.Primitives;

/// <summary>Digests that are found again and never walked through; see <see cref="DigestMap{TValue}"/>.</summary>
public sealed class DigestSet(DigestHashing hashing)
{
    private readonly DigestMap<bool> _digests = new(hashing);

    public int Count => _digests.Count;

    public bool Contains(Hash256 digest) => _digests.ContainsKey(digest);

    /// <summary>False where it was there.</summary>
    public bool Add(Hash256 digest) => _digests.TryAdd(digest, true);
}
