using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// How the stepping executor calls what it does not run itself: the host's functions and compiled ones. The shapes of the host interface
/// are called by hand, so that a run of a program on that interface alone makes no code at all; any other shape by the invoker's thunk.
/// </summary>
internal sealed unsafe class ForeignCall
{
    private const int Gives = 1 << 4;
    private const int Other = -1;

    // Which of the parameters are i64, first parameter first.
    private const int Wide1 = 1 << 6;
    private const int Wide2 = 1 << 7;
    private const int Wide3 = 1 << 8;
    private const int Wide4 = 1 << 9;
    private const int Wide5 = 1 << 10;
    private const int Wide6 = 1 << 11;

    private readonly FunctionReference _function;
    private readonly int _shape;
    private readonly Invoker.Thunk? _thunk;

    public ForeignCall(FunctionReference function)
    {
        _function = function;
        _shape = ShapeOf(function.Type);
        if (!IsKnown(_shape)) _thunk = Invoker.MakeThunk(function.Type);
    }

    /// <summary>Arguments begin at a slot of the executor's stack; results come there.</summary>
    public void Invoke(Stepper stepper, int slot, int depth)
    {
        if (_thunk is not null) InvokeByThunk(stepper, slot, depth);
        else InvokeByHand(stepper, slot, depth);
    }

    private static int ShapeOf(FunctionType type)
    {
        if (type.Parameters.Length > 9 || type.Results.Length > 1) return Other;
        int shape = type.Parameters.Length;
        for (int i = 0; i < type.Parameters.Length; i++)
        {
            if (type.Parameters[i] == WasmType.I64) shape |= Wide1 >> 1 << i;
            else if (type.Parameters[i] != WasmType.I32) return Other;
        }

        if (type.Results.Length == 0) return shape;
        return type.Results[0] == WasmType.I32 ? shape | Gives : Other;
    }

    private static bool IsKnown(int shape) => shape is
        0 or 1
        or (0 | Gives) or (1 | Gives) or (2 | Gives) or (3 | Gives) or (4 | Gives) or (5 | Gives) or (6 | Gives) or (7 | Gives)
        or (2 | Gives | Wide1) or (3 | Gives | Wide1) or (3 | Gives | Wide1 | Wide2)
        or (4 | Gives | Wide1) or (4 | Gives | Wide1 | Wide2) or (5 | Gives | Wide3)
        or (7 | Gives | Wide4 | Wide5) or (9 | Gives | Wide5 | Wide6);

    private void InvokeByHand(Stepper stepper, int slot, int depth)
    {
        unchecked
        {
            nint code = _function.Code;
            Instance owner = _function.Owner;
            ulong* a = stepper.Slot(slot);
            int result;
            switch (_shape)
            {
                case 0:
                    ((delegate*<Instance, int, void>)code)(owner, depth);
                    return;
                case 1:
                    ((delegate*<int, Instance, int, void>)code)((int)a[0], owner, depth);
                    return;
                case 0 | Gives:
                    result = ((delegate*<Instance, int, int>)code)(owner, depth);
                    break;
                case 1 | Gives:
                    result = ((delegate*<int, Instance, int, int>)code)((int)a[0], owner, depth);
                    break;
                case 2 | Gives:
                    result = ((delegate*<int, int, Instance, int, int>)code)((int)a[0], (int)a[1], owner, depth);
                    break;
                case 3 | Gives:
                    result = ((delegate*<int, int, int, Instance, int, int>)code)((int)a[0], (int)a[1], (int)a[2], owner, depth);
                    break;
                case 4 | Gives:
                    result = ((delegate*<int, int, int, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (int)a[3], owner, depth);
                    break;
                case 5 | Gives:
                    result = ((delegate*<int, int, int, int, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (int)a[3], (int)a[4], owner, depth);
                    break;
                case 6 | Gives:
                    result = ((delegate*<int, int, int, int, int, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (int)a[3], (int)a[4], (int)a[5], owner, depth);
                    break;
                case 7 | Gives:
                    result = ((delegate*<int, int, int, int, int, int, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (int)a[3], (int)a[4], (int)a[5], (int)a[6], owner, depth);
                    break;
                case 2 | Gives | Wide1:
                    result = ((delegate*<int, long, Instance, int, int>)code)((int)a[0], (long)a[1], owner, depth);
                    break;
                case 3 | Gives | Wide1:
                    result = ((delegate*<int, long, int, Instance, int, int>)code)((int)a[0], (long)a[1], (int)a[2], owner, depth);
                    break;
                case 3 | Gives | Wide1 | Wide2:
                    result = ((delegate*<int, long, long, Instance, int, int>)code)((int)a[0], (long)a[1], (long)a[2], owner, depth);
                    break;
                case 4 | Gives | Wide1:
                    result = ((delegate*<int, long, int, int, Instance, int, int>)code)(
                        (int)a[0], (long)a[1], (int)a[2], (int)a[3], owner, depth);
                    break;
                case 4 | Gives | Wide1 | Wide2:
                    result = ((delegate*<int, long, long, int, Instance, int, int>)code)(
                        (int)a[0], (long)a[1], (long)a[2], (int)a[3], owner, depth);
                    break;
                case 5 | Gives | Wide3:
                    result = ((delegate*<int, int, int, long, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (long)a[3], (int)a[4], owner, depth);
                    break;
                case 7 | Gives | Wide4 | Wide5:
                    result = ((delegate*<int, int, int, int, long, long, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (int)a[3], (long)a[4], (long)a[5], (int)a[6], owner, depth);
                    break;
                default:
                    result = ((delegate*<int, int, int, int, int, long, long, int, int, Instance, int, int>)code)(
                        (int)a[0], (int)a[1], (int)a[2], (int)a[3], (int)a[4], (long)a[5], (long)a[6], (int)a[7], (int)a[8], owner, depth);
                    break;
            }

            // The stack may have moved meanwhile.
            *stepper.Slot(slot) = (uint)result;
        }
    }

    private void InvokeByThunk(Stepper stepper, int slot, int depth)
    {
        FunctionType type = _function.Type;
        var arguments = new UInt128[type.Parameters.Length];
        var references = new object?[arguments.Length];
        stepper.TakeValues(slot, type.Parameters, arguments, references);
        Store store = _function.Owner.Store;
        fixed (UInt128* pointer = arguments)
        {
            _thunk!(_function, (nint)pointer, references, depth, store);
        }

        stepper.PutValues(slot, type.Results, store.Results, store.ResultReferences);
    }
}
