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

    /// <summary>What a control will be compared with from now on, here and after a restart.</summary>
    public sealed record StoreBaseline(string Control, ImmutableSortedDictionary<string, string> Values) : PostureEffect;
}
