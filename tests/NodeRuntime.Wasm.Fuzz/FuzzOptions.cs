using System.Globalization;

namespace NodeRuntime.Wasm.Fuzz;

/// <summary>What the command line asked for.</summary>
internal sealed record FuzzOptions
{
    public ulong Seed { get; private init; } = 1;

    /// <summary>The number of the first module: a campaign can be run in parts.</summary>
    public int First { get; private init; }

    public int Modules { get; private init; } = 200;

    /// <summary>Modules for the reader alone; 0 runs the comparison.</summary>
    public int Parser { get; private init; }

    /// <summary>A file to compare instead of made ones.</summary>
    public string Replay { get; private init; } = "";

    /// <summary>A file to run alone and to tell the cost of.</summary>
    public string Measure { get; private init; } = "";

    /// <summary>Where differing modules are written.</summary>
    public string Folder { get; private init; } = "artifacts/wasm-fuzz";

    /// <summary>Null when they cannot be read.</summary>
    public static FuzzOptions? Parse(string[] arguments)
    {
        var options = new FuzzOptions();
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            string value = arguments[i + 1];
            bool number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            FuzzOptions? next = arguments[i] switch
            {
                "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) => options with { Seed = seed },
                "--first" when number => options with { First = count },
                "--modules" when number => options with { Modules = count },
                "--parser" when number => options with { Parser = count },
                "--replay" => options with { Replay = value },
                "--measure" => options with { Measure = value },
                "--findings" => options with { Folder = value },
                _ => null,
            };
            if (next is null) return null;
            options = next;
        }

        return arguments.Length % 2 == 0 ? options : null;
    }
}
