using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Child;

/// <summary>
/// Three nested ceilings over a guest's memory. The guest's own is in pages and exact: the engine refuses to grow beyond it. Around it
/// the runtime's heap, which the collector keeps; around that what the kernel lets the process write to at all
/// (RLIMIT_DATA), and the addresses it may reserve (RLIMIT_AS), which is only a ceiling: the collector and the compiler
/// reserve far more than they use.
/// </summary>
internal readonly record struct SandboxMemory(ulong HeapBytesMax, ulong DataBytesMax, ulong AddressSpaceBytesMax)
{
    private const ulong PageBytes = 64 * 1024;

    // Module, its compiled form's metadata, the runtime's own objects.
    private const ulong HeapOverheadBytes = 512UL << 20;

    // Stacks, compiled code, the C heap.
    private const ulong NativeBytes = 512UL << 20;

    private const ulong ReservedBytes = 16UL << 30;

    public static SandboxMemory For(int memoryPagesMax, long outputBytesMax)
    {
        // Twice: memory that grows, and output that is gathered, are copied while old and new exist both.
        ulong heap = (2 * (ulong)memoryPagesMax * PageBytes) + (2 * (ulong)outputBytesMax) + HeapOverheadBytes;
        Invariant.Holds(heap < 1UL << 40);
        return new SandboxMemory(heap, heap + NativeBytes, (6 * heap) + ReservedBytes);
    }
}
