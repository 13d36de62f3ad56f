using System;
using System.Runtime.InteropServices;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// Guest memory. The maximum is reserved at once and zeroed lazily by the operating system, page by page as it is touched, so that
/// growing never moves the base that compiled code holds in a register.
/// </summary>
internal sealed unsafe class LinearMemory : IDisposable
{
    public const int PageBytes = 65_536;

    /// <summary>One page less than 32 bits can address: no address this near to 2^32 is ever inside, which shared checks rely on.</summary>
    public const int PagesLimit = 65_535;

    public const int Margin = PageBytes;

    public const int TouchShift = 12;

    /// <summary>The grain in which changes are noted.</summary>
    public const int TouchBytes = 1 << TouchShift;

    /// <summary>The base; compiled code reads this field.</summary>
    public nint Base;

    /// <summary>The bytes in use; compiled code reads this field.</summary>
    public nint Length;

    /// <summary>A byte for each <see cref="TouchBytes"/> that is set when they may have changed; null where nobody asks.</summary>
    public byte* Touched;

    private readonly PageBudget? _budget;

    /// <param name="budget">What growing takes from, beside the maximum; the first pages have been taken.</param>
    public LinearMemory(int pages, int pagesMax, long declaredMaximum, PageBudget? budget = null)
    {
        _budget = budget;
        PagesMax = Math.Min(pagesMax, PagesLimit);
        DeclaredMaximum = declaredMaximum;
        Base = PagesMax == 0 ? 0 : (nint)NativeMemory.AllocZeroed((nuint)PagesMax * PageBytes);
        Length = (nint)pages * PageBytes;
    }

    ~LinearMemory()
    {
        Free();
    }

    public int PagesMax { get; }

    /// <summary>What the module declared, which importers must agree with; -1 is none.</summary>
    public long DeclaredMaximum { get; }

    public int Pages => (int)(Length / PageBytes);

    public bool CanGrow(uint pages) =>
        pages <= (uint)(PagesMax - Pages) && (_budget is null || pages <= (uint)_budget.Left);

    /// <summary>The pages before, or -1 when a limit would be passed.</summary>
    public int Grow(uint pages)
    {
        int before = Pages;
        if (!CanGrow(pages) || _budget?.TryTake(pages) == false) return -1;
        Length += (nint)pages * PageBytes;
        return before;
    }

    /// <summary>Where a part of memory is, or a trap: helpers and the host use the same check as compiled code.</summary>
    public byte* Pointer(uint address, uint length)
    {
        if ((long)address + length > Length) throw new TrapException(Trap.OutOfBoundsMemory);
        if (Touched != null && length > 0) Touch(address, length);
        return (byte*)Base + address;
    }

    /// <summary>From now on every piece that may have been written is noted in <see cref="Touched"/>. Compiled code does not note.</summary>
    public void TrackTouches()
    {
        if (Touched == null) Touched = (byte*)NativeMemory.AllocZeroed((nuint)PagesMax * (PageBytes / TouchBytes) + 1);
    }

    private void Touch(uint address, uint length)
    {
        long last = ((long)address + length - 1) >> TouchShift;
        for (long piece = address >> TouchShift; piece <= last; piece++) Touched[piece] = 1;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free((void*)Base);
        NativeMemory.Free(Touched);
        Touched = null;
        Base = 0;
        Length = 0;
    }
}
