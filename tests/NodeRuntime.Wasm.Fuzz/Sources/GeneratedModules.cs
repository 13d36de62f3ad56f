using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Fuzz.Sources;

/// <summary>
/// Valid modules that binaryen makes of random bytes ("translate to fuzz"): arithmetic, control flow, calls, memory, globals, with a
/// counter that ends every loop. The same random bytes give the same module.
/// </summary>
internal sealed class GeneratedModules(string wasmOpt, string folder)
{
    private const int SeedBytesMin = 64;
    private const int SeedBytesMax = 6_000;

    private static readonly string[] Always =
        ["--enable-mutable-globals", "--enable-sign-ext", "--enable-nontrapping-float-to-int", "--enable-multivalue", "--enable-bulk-memory"];

    private static readonly string[] None = [];

    // Of an optimized module less is dead code, and what is left is closer to what compilers write.
    private static readonly string[] Passes = ["", "", "-O1", "-O2", "-Oz", "-O3", "--flatten"];

    public byte[] Make(Prng random, bool references, bool vectors)
    {
        var seed = new byte[SeedBytesMin + random.NextBelow(SeedBytesMax - SeedBytesMin)];
        random.Fill(seed);
        string pass = Passes[random.NextBelow(Passes.Length)];
        string input = Path.Combine(folder, "seed.bin");
        string output = Path.Combine(folder, "module.wasm");
        File.WriteAllBytes(input, seed);
        string[] features = [.. references ? ["--enable-reference-types"] : None, .. vectors ? ["--enable-simd"] : None];
        // A pass may refuse what the generator made of references; the module without it is as good.
        string errors = Translate(input, output, features, pass);
        if (errors.Length > 0 && pass.Length > 0) errors = Translate(input, output, features, "");
        return errors.Length == 0 ? File.ReadAllBytes(output) : throw new InvalidOperationException(wasmOpt + " failed on " + input + ": " + errors);
    }

    /// <summary>Empty when the output was written.</summary>
    private string Translate(string input, string output, string[] features, string pass)
    {
        File.Delete(output);
        var start = new ProcessStartInfo(wasmOpt) { RedirectStandardError = true };
        foreach (string argument in (string[])[input, "-ttf", "-o", output, .. Always, .. features]) start.ArgumentList.Add(argument);
        if (pass.Length > 0) start.ArgumentList.Add(pass);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException(wasmOpt + " does not start");
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && File.Exists(output) ? "" : "exit " + process.ExitCode.ToString(CultureInfo.InvariantCulture) + " " + errors;
    }
}
