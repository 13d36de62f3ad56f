using System;
using System.Collections.Generic;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// Bounds checks of memory 0: as few as the guest cannot tell from one for each access.
///
/// <para>Shared checks. Clang reaches a structure's fields and an unrolled loop's elements by one local and several distances. Between two
/// effects (a store, a call, another kind of trap, the border of a straight run) it cannot be seen which of several accesses trapped: the
/// first of them checks for all that follow from the same local. The distance that it must check is only known at the end, so
/// it is a gap (<see cref="IlWriter.Gap"/>).</para>
///
/// <para>Why it is exact. Let b be the lowest address of the group, itself accessed, and k the distance from there to the highest end. The
/// check is <c>b > length - k</c>. If it passes, every access ends within the length and none wraps around 2^32. If it fails, the access
/// with the highest end is out of bounds, or its address wraps: then b lies within <see cref="LinearMemory.Margin"/> of 2^32, where no
/// memory reaches, and the lowest access is out of bounds.</para>
///
/// <para>Proven reaches. What has been checked from a local holds as long as the local does: a length never shrinks. Where paths meet, what
/// held at the block's entry holds still if no instruction of the block set the local.</para>
///
/// <para>Aliases. Clang keeps addresses of one structure in several locals. A local that was set to another one and a constant is known as
/// that (<see cref="Alias"/>), and its accesses count from the other one, the root. A root that gets another value leaves its place, and what
/// is proven from it, to one of its aliases.</para>
/// </summary>
internal sealed partial class FunctionCompiler
{
    /// <summary>More than a function of clang's ever has at once; searching stays short.</summary>
    private const int ReachesMax = 24;

    private const int WaitingMax = 20_000;

    /// <summary>Displacements that many constant additions have moved beyond this are forgotten.</summary>
    private const long DisplacementMax = 1 << 30;

    private const int AliasesMax = 24;

    private readonly List<Reach> _reaches = [];
    private readonly List<Alias> _aliases = [];
    private readonly List<SharedCheck> _checks = [];
    private readonly int[] _setAt;
    private int _loop;
    private int _clock;

    /// <summary>A check that stands at its first access and grows with those that follow.</summary>
    private sealed class SharedCheck(int local, long low, long high)
    {
        public int Local { get; } = local;

        public long First { get; } = low;

        public long Low { get; private set; } = low;

        public long High { get; private set; } = high;

        public bool Extend(long low, long high)
        {
            long lowest = long.Min(Low, low);
            long highest = long.Max(High, high);
            if (highest - lowest > LinearMemory.Margin) return false;
            Low = lowest;
            High = highest;
            return true;
        }
    }

    /// <summary>An address in memory 0, zero-extended, from which <paramref name="end"/> bytes lie in memory.</summary>
    private LocalBuilder CheckedAddress(Node address, long end)
    {
        bool anchored = FindRoot(address, out int local, out long low);
        Emit(address);
        _il.Op(OpCodes.Conv_U);
        LocalBuilder held = _pool.Take(typeof(nint));
        _il.Store(held);
        if (!anchored || end > LinearMemory.Margin)
        {
            EmitCheck(held, end);
            return held;
        }

        long high = low + end;
        foreach (Reach reach in _reaches)
        {
            if (reach.Covers(local, low, high)) return held;
        }

        foreach (SharedCheck open in _checks)
        {
            if (open.Local == local && open.Extend(low, high)) return held;
        }

        if (_il.WaitingCount > WaitingMax) CloseChecks();
        var check = new SharedCheck(local, low, high);
        _checks.Add(check);
        _il.Gap(() => FillCheck(check, held));
        return held;
    }

