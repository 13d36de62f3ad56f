namespace NodeRuntime.Actors;

/// <summary>A watched actor has stopped for good. A restart is not a death.</summary>
public readonly record struct Terminated(ActorPath Path);
