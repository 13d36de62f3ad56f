namespace NodeRuntime.Actors.Ports;

/// <summary>Something that happens later: a timer, a deadline, the end of a back-off.</summary>
public interface IDelayed
{
    /// <summary>Once true, stays true; a dispatcher may then drop it unfired.</summary>
    bool IsCancelled { get; }

    void Fire();
}
