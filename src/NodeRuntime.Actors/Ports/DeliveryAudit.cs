using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Ports;

/// <summary>Told of every delivery, in order; a rolling hash over these calls is the digest of a simulated run.</summary>
public delegate void DeliveryAudit(Instant now, string system, ActorPath recipient, string messageType);
