using System.Collections.Generic;
using System.CommandLine;
using NodeRuntime.Cli.Capacity;
using NodeRuntime.Cli.Devnet;
using NodeRuntime.Cli.Doctor;
using NodeRuntime.Cli.Forensics;
using NodeRuntime.Cli.Posture;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Cli.Replay;
using NodeRuntime.Cli.Simulate;
using NodeRuntime.Cli.Verbs;
using NodeRuntime.Cli.Wasm;

namespace NodeRuntime.Cli;

/// <summary>Every verb, in the order of the help.</summary>
internal static class VerbTable
{
    public static IEnumerable<Command> Build(CliWorld world, GlobalOptions options) =>
    [
        DevnetVerb.Build(world, options),
        InitVerb.Build(world, options),
        RunVerb.Build(world, options),
        StatusVerb.Build(world, options),
        ActorsVerb.Build(world, options),
        WalletVerbs.Build(world, options),
        ValidatorVerbs.Build(world, options),
        BeaconVerb.Build(world, options),
        JobVerbs.Build(world, options),
        EventVerbs.Build(world, options),
        ReceiptVerbs.Build(world, options),
        FraudVerbs.Build(world, options),
        WitnessVerbs.Build(world, options),
        CapacityVerbs.Build(world, options),
        PostureVerbs.Build(world, options),
        ChainVerbs.Build(world, options),
        ForensicsVerb.Build(world, options),
        SimulateVerb.Build(world, options),
        ReplayVerb.Build(world, options),
        WasmVerbs.Build(world, options),
        DoctorVerb.Build(world, options),
        CompletionVerb.Build(world, options),
    ];
}
