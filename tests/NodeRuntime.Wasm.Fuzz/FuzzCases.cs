using System;
using System.Collections.Generic;
using System.Globalization;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Fuzz.Sources;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>
/// Makes the modules of a campaign. Of ten, six are binaryen's (two with vectors, one with references, one with other instructions), two
/// are known ones with other instructions; two have other bytes, one of these made by binaryen and one known.
/// </summary>
internal sealed class FuzzCases
{
    private readonly GeneratedModules _generated;
    private readonly IReadOnlyList<byte[]> _known;
    private readonly List<Module> _valid = [];

    public FuzzCases(GeneratedModules generated, IReadOnlyList<byte[]> known)
    {
        _generated = generated;
        _known = known;
        foreach (byte[] bytes in known)
        {
            if (Module.Load(bytes, ModuleLimits.Default).Module is { } module) _valid.Add(module);
        }
    }

    public FuzzCase Make(ulong seed, int number)
    {
        Prng random = Random(seed, number);
        switch (number % 10)
        {
            case < 4:
                return new FuzzCase(seed, number, "generated", _generated.Make(random, references: false, vectors: number % 2 == 1));
            case 4:
                byte[] made = _generated.Make(random, references: false, vectors: true);
                return Module.Load(made, ModuleLimits.Default).Module is { } own
                    ? new FuzzCase(seed, number, "instructions of a generated module", InstructionMutation.Apply(own.Model, random))
                    : new FuzzCase(seed, number, "generated", made);
            case 5:
                bool vectors = random.NextChance(300);
                return new FuzzCase(seed, number, "generated with references", _generated.Make(random, references: true, vectors));
            case 6 or 7:
                int chosen = random.NextBelow(_valid.Count);
                return new FuzzCase(seed, number, Name("instructions of known module ", chosen), InstructionMutation.Apply(_valid[chosen].Model, random));
            case 8:
                byte[] generated = _generated.Make(random, references: random.NextChance(300), vectors: random.NextChance(300));
                byte[] piece = _known[random.NextBelow(_known.Count)];
                return new FuzzCase(seed, number, "bytes of a generated module", Mutation.Apply(generated, piece, random));
            default:
                int first = random.NextBelow(_known.Count);
                int second = random.NextBelow(_known.Count);
                return new FuzzCase(seed, number, Name("bytes of known module ", first), Mutation.Apply(_known[first], _known[second], random));
        }
    }

    /// <summary>A stream for each purpose of a module, so that what one takes does not shift the other.</summary>
    public static Prng Random(ulong seed, int number) => new(unchecked((seed * 0x9E3779B97F4A7C15) + (ulong)number));

    private static string Name(string what, int number) => what + number.ToString(CultureInfo.InvariantCulture);
}
