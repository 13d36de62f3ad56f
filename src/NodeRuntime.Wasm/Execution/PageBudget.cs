namespace NodeRuntime.Wasm.Execution;

/// <summary>The pages of 64 KiB that the memories of one instance may still take, whichever of them grows.</summary>
internal sealed class PageBudget(int pages)
{
    public int Left { get; private set; } = pages;

    public bool TryTake(uint pages)
    {
        if (pages > (uint)Left) return false;
        Left -= (int)pages;
        return true;
    }
}
