namespace NodeRuntime.Simulation.Histories;

/// <summary>An object as one client alone would find it. The text of a state must tell it from any other: the checker remembers states by it.</summary>
public interface ISequentialModel<TState, in TCall>
{
    TState Initial { get; }

    /// <summary>The state after a call with the answer that it was given; false where the object could not have answered so.</summary>
    bool TryApply(TState state, TCall call, out TState next);
}
