using System;
using System.Diagnostics.CodeAnalysis;

namespace NodeRuntime.Primitives;

/// <summary>
/// Values under digests, to be found and never walked through: what it answers depends on its contents alone, so a pure machine may hold it
/// where it would otherwise pay for an order that nobody asks for. Open addressing with linear probing, at most half full; what is removed
/// leaves no mark, those behind it move up (D. E. Knuth, The Art of Computer Programming, volume 3, algorithm 6.4 R).
/// </summary>
/// <param name="hashing">Whoever can choose digests freely must not know it.</param>
public sealed class DigestMap<TValue>(DigestHashing hashing)
{
    private const int PlacesMin = 16;

    private Place[] _places = [];

    public int Count { get; private set; }

    public bool ContainsKey(Hash256 digest) => Find(digest) >= 0;

    public bool TryGetValue(Hash256 digest, [MaybeNullWhen(false)] out TValue value)
    {
        int place = Find(digest);
        value = place < 0 ? default : _places[place].Value;
        return place >= 0;
    }

    /// <summary>The value, or the type's default where there is none.</summary>
    public TValue? GetValueOrDefault(Hash256 digest) => TryGetValue(digest, out TValue? value) ? value : default;

    /// <summary>It must not be there yet.</summary>
    public void Add(Hash256 digest, TValue value)
    {
        bool isNew = TryAdd(digest, value);
        Invariant.Holds(isNew);
    }

    /// <summary>False where it is there already, and stays what it is.</summary>
    public bool TryAdd(Hash256 digest, TValue value)
    {
        if (Find(digest) >= 0) return false;
        if (2 * (Count + 1) > _places.Length) Grow();
        Put(digest, value);
        Count++;
        return true;
    }

    public bool Remove(Hash256 digest) => Remove(digest, out _);

    public bool Remove(Hash256 digest, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        int hole = Find(digest);
        if (hole < 0) return false;
        value = _places[hole].Value;
        Count--;

        // Whoever stands further on, and was sought from the hole or before it, would not be found any more: it moves there.
        int mask = _places.Length - 1;
        for (int next = (hole + 1) & mask; _places[next].IsTaken; next = (next + 1) & mask)
        {
            int home = hashing.Of(_places[next].Digest) & mask;
            if (((next - home) & mask) < ((next - hole) & mask)) continue;
            _places[hole] = _places[next];
            hole = next;
        }

        _places[hole] = default;
        return true;
    }

    private int Find(Hash256 digest)
    {
        if (Count == 0) return -1;
        int mask = _places.Length - 1;
        for (int place = hashing.Of(digest) & mask; _places[place].IsTaken; place = (place + 1) & mask)
        {
            if (_places[place].Digest == digest) return place;
        }

        return -1;
    }

    private void Put(Hash256 digest, TValue value)
    {
        int mask = _places.Length - 1;
        int place = hashing.Of(digest) & mask;
        while (_places[place].IsTaken) place = (place + 1) & mask;
        _places[place] = new Place(digest, value);
    }

    private void Grow()
    {
        Place[] before = _places;
        _places = new Place[Math.Max(PlacesMin, 2 * before.Length)];
        foreach (Place place in before)
        {
            if (place.IsTaken) Put(place.Digest, place.Value);
        }
    }

    private readonly struct Place(Hash256 digest, TValue value)
    {
        public readonly Hash256 Digest = digest;
        public readonly TValue Value = value;
        public readonly bool IsTaken = true;
    }
}
