using System.CommandLine;

namespace NodeRuntime.Cli.Capacity;

/// <summary><c>noderuntime capacity</c>: what a provider does before and beside its proofs.</summary>
internal static class CapacityVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("capacity", "Plot, check and try what this machine can prove, and see what a peer has")
    {
        PlotVerb.Build(world, options),
        CheckVerb.Build(world, options),
        ProveVerb.Build(world, options),
        BenchmarkVerb.Build(world, options),
        CapacityStatusVerb.Build(world, options),
        MaintenanceVerb.Build(world, options),
    };
}
