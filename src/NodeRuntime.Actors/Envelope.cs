namespace NodeRuntime.Actors;

/// <summary>
/// What waits in a mailbox: a plain message, or a delivery that becomes one (or nothing) in the actor's own turn.
/// </summary>
internal readonly struct Envelope<TMessage>
{
    public readonly TMessage Message;
    public readonly Delivery<TMessage>? Delivery;

    public bool IsReserved => Delivery is { IsReserved: true };

    public Envelope(TMessage message)
    {
        Message = message;
        Delivery = null;
    }

    public Envelope(Delivery<TMessage> delivery)
    {
        Message = default!;
        Delivery = delivery;
    }
}
