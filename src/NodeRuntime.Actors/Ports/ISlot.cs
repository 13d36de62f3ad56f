namespace NodeRuntime.Actors.Ports;

/// <summary>
/// One actor's place at its dispatcher: the guard of its mailbox and its ticket to run. Between <see cref="Enter"/> and
/// <see cref="Exit"/> the caller is alone; the kernel never nests two, never calls out in between, and schedules a slot
/// again only after its last run parked, so that an actor is never in two threads.
/// </summary>
public interface ISlot
{
    void Enter();

    void Exit();

    /// <summary>Asks for one <see cref="IRunnable.Run"/>, later, never within this call.</summary>
    void Schedule();
}
