namespace NodeRuntime.Actors;

/// <summary>The life of an actor. Only in <see cref="Running"/> does it receive messages; until it stops it keeps them.</summary>
public enum ActorState
{
    /// <summary>Its first instance is not built yet.</summary>
    Starting,

    Running,

    /// <summary>It threw and waits for its supervisor's word.</summary>
    Failed,

    /// <summary>It waits for its children to stop and for the back-off to pass; then a fresh instance is built.</summary>
    Restarting,

    /// <summary>It refuses messages and waits for its children to stop.</summary>
    Stopping,

    Stopped,
}