    private void FillCheck(SharedCheck check, LocalBuilder first)
    {
        if (check.Low == check.First)
        {
            EmitCheck(first, check.High - check.Low);
            return;
        }

        LoadLocal(check.Local);
        _il.Int32((int)check.Low);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Conv_U);
        EmitCheck(null, check.High - check.Low);
    }

    /// <param name="address">Null when it lies on the IL stack.</param>
    private void EmitCheck(LocalBuilder? address, long end)
    {
        if (address is not null) _il.Load(address);
        _il.Load(_length!);
        _il.Native(end);
        _il.Op(OpCodes.Sub);
        _il.Branch(OpCodes.Bgt, TrapLabel(Trap.OutOfBoundsMemory));
    }

    /// <summary>No access behind may share a check with those before.</summary>
    private void CloseChecks()
    {
        if (_checks.Count == 0) return;
        foreach (SharedCheck check in _checks) Remember(new Reach(check.Local, check.Low, check.High));
        _checks.Clear();
        _il.Flush();
    }

    private void Remember(Reach reach)
    {
        if (!IsNear(reach.Low)) return;
        if (_reaches.Count == ReachesMax) _reaches.RemoveAt(0);
        _reaches.Add(reach);
    }

    /// <summary>A local gets a new value: what was known of it goes, or moves along where the value is a local and a constant.</summary>
    private void ForgetLocal(int local, Node value)
    {
        foreach (SharedCheck check in _checks)
        {
            if (check.Local != local) continue;
            CloseChecks();
            break;
        }

        bool moved = FindRoot(value, out int source, out long by);
        _setAt[local] = ++_clock;
        if (moved && source == local)
        {
            MoveRoot(local, by);
            return;
        }

        Forget(known => known == local);
        if (moved && _aliases.Count < AliasesMax && IsNear(by)) _aliases.Add(new Alias(local, source, by));
    }

    /// <summary>A root's value has grown by a constant.</summary>
    private void MoveRoot(int root, long by)
    {
        for (int i = 0; i < _reaches.Count; i++)
        {
            if (_reaches[i].Local == root) _reaches[i] = _reaches[i].MovedTo(root, by);
        }

        for (int i = 0; i < _aliases.Count; i++)
        {
            if (_aliases[i].Root == root) _aliases[i] = _aliases[i] with { By = _aliases[i].By - by };
        }

        _reaches.RemoveAll(static reach => !IsNear(reach.Low));
        _aliases.RemoveAll(static alias => !IsNear(alias.By));
    }

    /// <summary>Some locals have values that are not known. What their aliases know of each other and of memory stays.</summary>
    private void Forget(Predicate<int> isUnknown)
    {
        _aliases.RemoveAll(alias => isUnknown(alias.Local));
        for (int heir = _aliases.FindIndex(alias => isUnknown(alias.Root)); heir >= 0; heir = _aliases.FindIndex(alias => isUnknown(alias.Root)))
        {
            Alias known = _aliases[heir];
            _aliases.RemoveAt(heir);
            for (int i = 0; i < _aliases.Count; i++)
            {
                if (_aliases[i].Root == known.Root) _aliases[i] = new Alias(_aliases[i].Local, known.Local, _aliases[i].By - known.By);
            }

            for (int i = 0; i < _reaches.Count; i++)
            {
                if (_reaches[i].Local == known.Root) _reaches[i] = _reaches[i].MovedTo(known.Local, known.By);
            }
        }

        _reaches.RemoveAll(reach => isUnknown(reach.Local) || !IsNear(reach.Low));
        _aliases.RemoveAll(static alias => !IsNear(alias.By));
    }

    private static bool IsNear(long displacement) => displacement is >= -DisplacementMax and <= DisplacementMax;

    /// <summary>A block's end or the second way of an if: what held at its entry holds, but for locals set since.</summary>
    private void RestoreReaches(Block block, bool atEnd)
    {
        _reaches.Clear();
        _reaches.AddRange(block.Reaches);
        _aliases.Clear();
        _aliases.AddRange(block.Aliases);
        if (atEnd) Forget(local => _setAt[local] > block.Clock);
    }

    /// <summary>At a loop's head: what the loop sets is unknown from its second turn on.</summary>
    private void EnterLoop(int offset)
    {
        if (_loops.Count == 0) return;
        while (_loops[_loop].Offset != offset) _loop++;
        ulong set = _loops[_loop].Set;
        Forget(local => (Node.Bit(local) & set) != 0);
    }

    /// <summary>An address that counts from a local, or from the root whose alias it is.</summary>
    private bool FindRoot(Node address, out int root, out long displacement)
    {
        if (!IsAnchored(address, out root, out displacement)) return false;
        foreach (Alias alias in _aliases)
        {
            if (alias.Local != root) continue;
            root = alias.Root;
            displacement += alias.By;
            break;
        }

        return true;
    }

    /// <summary>A local's value, or a local's value and a constant.</summary>
    private static bool IsAnchored(Node address, out int local, out long displacement)
    {
        local = 0;
        displacement = 0;
        if (address.Type != WasmType.I32) return false;
        if (address.Kind == NodeKind.Local)
        {
            local = (int)address.Bits;
            return true;
        }

        // i32.add
        if (address is not { Kind: NodeKind.Numeric, Opcode: 0x6A, Left: { } left, Right: { } right }) return false;
        if (left.Kind == NodeKind.Constant) (left, right) = (right, left);
        if (left.Kind != NodeKind.Local || right.Kind != NodeKind.Constant) return false;
        local = (int)left.Bits;
        displacement = (int)right.Bits;
        return true;
    }
}
