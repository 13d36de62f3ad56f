using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>A message that was told to a stopped actor, or that an actor left unread when it stopped.</summary>
public sealed record DeadLetter(ActorPath Recipient, object Message);

/// <summary>An actor threw, and what its supervisor said.</summary>
public sealed record ActorFailed(ActorPath Path, Exception Cause, Directive Directive, Instant Now);

/// <summary>A fresh instance is about to be built.</summary>
public sealed record ActorRestarted(ActorPath Path, Exception Cause, Instant Now);

/// <summary>
/// A failure nobody below the root could handle: the root guardian's last word. All actors are being stopped; a host stops
/// its process.
/// </summary>
public sealed record SystemFailed(ActorPath Origin, Exception Cause);

/// <summary>The last actor has stopped.</summary>
public sealed record SystemTerminated(string System);
