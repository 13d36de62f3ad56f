using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// The second executor: it makes no code and interprets decoded functions on a stack of its own, so that it can stop at any border
/// between operations and show its whole state. A store has one, which runs the frames of all its stepped instances; a guest's call is a
/// frame here, never a call of the host, unless the callee is compiled or the host's.
///
/// <para>The stack is slots of eight bytes in native memory, grown as frames come; the call depth bounds it. Frames overlap: a
/// caller's topmost operands are its callee's parameters. References lie in a list of objects at the same places, which is null wherever
/// no live reference is.</para>
/// </summary>
internal sealed unsafe partial class Stepper : IDisposable
{
    private const int SlotsFirst = 1_024;

    private readonly Store _store;
    private ulong* _values;
    private int _capacity;
    private object?[] _references = [];
    private int _top;
    private StepFrame[] _frames = new StepFrame[64];
    private int _frameCount;

    public Stepper(Store store)
    {
        _store = store;
        _capacity = SlotsFirst;
        _values = (ulong*)NativeMemory.AllocZeroed((nuint)_capacity, sizeof(ulong));
    }

    ~Stepper()
    {
        NativeMemory.Free(_values);
    }

    /// <summary>
    /// Calls a stepped function. Its arguments begin above all that is in use (PutValues), where its results are afterwards; may trap.
    /// </summary>
    public void Call(FunctionReference function, int depth)
    {
        // Each entry from outside is a frame of the host's stack.
        int here;
        if ((nint)(&here) < _store.StackLimit) throw new HostStackException();
        int frames = _frameCount;
        int bottom = _top;
        bool returned = false;
        try
        {
            Enter(function, depth);
            Run<PlainSteps>(frames, 0, 0);
            returned = true;
        }
        catch (TrapException trap) when (Note(trap, frames))
        {
            throw;
        }
        finally
        {
            if (!returned) Unwind(frames, bottom);
            _top = bottom;
        }
    }

    /// <summary>Calls a stepped function with arguments and results by position, references apart from numbers.</summary>
    public void Invoke(
        FunctionReference function, ReadOnlySpan<UInt128> arguments, ReadOnlySpan<object?> references, int depth, Span<UInt128> results)
    {
        StepFunction callee = function.Stepped!;
        EnsureSlots(_top + Math.Max(callee.ParameterSlots, callee.ResultSlots));
        int place = _top;
        PutValues(place, function.Type.Parameters, arguments, references);
        Call(function, depth);
        TakeValues(place, function.Type.Results, results, _store.ResultReferences);
    }

    /// <summary>Calls with arguments laid at <see cref="Reserve"/>'s place; the results go to the store.</summary>
    public void CallReserved(FunctionReference function, int depth)
    {
        int place = _top;
        Call(function, depth);
        TakeValues(place, function.Type.Results, _store.Results, _store.ResultReferences);
    }

    /// <summary>The place above all that is in use, with room for this many slots; it moves when anything runs.</summary>
    public ulong* Reserve(int slots)
    {
        EnsureSlots(_top + slots);
        return _values + _top;
    }

    /// <summary>A reference among the arguments at <see cref="Reserve"/>'s place.</summary>
    public void PutReference(int slot, object? value) => PushReference(_values + _top + slot, value);

    /// <summary>A slot's place; it moves when anything runs.</summary>
    public ulong* Slot(int slot) => _values + slot;

    /// <summary>Values from the stack at a slot; their places forget references.</summary>
    public void TakeValues(int slot, WasmType[] types, Span<UInt128> values, Span<object?> references)
    {
        for (int i = 0; i < types.Length; i++)
        {
            ulong* place = _values + slot;
            if (types[i] is WasmType.FuncRef or WasmType.ExternRef) references[i] = TakeReference(place);
            else values[i] = types[i] == WasmType.V128 ? new UInt128(place[1], place[0]) : *place;
            slot += StepDecoder.SlotsOf(types[i]);
        }
    }

    public void PutValues(int slot, WasmType[] types, ReadOnlySpan<UInt128> values, ReadOnlySpan<object?> references)
    {
        for (int i = 0; i < types.Length; i++)
        {
            ulong* place = _values + slot;
            if (types[i] is WasmType.FuncRef or WasmType.ExternRef)
            {
                PushReference(place, references[i]);
            }
            else
            {
                *place = types[i] is WasmType.I32 or WasmType.F32 ? unchecked((uint)values[i]) : unchecked((ulong)values[i]);
                if (types[i] == WasmType.V128) place[1] = unchecked((ulong)(values[i] >> 64));
            }

            slot += StepDecoder.SlotsOf(types[i]);
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_values);
        _values = null;
        GC.SuppressFinalize(this);
    }

    private void Enter(FunctionReference function, int depth)
    {
        StepFunction callee = function.Stepped!;
        EnsureSlots(_top + Math.Max(callee.ParameterSlots, callee.ResultSlots));
        _top += callee.ParameterSlots;
        if (!TryPush(callee, function.Owner, depth)) throw new TrapException(Trap.CallDepthExceeded);
    }

