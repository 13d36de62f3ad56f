namespace NodeRuntime.Wasm.Traces;

/// <summary>How a dispute ended, in the order in which its rules are checked.</summary>
public enum DisputeVerdict
{
    /// <summary>The parties committed to the same run.</summary>
    Agreed,

    /// <summary>A commitment is of another subject or interval, or has more or fewer checkpoints than a trace may.</summary>
    CommitmentRefused,

    /// <summary>A question was not answered in time.</summary>
    Silent,

    /// <summary>An answer is not in its party's commitment, or not of the question's index.</summary>
    Inconsistent,

    /// <summary>The trace does not begin where every trace of the subject begins.</summary>
    WrongStart,

    /// <summary>The last checkpoint is not the end that was committed.</summary>
    WrongEnd,

    /// <summary>The trace goes on behind a checkpoint that is an end.</summary>
    WentOnBehindEnd,

    /// <summary>The snapshot is not of the checkpoint that both agree on: whoever gave it may be asked no more.</summary>
    SnapshotRefused,

    /// <summary>The segment was run again, and its next checkpoint is another.</summary>
    WrongStep,
}
