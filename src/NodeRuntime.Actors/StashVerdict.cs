namespace NodeRuntime.Actors;

public enum StashVerdict
{
    Accepted,

    /// <summary>The stash holds as many as it may; the message is still in the actor's hands.</summary>
    Full,
}
