using System.CommandLine;

namespace NodeRuntime.Cli.Wasm;

/// <summary><c>noderuntime wasm</c>: the engine alone, without a peer.</summary>
internal static class WasmVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("wasm", "Run WebAssembly here, without a peer")
    {
        WasmRunVerb.Build(world, options), WasmSpecVerb.Build(world, options),
    };
}
