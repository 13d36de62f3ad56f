namespace NodeRuntime.Actors;

/// <summary>A supervisor's word about a child that threw.</summary>
public enum Directive
{
    /// <summary>Keep the instance and its state; only the message that threw is lost.</summary>
    Resume,

    /// <summary>Build a fresh instance after the back-off; mailbox, stash and reference stay.</summary>
    Restart,

    Stop,

    /// <summary>Fail in the child's stead: the next supervisor above decides.</summary>
    Escalate,
}
