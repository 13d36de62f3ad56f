using System;
using System.Collections.Generic;

namespace NodeRuntime.Wasm.Binary;

/// <summary>
/// The function names of the name section (the specification's appendix, "Name Section"). They are for people: nothing depends on them,
/// and what is malformed ends the reading without a fault.
/// </summary>
internal static class NameSection
{
    /// <summary>Characters of a name that are kept.</summary>
    public const int NameLengthMax = 256;

    private const int FunctionNames = 1;

    /// <summary>The names of the functions asked for, by index; without an entry those that have none.</summary>
    public static SortedDictionary<int, string> Read(ModuleModel model, SortedSet<int> functions)
    {
        var names = new SortedDictionary<int, string>();
        (int start, int end) = model.NameSection;
        var section = new WasmReader(model.Bytes, start, end, new LoadFault());
        while (!section.AtEnd)
        {
            byte id = section.Byte();
            WasmReader part = section.Sub(section.Index());
            if (id != FunctionNames) continue;
            int count = part.Index();
            for (int i = 0; i < count && !part.AtEnd; i++)
            {
                int function = part.Index();
                string name = part.Name(int.MaxValue);
                if (!part.Fault.Failed && functions.Contains(function)) names[function] = name[..Math.Min(name.Length, NameLengthMax)];
            }
        }

        return names;
    }
}
