namespace NodeRuntime.Simulation.Histories;

/// <summary>A call to a register and its answer.</summary>
public abstract record RegisterCall
{
    private RegisterCall()
    {
    }

    public sealed record Read(long Value) : RegisterCall;

    public sealed record Write(long Value) : RegisterCall;

    /// <summary>Writes where the register holds what is expected.</summary>
    public sealed record Swap(long Expected, long Value, bool HasHappened) : RegisterCall;
}

/// <summary>One value that is read, written, and written on a condition.</summary>
public sealed class RegisterModel(long initial) : ISequentialModel<long, RegisterCall>
{
    public long Initial => initial;

    public bool TryApply(long state, RegisterCall call, out long next)
    {
        (bool isPossible, next) = call switch
        {
            RegisterCall.Read m => (m.Value == state, state),
            RegisterCall.Write m => (true, m.Value),
            RegisterCall.Swap { HasHappened: true } m => (m.Expected == state, m.Value),
            RegisterCall.Swap m => (m.Expected != state, state),
            _ => (false, state),
        };
        return isPossible;
    }
}
