using System;

namespace NodeRuntime.Actors.Ports;

/// <summary>
/// Follows messages from teller to receiver. An origin is taken at the tell, travels with the message and comes back at its delivery;
/// the kernel looks into neither origins nor spans. Called on the threads of tellers and of actors, at once.
/// </summary>
public interface ITracer
{
    /// <summary>What is being followed where this is asked; null where nothing is: that message travels as if there were no tracer.</summary>
    object? Origin { get; }

    /// <summary>An actor is about to receive a message.</summary>
    /// <returns>Its span, to be ended in the same turn; null where this delivery is not followed.</returns>
    object? Begin(object? origin, ActorPath recipient, string messageType);

    /// <param name="failure">What the actor threw; null where all went well.</param>
    void End(object span, Exception? failure);
}
