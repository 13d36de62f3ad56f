using System;
using System.Collections.Generic;
using NodeRuntime.Benchmarks.Groups;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Network;

// Benchmarks that hold each figure against what this machine can do at most. `docs/benchmarks.md` says how to read them.
if (args is [EchoServer.Word]) return await EchoServer.RunAsync().ConfigureAwait(false);
if (args is [ProvenanceKeeping.Word, string retention]) return ProvenanceKeeping.Serve(retention);
string? program = null;
// Takes gigabytes and minutes: only by its name.
const string LargeGroup = "capacity-full";
(string Name, Func<IEnumerable<BenchmarkRow>> Run)[] groups =
[
    ("kernel", KernelGroup.Run),
    ("network", NetworkGroup.Run),
    ("crypto", CryptoGroup.Run),
    ("codec", CodecGroup.Run),
    ("trees", TreesGroup.Run),
    ("ledger", LedgerGroup.Run),
    ("consensus", ConsensusGroup.Run),
    ("finality", FinalityGroup.Run),
    ("sync", SyncGroup.Run),
    ("wasm", () => WasmGroup.Run(program)),
    ("wasm-start", WasmStartGroup.Run),
    ("fuel", FuelGroup.Run),
    ("provenance", ProvenanceGroup.Run),
    ("capacity", CapacityGroup.Run),
    (LargeGroup, CapacityGroup.RunFull),
];

string? wanted = null;
bool asJson = false;
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--output" && i + 1 < args.Length && args[i + 1] is "json" or "table") asJson = args[++i] == "json";
    else if (args[i] == "--program" && i + 1 < args.Length) program = args[++i];
    else if (wanted is null && Array.Exists(groups, group => group.Name == args[i])) wanted = args[i];
    else return Usage(args[i]);
}

List<BenchmarkRow> rows = [];
if (!asJson) Report.WriteHead(Console.Out);
foreach ((string name, Func<IEnumerable<BenchmarkRow>> run) in groups)
{
    if (wanted is null ? name == LargeGroup : wanted != name) continue;
    foreach (BenchmarkRow row in run())
    {
        rows.Add(row);
        if (!asJson) Report.WriteLine(Console.Out, row);
    }
}

if (asJson) Report.WriteJson(Console.Out, rows);
return 0;

int Usage(string word)
{
    Console.Error.WriteLine("not understood: " + word);
    string names = string.Join(" | ", Array.ConvertAll(groups, static group => group.Name));
    Console.Error.WriteLine("usage: NodeRuntime.Benchmarks [" + names + "] [--program NAME] [--output table | json]");
    return 2;
}
