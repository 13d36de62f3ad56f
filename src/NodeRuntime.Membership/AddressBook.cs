using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>
/// What became of dials: when an address may be dialled again (exponential back-off with jitter), whose it turned out to be,
/// and that no two dials go to one address at once.
/// </summary>
internal sealed class AddressBook(MembershipConfig config, Prng prng)
{
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The book is swept beyond this: addresses come from records, which are bounded, and change.</summary>
    private const int EntriesMax = 4 * Limits.MembersKnownMax;

    public int UnderWay { get; private set; }

    public bool IsUnderWay(string address) => Find(address)?.UnderWaySince is not null;

    public bool IsDue(string address, Instant now) =>
        Find(address) is not { } entry || (!entry.IsSelf && entry.UnderWaySince is null && entry.NotBefore <= now);

    public PeerId? OwnerOf(string address) => Find(address)?.Owner;

    public void Begin(string address, Instant now)
    {
        Entry entry = Get(address);
        Invariant.Holds(entry.UnderWaySince is null);
        entry.UnderWaySince = now;
        UnderWay++;
    }

    public void Succeeded(string address, PeerId owner)
    {
        Entry entry = Get(address);
        entry.Owner = owner;
        Finish(entry);
    }

    public void Failed(string address, ConnectionEnd end, Instant now)
    {
        Entry entry = Get(address);
        Finish(entry);
        switch (end)
        {
            case ConnectionEnd.Self:
                entry.IsSelf = true;
                break;
            case ConnectionEnd.Duplicate:
            case ConnectionEnd.Incompatible:
            case ConnectionEnd.Misbehaved:
                // Not to be helped by haste.
                entry.Attempts = 0;
                Wait(entry, config.BackOffMax, now);
                break;
            case ConnectionEnd.Lost:
            case ConnectionEnd.Full:
                BackOff(entry, now);
                break;
        }
    }

    /// <summary>A connection ended: one that held is tried again soon, one that did not counts as a failure.</summary>
    public void Ended(string address, bool wasStable, Instant now)
    {
        Entry entry = Get(address);
        if (wasStable) entry.Attempts = 0;
        BackOff(entry, now);
    }

    /// <summary>Lets the other side go first, where both have learnt of each other at the same time.</summary>
    public void Defer(string address, Duration length, Instant now)
    {
        if (Find(address) is not null) return;
        Wait(Get(address), length, now);
    }

    /// <summary>Dials that the network never answered are counted as failed; addresses of nobody known are forgotten.</summary>
    public void Sweep(Instant now, Func<string, bool> isKnown)
    {
        List<string>? unknown = null;
        foreach ((string address, Entry entry) in _entries)
        {
            if (entry.UnderWaySince is { } since && now - since > config.DialPatience)
            {
                Finish(entry);
                BackOff(entry, now);
            }

            if (_entries.Count > EntriesMax && entry.UnderWaySince is null && !isKnown(address)) (unknown ??= []).Add(address);
        }

        if (unknown is null) return;
        foreach (string address in unknown) _entries.Remove(address);
    }

    private void BackOff(Entry entry, Instant now)
    {
        Duration length = config.BackOffMin;
        for (int i = 0; i < entry.Attempts && length < config.BackOffMax; i++) length *= 2;
        if (length > config.BackOffMax) length = config.BackOffMax;
        entry.Attempts++;
        Wait(entry, length, now);
    }

    private void Wait(Entry entry, Duration length, Instant now) =>
        entry.NotBefore = now + prng.NextDuration(length - (length / 4), length + (length / 4));

    private void Finish(Entry entry)
    {
        if (entry.UnderWaySince is null) return;
        entry.UnderWaySince = null;
        UnderWay--;
    }

    private Entry? Find(string address) => _entries.GetValueOrDefault(address);

    private Entry Get(string address)
    {
        if (!_entries.TryGetValue(address, out Entry? entry)) _entries.Add(address, entry = new Entry());
        return entry;
    }

    private sealed class Entry
    {
        public int Attempts { get; set; }

        public Instant NotBefore { get; set; } = Instant.Epoch;

        public Instant? UnderWaySince { get; set; }

        /// <summary>Who answered there the last time.</summary>
        public PeerId? Owner { get; set; }

        public bool IsSelf { get; set; }
    }
}
