using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// What is signed in a slot of a chain, remembered for the last value of each kind of vote: a whole set signs the same words, and each of
/// its votes is checked against them.
/// </summary>
public sealed class SigningDigests(ChainId chain)
{
    private Known? _notarize;
    private Known? _finalize;

    public Hash256 Of(VoteSlot slot, Hash256? value)
    {
        Known? known = slot.Kind == VoteKind.Notarize ? _notarize : _finalize;
        if (known is not null && known.Slot == slot && known.Value == value) return known.Digest;
        known = new Known(slot, value, slot.SigningDigest(chain, value));
        if (slot.Kind == VoteKind.Notarize) _notarize = known;
        else _finalize = known;
        return known.Digest;
    }

    private sealed record Known(VoteSlot Slot, Hash256? Value, Hash256 Digest);
}
