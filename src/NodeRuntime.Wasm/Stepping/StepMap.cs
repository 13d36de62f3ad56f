using System;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>What a snapshot needs to know of a function's decoded form, so that it speaks of the module and not of that form.</summary>
/// <param name="Positions">
/// For each operation twice its instruction's offset in the module, and one more where the run that begins there is paid. Ascending.
/// </param>
/// <param name="Heights">For each operation the slots of the frame in use before it.</param>
internal sealed record StepMap(int[] Positions, int[] Heights)
{
    /// <summary>The operation at a position, or -1.</summary>
    public int Find(int position)
    {
        int found = Array.BinarySearch(Positions, position);
        return found >= 0 ? found : -1;
    }
}