    /// <summary>Makes a frame whose parameters are on the stack; false where the depth does not allow it.</summary>
    private bool TryPush(StepFunction callee, Instance instance, int depth)
    {
        depth -= callee.Weight;
        if (callee.Weight > 0 && depth < 0) return false;
        int bottom = _top - callee.ParameterSlots;
        EnsureSlots(bottom + Math.Max(callee.FrameSlots, callee.ResultSlots));
        int locals = callee.LocalSlots - callee.ParameterSlots;
        if (locals > 0) new Span<ulong>(_values + _top, locals).Clear();
        _top += locals;
        if (_frameCount == _frames.Length) Array.Resize(ref _frames, _frameCount * 2);
        ref StepFrame frame = ref _frames[_frameCount++];
        frame.Function = callee;
        frame.Instance = instance;
        frame.Next = 0;
        frame.Base = bottom;
        frame.Depth = depth;
        return true;
    }

    /// <summary>A call of a function that may be anyone's; false where the depth does not allow it.</summary>
    private bool CallReference(FunctionReference function, int depth)
    {
        if (function.Stepped is { } callee) return TryPush(callee, function.Owner, depth);
        int parameters = StepDecoder.SlotsOf(function.Type.Parameters);
        int results = StepDecoder.SlotsOf(function.Type.Results);
        EnsureSlots(_top + Math.Max(0, results - parameters));
        function.Foreign ??= new ForeignCall(function);
        function.Foreign.Invoke(this, _top - parameters, depth);
        _top += results - parameters;
        return true;
    }

    /// <summary>
    /// A tail call: the top frame gives its place, and the depth that it took, to the callee. False where the depth does not allow it.
    /// </summary>
    private bool TailCall(FunctionReference function)
    {
        ref StepFrame frame = ref _frames[--_frameCount];
        int slots = StepDecoder.SlotsOf(function.Type.Parameters);
        ulong* bottom = _values + frame.Base;
        ulong* top = _values + _top;
        MoveReferences(bottom, slots, top);
        Buffer.MemoryCopy(top - slots, bottom, slots * 8L, slots * 8L);
        _top = frame.Base + slots;
        return CallReference(function, frame.Depth + frame.Function.Weight);
    }

    /// <summary>Tells a trap, before the frames go, where the guest was. Never catches.</summary>
    private bool Note(TrapException trap, int floorFrame)
    {
        var functions = new int[Math.Min(GuestTrace.FramesMax, _frameCount - floorFrame)];
        for (int i = 0; i < functions.Length; i++) functions[i] = _frames[_frameCount - 1 - i].Function.Index;
        if (trap.Stepped.Length == 0) trap.Stepped = functions;
        return false;
    }

    private void Unwind(int frames, int bottom)
    {
        Array.Clear(_frames, frames, _frameCount - frames);
        _frameCount = frames;
        if (_references.Length > bottom) Array.Clear(_references, bottom, _references.Length - bottom);
    }

    private void EnsureSlots(int slots)
    {
        if (slots <= _capacity) return;
        int capacity = (int)Math.Max(slots, Math.Min(int.MaxValue / 2, _capacity * 2L));
        _values = (ulong*)NativeMemory.Realloc(_values, (nuint)capacity * sizeof(ulong));
        new Span<ulong>(_values + _capacity, capacity - _capacity).Clear();
        _capacity = capacity;
        if (_references.Length > 0) EnsureReferences();
    }

