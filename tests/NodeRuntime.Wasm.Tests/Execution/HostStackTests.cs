using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Execution;

public sealed class HostStackTests
{
    [Fact]
    public void A_frame_below_the_limit_unwinds_instead_of_ending_the_process()
    {
        var builder = new ModuleBuilder();
        int leaf = builder.Function(":", new CodeBuilder());
        builder.Function(":", new CodeBuilder().Call(leaf), export: "f");
        Module module = Guest.Load(builder.Build());
        using var store = new Store(module.Limits, 1_000);
        using var instance = new Instance(module.Model, module.Code, store, ImportSet.Resolve(module.Model, static _ => null), 1);
        FunctionReference function = instance.Function(module.Model.FindExport("f")!.Index);
        Instance.CallPlain(function, 10);
        store.StackLimit = nint.MaxValue;
        Assert.Throws<HostStackException>(() => Instance.CallPlain(function, 10));
    }
}
