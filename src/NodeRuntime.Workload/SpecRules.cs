using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Workload;

/// <summary>Whether an opened specification keeps within the terms that the provider bid for.</summary>
public static class SpecRules
{
    public static SpecVerdict Check(JobSpec spec, OrderTerms terms)
    {
        if (spec.FuelMax > terms.FuelMax) return SpecVerdict.FuelExceedsTerms;
        if (spec.MemoryPagesMax > terms.MemoryPagesMax) return SpecVerdict.MemoryExceedsTerms;
        if (spec.OutputBytesMax > terms.OutputBytesMax) return SpecVerdict.OutputExceedsTerms;
        if (spec.Module.Length is 0 or > Limits.ModuleBytesMax) return SpecVerdict.ModuleSizeOutOfRange;
        UInt128Total total = default;
        total.Add(spec.Module.Length);
        foreach (JobInput input in spec.Inputs)
        {
            if (input.Content.Length > (ulong)Limits.InputBytesMax) return SpecVerdict.InputExceedsTerms;
            total.Add(input.Content.Length);
        }

        if (spec.StandardInput is { } standardInput) total.Add(standardInput.Length);
        return total.Value > terms.InputBytes ? SpecVerdict.InputExceedsTerms : SpecVerdict.Accepted;
    }

    // Lengths come from a stranger: their sum is taken where it cannot overflow.
    private struct UInt128Total
    {
        public System.UInt128 Value { get; private set; }

        public void Add(ulong length) => Value += length;
    }
}

public enum SpecVerdict
{
    Accepted,
    FuelExceedsTerms,
    MemoryExceedsTerms,
    OutputExceedsTerms,
    ModuleSizeOutOfRange,
    InputExceedsTerms,
}
