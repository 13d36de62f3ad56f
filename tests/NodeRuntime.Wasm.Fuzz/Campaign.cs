using System;
using System.IO;
using NodeRuntime.Wasm.Fuzz.Execution;
using NodeRuntime.Wasm.Fuzz.Sources;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>Compares the modules of one seed, one after the other.</summary>
internal sealed class Campaign : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("wasm-fuzz-").FullName;
    private readonly ReferenceEngine _reference;
    private readonly FuzzCases _cases;

    public Campaign(string node, string wasmOpt, bool suite)
    {
        _reference = new ReferenceEngine(node);
        _cases = new FuzzCases(new GeneratedModules(wasmOpt, _scratch), KnownModules.Find(suite));
    }

    public void Run(ulong seed, int first, int modules, Action<Outcome> done)
    {
        for (int number = first; number < first + modules; number++) done(Compare(_cases.Make(seed, number)));
    }

    /// <summary>A bug of the engine's may end this process: the module stays in the folder that <see cref="Running"/> names.</summary>
    public string Running => Path.Combine(_scratch, "running.wasm");

    public Outcome Compare(FuzzCase module)
    {
        File.WriteAllBytes(Running, module.Bytes);
        return ModuleComparison.Compare(module, _reference);
    }

    public void Dispose()
    {
        _reference.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }
}
