using System;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>
/// A host's delegate as one instance imports it. Compiled code calls every function with an instance; a delegate's is an empty one that leads
/// back here.
/// </summary>
internal sealed class HostBinding(Run run, HostDelegate host)
{
    public Delegate Target => host.Target;

    public GuestCaller Caller { get; set; } = null!;

    /// <summary>Counts and pays the call, and hands the host the depth that is left. What was before is given back to <see cref="Leave"/>.</summary>
    public static HostBinding Enter(Instance adapter, int depth, out int before)
    {
        var binding = (HostBinding)adapter.Host!;
        adapter.Store.EnterHost();
        before = binding.Swap(depth);
        return binding;
    }

    public void Leave(int before) => Swap(before);

    private int Swap(int depth)
    {
        int before = run.Depth;
        run.Depth = depth;
        return before;
    }
}
