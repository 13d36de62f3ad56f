using System.Collections.Immutable;
using NodeRuntime.Posture.State;

namespace NodeRuntime.Posture;

/// <summary>Everything that the machine of a peer's posture may ask for.</summary>
public abstract record PostureEffect
{
    private PostureEffect()
    {
    }

    /// <summary>Something changed: an event, and where it is an alert, whoever listens hears of it now.</summary>
    public sealed record Report(PostureEdge Edge) : PostureEffect;

    /// <summary>A full look at a scope.</summary>
    public sealed record Scan(ulong Number, Scope Scope) : PostureEffect;

    /// <summary>A thing that was wanted has been looked at, from the kernel's word and not from memory; what it is stands in the state.</summary>
    /// <param name="IsWhole">False: something could not be looked at, or too much was wanted at once.</param>
    public sealed record Looked(Thing Thing, bool IsWhole) : PostureEffect;

    /// <summary>What a control will be compared with from now on, here and after a restart.</summary>
    public sealed record StoreBaseline(string Control, ImmutableSortedDictionary<string, string> Values) : PostureEffect;
}
