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
/// </summary>
internal sealed partial class FunctionCompiler
{
    /// <summary>More than a function of clang's ever has at once; searching stays short.</summary>
    private const int ReachesMax = 24;

    private const int WaitingMax = 20_000;

    /// <summary>Displacements that many constant additions have moved beyond this are forgotten.</summary>
    private const long DisplacementMax = 1 << 30;

    private readonly List<Reach> _reaches = [];
    private readonly List<SharedCheck> _checks = [];
    private readonly int[] _setAt;
    private readonly List<LoopLocals> _loops = [];
    private int _loop;
    private int _clock;

    /// <summary>The locals that a loop sets, each hashed to one of 64 bits.</summary>
    private readonly record struct LoopLocals(int Offset, ulong Set);

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
        bool anchored = IsAnchored(address, out int local, out long low);
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
        if (reach.Low is < -DisplacementMax or > DisplacementMax) return;
        if (_reaches.Count == ReachesMax) _reaches.RemoveAt(0);
        _reaches.Add(reach);
    }

    /// <summary>A local gets a new value: what was known of it goes, and moves along where the value is a local and a constant.</summary>
    private void ForgetLocal(int local, Node value)
    {
        foreach (SharedCheck check in _checks)
        {
            if (check.Local != local) continue;
            CloseChecks();
            break;
        }

        bool moved = IsAnchored(value, out int source, out long by);
        _setAt[local] = ++_clock;
        int count = _reaches.Count;
        for (int i = 0; i < count; i++)
        {
            Reach reach = _reaches[i];
            if (moved && reach.Local == source)
            {
                var there = new Reach(local, reach.Low - by, reach.High - by);
                if (source == local) _reaches[i] = there;
                else if (_reaches.Count < ReachesMax) _reaches.Add(there);
            }
            else if (reach.Local == local)
            {
                _reaches[i] = default(Reach) with { Local = -1 };
            }
        }

        _reaches.RemoveAll(static reach => reach.Local < 0 || reach.Low is < -DisplacementMax or > DisplacementMax);
    }

    /// <summary>A block's end or the second way of an if: what held at its entry holds, but for locals set since.</summary>
    private void RestoreReaches(Block block, bool atEnd)
    {
        _reaches.Clear();
        foreach (Reach reach in block.Reaches)
        {
            if (!atEnd || _setAt[reach.Local] <= block.Clock) _reaches.Add(reach);
        }
    }

    /// <summary>At a loop's head: what the loop sets is unknown from its second turn on.</summary>
    private void EnterLoop(int offset)
    {
        if (!_body.UsesMemory) return;
        while (_loops[_loop].Offset != offset) _loop++;
        ulong set = _loops[_loop].Set;
        _reaches.RemoveAll(reach => (Node.Bit(reach.Local) & set) != 0);
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

    /// <summary>Reads the function once beforehand: which locals each loop sets.</summary>
    private void FindLoops()
    {
        var fault = new LoadFault();
        var instructions = new InstructionReader(new WasmReader(_model.Bytes, _body.Start, _body.End, fault), _limits);
        var open = new List<int>();
        while (!fault.Failed)
        {
            instructions.Next(out Instruction instruction);
            switch (instruction.Opcode)
            {
                case Opcode.Loop:
                    open.Add(_loops.Count);
                    _loops.Add(new LoopLocals(instruction.Offset, 0));
                    break;
                case Opcode.Block or Opcode.If:
                    open.Add(-1);
                    break;
                case Opcode.LocalSet or Opcode.LocalTee:
                    MarkSet(open, Node.Bit(instruction.Index));
                    break;
                case Opcode.End when open.Count == 0:
                    return;
                case Opcode.End:
                    int closed = open[^1];
                    open.RemoveAt(open.Count - 1);
                    if (closed >= 0) MarkSet(open, _loops[closed].Set);
                    break;
            }
        }
    }

    /// <summary>Marks the innermost open loop; an outer one learns it at the inner one's end.</summary>
    private void MarkSet(List<int> open, ulong locals)
    {
        for (int i = open.Count - 1; i >= 0; i--)
        {
            if (open[i] < 0) continue;
            LoopLocals loop = _loops[open[i]];
            _loops[open[i]] = loop with { Set = loop.Set | locals };
            return;
        }
    }
}
