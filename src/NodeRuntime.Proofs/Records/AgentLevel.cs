namespace NodeRuntime.Proofs.Records;

/// <summary>How much of its machine a peer can see: what its word about the machine's state is worth.</summary>
public enum AgentLevel
{
    /// <summary>No watch over the machine at all.</summary>
    None = 0,
    Unprivileged = 1,
    Privileged = 2,
    MeasuredKernel = 3,
    MeasuredBoot = 4,
}