    private void EnsureReferences()
    {
        if (_references.Length < _capacity) Array.Resize(ref _references, _capacity);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong* Carry(StepBranch* branch, ulong* frame, ulong* top)
    {
        ulong* target = frame + branch->Destination;
        if (branch->HasReferences) MoveReferences(target, branch->Slots, top);
        if (branch->Slots == 1) target[0] = top[-1];
        else if (branch->Slots > 1) Buffer.MemoryCopy(top - branch->Slots, target, branch->Slots * 8L, branch->Slots * 8L);
        return target + branch->Slots;
    }

    private void ReturnReferences(StepFunction function, ulong* frame, ulong* top) =>
        MoveReferences(frame, function.ResultSlots, top);

    /// <summary>Moves the topmost references down with their slots, and forgets those between.</summary>
    private void MoveReferences(ulong* target, int slots, ulong* top)
    {
        if (_references.Length == 0) return;
        int to = (int)(target - _values);
        int end = (int)(top - _values);
        Array.Copy(_references, end - slots, _references, to, slots);
        Array.Clear(_references, to + slots, end - to - slots);
    }

    private void PushReference(ulong* top, object? value)
    {
        *top = 0;
        if (value is null && _references.Length == 0) return;
        EnsureReferences();
        _references[top - _values] = value;
    }

    private object? TakeReference(ulong* slot)
    {
        if (_references.Length == 0) return null;
        ref object? place = ref _references[slot - _values];
        object? value = place;
        place = null;
        return value;
    }

    /// <summary>The instructions that share the helpers of compiled code, and those that move references. Gives the new top.</summary>
    private ulong* Help(StepOp op, Instance instance, ulong* frame, ulong* top)
    {
        unchecked
        {
            switch (op.Code)
            {
                case StepCode.LocalGetReference:
                    PushReference(top, _references.Length == 0 ? null : _references[(frame - _values) + op.Narrow]);
                    return top + 1;
                case StepCode.LocalSetReference:
                    top--;
                    PushReference(frame + op.Narrow, TakeReference(top));
                    return top;
                case StepCode.LocalTeeReference:
                    PushReference(frame + op.Narrow, _references.Length == 0 ? null : _references[top - 1 - _values]);
                    return top;
                case StepCode.GlobalGetReference:
                    PushReference(top, instance.GlobalCells[op.Wide].Reference);
                    return top + 1;
                case StepCode.GlobalSetReference:
                    top--;
                    instance.GlobalCells[op.Wide].Reference = TakeReference(top);
                    return top;
                case StepCode.DropReference:
                    top--;
                    TakeReference(top);
                    return top;
                case StepCode.SelectReference:
                    top -= 2;
                    object? second = TakeReference(top);
                    if ((uint)top[1] == 0) PushReference(top - 1, second);
                    return top;
                case Opcode.RefNull:
                    PushReference(top, null);
                    return top + 1;
                case Opcode.RefIsNull:
                    top[-1] = TakeReference(top - 1) is null ? 1UL : 0;
                    return top;
                case Opcode.RefFunc:
                    PushReference(top, Intrinsics.RefFunc(instance, op.Wide));
                    return top + 1;
                case Opcode.TableGet:
                    PushReference(top - 1, Intrinsics.TableGet(instance, (int)top[-1], op.Narrow));
                    return top;
                case Opcode.TableSet:
                    top -= 2;
                    Intrinsics.TableSet(instance, (int)top[0], TakeReference(top + 1), op.Narrow);
                    return top;
                case Opcode.TableSize:
                    *top = (uint)Intrinsics.TableSize(instance, op.Narrow);
                    return top + 1;
                case Opcode.TableGrow:
                    top--;
                    top[-1] = (uint)Intrinsics.TableGrow(instance, TakeReference(top - 1), (int)top[0], op.Narrow);
                    return top;
                case Opcode.TableFill:
                    top -= 3;
                    Intrinsics.TableFill(instance, (int)top[0], TakeReference(top + 1), (int)top[2], op.Narrow);
                    return top;
                case Opcode.TableCopy:
                    top -= 3;
                    Intrinsics.TableCopy(instance, (int)top[0], (int)top[1], (int)top[2], op.Narrow, op.Wide);
                    return top;
                case Opcode.TableInit:
                    top -= 3;
                    Intrinsics.TableInit(instance, (int)top[0], (int)top[1], (int)top[2], op.Narrow, op.Wide);
                    return top;
                case Opcode.ElemDrop:
                    Intrinsics.ElemDrop(instance, op.Wide);
                    return top;
                case Opcode.DataDrop:
                    Intrinsics.DataDrop(instance, op.Wide);
                    return top;
                case Opcode.MemoryInit:
                    top -= 3;
                    Intrinsics.MemoryInit(instance, (int)top[0], (int)top[1], (int)top[2], op.Narrow, op.Wide);
                    return top;
                case Opcode.MemoryCopy:
                    top -= 3;
                    Intrinsics.MemoryCopy(instance, (int)top[0], (int)top[1], (int)top[2], op.Narrow, op.Wide);
                    return top;
                case Opcode.MemoryFill:
                    top -= 3;
                    Intrinsics.MemoryFill(instance, (int)top[0], (int)top[1], (int)top[2], op.Narrow);
                    return top;
                case Opcode.MemoryGrow:
                    top[-1] = (uint)Intrinsics.MemoryGrow(instance, (int)top[-1], op.Narrow);
                    return top;
                case StepCode.FarSize:
                    *top = (uint)Intrinsics.MemorySize(instance, op.Narrow);
                    return top + 1;
                case StepCode.LocalGetVector:
                    top[0] = frame[op.Narrow];
                    top[1] = frame[op.Narrow + 1];
                    return top + 2;
                case StepCode.LocalSetVector:
                    frame[op.Narrow] = top[-2];
                    frame[op.Narrow + 1] = top[-1];
                    return top - 2;
                case StepCode.LocalTeeVector:
                    frame[op.Narrow] = top[-2];
                    frame[op.Narrow + 1] = top[-1];
                    return top;
                case StepCode.GlobalGetVector:
                    ulong* source = (ulong*)instance.GlobalCells[op.Wide].Address;
                    top[0] = source[0];
                    top[1] = source[1];
                    return top + 2;
                case StepCode.GlobalSetVector:
                    ulong* target = (ulong*)instance.GlobalCells[op.Wide].Address;
                    target[0] = top[-2];
                    target[1] = top[-1];
                    return top - 2;
                case StepCode.DropVector:
                    return top - 2;
                case StepCode.SelectVector:
                    if ((uint)top[-1] == 0)
                    {
                        top[-5] = top[-3];
                        top[-4] = top[-2];
                    }

                    return top - 3;
                default:
                    Invariant.Break("an operation without an executor");
                    return top;
            }
        }
    }
}
