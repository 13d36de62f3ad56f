using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Runtime.Posture;

/// <summary>What the posture supervisor hears.</summary>
public abstract record PostureCommand
{
    private PostureCommand()
    {
    }

    /// <summary>Of itself, once.</summary>
    public sealed record Begin : PostureCommand;

    /// <param name="Listener">To whom it was said: what an instance before this one was told is worth nothing.</param>
    public sealed record Saw(object Listener, ImmutableArray<Observation> Observations) : PostureCommand;

    /// <param name="Edges">That are durable now.</param>
    public sealed record Written(ImmutableArray<PostureEdge> Edges, JournalVerdict Verdict) : PostureCommand;

    public sealed record WantProof(Thing Thing, ActorRef<PostureProof> Reply) : PostureCommand;

    /// <summary>Edges of uses of data and of other peers, to be numbered, told and kept as those of the machine are.</summary>
    /// <param name="Judged">Number of the last event that was judged, written with the edges or not at all; null where they are about no events.</param>
    public sealed record Noted(ImmutableArray<PostureEdge> Edges, ulong? Judged) : PostureCommand;

    /// <summary>The thing that a number falls on, looked at anew.</summary>
    public sealed record WantReading(ulong Draw, ActorRef<PostureReading> Reply) : PostureCommand;

    public sealed record Tick : PostureCommand;
}

/// <summary>What of the machine's state can be shown.</summary>
/// <param name="Value">Null where there is no such thing, as far as is known.</param>
/// <param name="Proof">That it stands under <paramref name="Root"/>.</param>
public sealed record PostureProof(Thing Thing, string? Value, Hash256 Root, MerkleInclusionProof? Proof);

/// <summary>One thing of the machine, as a look behind the question found it.</summary>
/// <param name="Value">Null where nothing was found: the state is empty, the look was not whole, or the number falls on another thing since.</param>
/// <param name="Proof">That it stands under <paramref name="Root"/>, the state as it is now.</param>
/// <param name="At">When the look had ended.</param>
public sealed record PostureReading(ulong Draw, Thing? Thing, string? Value, Hash256 Root, MerkleInclusionProof? Proof, Instant At);
