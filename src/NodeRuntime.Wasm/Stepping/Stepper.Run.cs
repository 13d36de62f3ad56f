using System;
using System.Runtime.CompilerServices;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Stepping;

/// <content>The loop. Its locals are the machine's registers; they are written back before anything that may look at the machine.</content>
internal sealed unsafe partial class Stepper
{
    /// <summary>
    /// Runs the top frame, and what it calls, until <paramref name="floorFrame"/> frames are left.
    /// </summary>
    /// <param name="floor">Pauses behind the first charge that leaves less fuel than this; zero or below is never.</param>
    /// <param name="steps">Pauses before the operation after this many; counted in traced mode alone.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private StepStatus Run<TMode>(int floorFrame, long floor, long steps) where TMode : struct, IStepMode
    {
        unchecked
        {
            long* fuelCell = (long*)_store.Block;
            // Zero, or more than any fuel when another thread asks the run to stop.
            long* stopCell = (long*)(_store.Block + Store.FloorOffset);
            long fuel = *fuelCell;
            ulong* top = _values + _top;
            Instance instance;
            StepFunction function;
            StepOp* next;
            ulong* frame;
            ulong* globals;
            byte* memory;
            ulong length;
            byte* touched;
            ulong address;
            Trap trap;

        Enter:
            ref StepFrame entered = ref _frames[_frameCount - 1];
            instance = entered.Instance;
            function = entered.Function;
            next = function.Ops + entered.Next;
            frame = _values + entered.Base;
            globals = (ulong*)instance.Globals;

        Reload:
            if (instance.Memory is { } linear)
            {
                memory = (byte*)linear.Base;
                length = (ulong)linear.Length;
                touched = linear.Touched;
            }
            else
            {
                memory = null;
                length = 0;
                touched = null;
            }

            while (true)
            {
                if (TMode.IsTraced && steps-- <= 0)
                {
                    *fuelCell = fuel;
                    Save(next, top);
                    return StepStatus.Paused;
                }

                StepOp op = *next++;
                switch (op.Code)
                {
                    case StepCode.Charge:
                        fuel -= (uint)op.Wide;
                        if (fuel >= floor && fuel >= Volatile.Read(ref *stopCell)) break;
                        if (fuel < 0) fuel = Store.Exhausted;
                        *fuelCell = fuel;
                        if (fuel < Volatile.Read(ref *stopCell))
                        {
                            trap = Trap.OutOfFuel;
                            goto Trapped;
                        }

                        Save(next, top);
                        return StepStatus.Paused;
                    case StepCode.Skip:
                        next = function.Ops + op.Wide;
                        break;
                    case StepCode.SkipUnless:
                        top--;
                        if ((uint)top[0] == 0) next = function.Ops + op.Wide;
                        break;
                    case StepCode.Jump:
                        next = function.Ops + op.Wide;
                        top = frame + op.Narrow;
                        break;
                    case StepCode.JumpIf:
                        top--;
                        if ((uint)top[0] == 0) break;
                        next = function.Ops + op.Wide;
                        top = frame + op.Narrow;
                        break;
                    case StepCode.Carry:
                        next = function.Ops + function.Branches[op.Wide].Target;
                        top = Carry(function.Branches + op.Wide, frame, top);
                        break;
                    case StepCode.CarryIf:
                        top--;
                        if ((uint)top[0] == 0) break;
                        next = function.Ops + function.Branches[op.Wide].Target;
                        top = Carry(function.Branches + op.Wide, frame, top);
                        break;
                    case StepCode.CarryTable:
                        top--;
                        StepBranch* list = function.Branches + op.Wide;
                        list += 1 + Math.Min((uint)top[0], (uint)list->Target - 1);
                        next = function.Ops + list->Target;
                        top = Carry(list, frame, top);
                        break;
                    case StepCode.ReturnReferences:
                        ReturnReferences(function, frame, top);
                        goto case StepCode.Return;
                    case StepCode.Return:
                        int results = function.ResultSlots;
                        if (results == 1) frame[0] = top[-1];
                        else if (results > 1) Buffer.MemoryCopy(top - results, frame, results * 8L, results * 8L);
                        top = frame + results;
                        _frameCount--;
                        if (_frameCount > floorFrame) goto Enter;
                        *fuelCell = fuel;
                        return StepStatus.Finished;
                    case Opcode.Call:
                        *fuelCell = fuel;
                        Save(next, top);
                        if (instance.Steps!.Find(op.Wide) is { } callee)
                        {
                            if (!TryPush(callee, instance, _frames[_frameCount - 1].Depth))
                            {
                                trap = Trap.CallDepthExceeded;
                                goto Trapped;
                            }

                            top = _values + _top;
                            goto Enter;
                        }

                        if (CallReference(instance.Function(op.Wide), _frames[_frameCount - 1].Depth)) goto Called;
                        trap = Trap.CallDepthExceeded;
                        goto Trapped;
                    case Opcode.CallIndirect or Opcode.ReturnCallIndirect:
                        top--;
                        Table table = instance.Tables[op.Narrow];
                        uint entry = (uint)top[0];
                        if (entry >= (uint)table.Count)
                        {
                            trap = Trap.UndefinedElement;
                            goto Trapped;
                        }

                        if (table.Entries[entry] is not FunctionReference reference)
                        {
                            trap = Trap.UninitializedElement;
                            goto Trapped;
                        }

                        if (!ReferenceEquals(reference.Type, instance.Types[op.Wide]))
                        {
                            trap = Trap.IndirectCallTypeMismatch;
                            goto Trapped;
                        }

                        *fuelCell = fuel;
                        Save(next, top);
                        if (op.Code == Opcode.ReturnCallIndirect)
                        {
                            if (TailCall(reference)) goto Called;
                        }
                        else if (CallReference(reference, _frames[_frameCount - 1].Depth))
                        {
                            goto Called;
                        }

                        trap = Trap.CallDepthExceeded;
                        goto Trapped;
                    case Opcode.ReturnCall:
                        *fuelCell = fuel;
                        Save(next, top);
                        if (TailCall(instance.Function(op.Wide))) goto Called;
                        trap = Trap.CallDepthExceeded;
                        goto Trapped;
                    case Opcode.Unreachable:
                        trap = Trap.Unreachable;
                        goto Trapped;
                    case Opcode.Drop:
                        top--;
                        break;
                    case Opcode.Select:
                        top -= 2;
                        if ((uint)top[1] == 0) top[-1] = top[0];
                        break;
                    case Opcode.LocalGet:
                        *top++ = frame[op.Narrow];
                        break;
                    case Opcode.LocalSet:
                        frame[op.Narrow] = *--top;
                        break;
                    case Opcode.LocalTee:
                        frame[op.Narrow] = top[-1];
                        break;
                    case Opcode.GlobalGet:
                        ulong global = globals[op.Wide * 2];
                        *top++ = op.Narrow == 0 ? global : (uint)global;
                        break;
                    case Opcode.GlobalSet:
                        globals[op.Wide * 2] = *--top;
                        break;
                    case StepCode.GlobalGetImported:
                        ulong imported = *(ulong*)globals[op.Wide * 2];
                        *top++ = op.Narrow == 0 ? imported : (uint)imported;
                        break;
                    case StepCode.GlobalSetImported:
                        *(ulong*)globals[op.Wide * 2] = *--top;
                        break;
                    case StepCode.ConstantShort:
                        *top++ = (ulong)op.Wide;
                        break;
                    case StepCode.ConstantLong:
                        *top++ = function.Constants[op.Wide];
                        break;
                    case Opcode.MemorySize:
                        *top++ = length / LinearMemory.PageBytes;
                        break;
                    case 0x45:
                        top[-1] = (uint)top[-1] == 0 ? 1UL : 0;
                        break;
                    case 0x50:
                        top[-1] = top[-1] == 0 ? 1UL : 0;
                        break;
                    case 0x46:
                        top--;
                        top[-1] = (uint)top[-1] == (uint)top[0] ? 1UL : 0;
                        break;
                    case 0x47:
                        top--;
                        top[-1] = (uint)top[-1] != (uint)top[0] ? 1UL : 0;
                        break;
                    case 0x48:
                        top--;
                        top[-1] = (int)top[-1] < (int)top[0] ? 1UL : 0;
                        break;
                    case 0x49:
                        top--;
                        top[-1] = (uint)top[-1] < (uint)top[0] ? 1UL : 0;
                        break;
                    case 0x4A:
                        top--;
                        top[-1] = (int)top[-1] > (int)top[0] ? 1UL : 0;
                        break;
                    case 0x4B:
                        top--;
                        top[-1] = (uint)top[-1] > (uint)top[0] ? 1UL : 0;
                        break;
                    case 0x4C:
                        top--;
                        top[-1] = (int)top[-1] <= (int)top[0] ? 1UL : 0;
                        break;
                    case 0x4D:
                        top--;
                        top[-1] = (uint)top[-1] <= (uint)top[0] ? 1UL : 0;
                        break;
                    case 0x4E:
                        top--;
                        top[-1] = (int)top[-1] >= (int)top[0] ? 1UL : 0;
                        break;
                    case 0x4F:
                        top--;
                        top[-1] = (uint)top[-1] >= (uint)top[0] ? 1UL : 0;
                        break;
                    case 0x51:
                        top--;
                        top[-1] = top[-1] == top[0] ? 1UL : 0;
                        break;
                    case 0x52:
                        top--;
                        top[-1] = top[-1] != top[0] ? 1UL : 0;
                        break;
                    case 0x53:
                        top--;
                        top[-1] = (long)top[-1] < (long)top[0] ? 1UL : 0;
                        break;
                    case 0x54:
                        top--;
                        top[-1] = top[-1] < top[0] ? 1UL : 0;
                        break;
                    case 0x55:
                        top--;
                        top[-1] = (long)top[-1] > (long)top[0] ? 1UL : 0;
                        break;
                    case 0x56:
                        top--;
                        top[-1] = top[-1] > top[0] ? 1UL : 0;
                        break;
                    case 0x57:
                        top--;
                        top[-1] = (long)top[-1] <= (long)top[0] ? 1UL : 0;
                        break;
                    case 0x58:
                        top--;
                        top[-1] = top[-1] <= top[0] ? 1UL : 0;
                        break;
                    case 0x59:
                        top--;
                        top[-1] = (long)top[-1] >= (long)top[0] ? 1UL : 0;
                        break;
                    case 0x5A:
                        top--;
                        top[-1] = top[-1] >= top[0] ? 1UL : 0;
                        break;
                    case 0x6A:
                        top--;
                        top[-1] = (uint)top[-1] + (uint)top[0];
                        break;
                    case 0x6B:
                        top--;
                        top[-1] = (uint)top[-1] - (uint)top[0];
                        break;
                    case 0x6C:
                        top--;
                        top[-1] = (uint)top[-1] * (uint)top[0];
                        break;
                    case 0x71:
                        top--;
                        top[-1] = (uint)top[-1] & (uint)top[0];
                        break;
                    case 0x72:
                        top--;
                        top[-1] = (uint)top[-1] | (uint)top[0];
                        break;
                    case 0x73:
                        top--;
                        top[-1] = (uint)top[-1] ^ (uint)top[0];
                        break;
                    case 0x74:
                        top--;
                        top[-1] = (uint)top[-1] << ((int)top[0] & 31);
                        break;
                    case 0x75:
                        top--;
                        top[-1] = (uint)((int)top[-1] >> ((int)top[0] & 31));
                        break;
                    case 0x76:
                        top--;
                        top[-1] = (uint)top[-1] >> ((int)top[0] & 31);
                        break;
                    case 0x7C:
                        top--;
                        top[-1] = top[-1] + top[0];
                        break;
                    case 0x7D:
                        top--;
                        top[-1] = top[-1] - top[0];
                        break;
                    case 0x7E:
                        top--;
                        top[-1] = top[-1] * top[0];
                        break;
                    case 0x83:
                        top--;
                        top[-1] = top[-1] & top[0];
                        break;
                    case 0x84:
                        top--;
                        top[-1] = top[-1] | top[0];
                        break;
                    case 0x85:
                        top--;
                        top[-1] = top[-1] ^ top[0];
                        break;
                    case 0x86:
                        top--;
                        top[-1] = top[-1] << ((int)top[0] & 63);
                        break;
                    case 0x87:
                        top--;
                        top[-1] = (ulong)((long)top[-1] >> ((int)top[0] & 63));
                        break;
                    case 0x88:
                        top--;
                        top[-1] = top[-1] >> ((int)top[0] & 63);
                        break;
                    case 0xA0:
                        top--;
                        top[-1] = StepNumbers.Bits(StepNumbers.Double(top[-1]) + StepNumbers.Double(top[0]));
                        break;
                    case 0xA1:
                        top--;
                        top[-1] = StepNumbers.Bits(StepNumbers.Double(top[-1]) - StepNumbers.Double(top[0]));
                        break;
                    case 0xA2:
                        top--;
                        top[-1] = StepNumbers.Bits(StepNumbers.Double(top[-1]) * StepNumbers.Double(top[0]));
                        break;
                    case 0xA3:
                        top--;
                        top[-1] = StepNumbers.Bits(StepNumbers.Double(top[-1]) / StepNumbers.Double(top[0]));
                        break;
                    case 0x28 or 0x2A or 0x35:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 4 > length) goto OutOfBounds;
                        top[-1] = Unsafe.ReadUnaligned<uint>(memory + address);
                        break;
                    case 0x29 or 0x2B:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 8 > length) goto OutOfBounds;
                        top[-1] = Unsafe.ReadUnaligned<ulong>(memory + address);
                        break;
                    case 0x2C:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 1 > length) goto OutOfBounds;
                        top[-1] = (uint)Unsafe.ReadUnaligned<sbyte>(memory + address);
                        break;
                    case 0x2D or 0x31:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 1 > length) goto OutOfBounds;
                        top[-1] = Unsafe.ReadUnaligned<byte>(memory + address);
                        break;
                    case 0x2E:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 2 > length) goto OutOfBounds;
                        top[-1] = (uint)Unsafe.ReadUnaligned<short>(memory + address);
                        break;
                    case 0x2F or 0x33:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 2 > length) goto OutOfBounds;
                        top[-1] = Unsafe.ReadUnaligned<ushort>(memory + address);
                        break;
                    case 0x30:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 1 > length) goto OutOfBounds;
                        top[-1] = (ulong)Unsafe.ReadUnaligned<sbyte>(memory + address);
                        break;
                    case 0x32:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 2 > length) goto OutOfBounds;
                        top[-1] = (ulong)Unsafe.ReadUnaligned<short>(memory + address);
                        break;
                    case 0x34:
                        address = (uint)top[-1] + (ulong)(uint)op.Wide;
                        if (address + 4 > length) goto OutOfBounds;
                        top[-1] = (ulong)Unsafe.ReadUnaligned<int>(memory + address);
                        break;
                    case 0x36 or 0x38 or 0x3E:
                        top -= 2;
                        address = (uint)top[0] + (ulong)(uint)op.Wide;
                        if (address + 4 > length) goto OutOfBounds;
                        if (TMode.IsTraced) Touch(touched, address, 4);
                        Unsafe.WriteUnaligned(memory + address, (uint)top[1]);
                        break;
                    case 0x37 or 0x39:
                        top -= 2;
                        address = (uint)top[0] + (ulong)(uint)op.Wide;
                        if (address + 8 > length) goto OutOfBounds;
                        if (TMode.IsTraced) Touch(touched, address, 8);
                        Unsafe.WriteUnaligned(memory + address, top[1]);
                        break;
                    case 0x3A or 0x3C:
                        top -= 2;
                        address = (uint)top[0] + (ulong)(uint)op.Wide;
                        if (address + 1 > length) goto OutOfBounds;
                        if (TMode.IsTraced) Touch(touched, address, 1);
                        Unsafe.WriteUnaligned(memory + address, (byte)top[1]);
                        break;
                    case 0x3B or 0x3D:
                        top -= 2;
                        address = (uint)top[0] + (ulong)(uint)op.Wide;
                        if (address + 2 > length) goto OutOfBounds;
                        if (TMode.IsTraced) Touch(touched, address, 2);
                        Unsafe.WriteUnaligned(memory + address, (ushort)top[1]);
                        break;
                    case 0x6D or 0x6E or 0x6F or 0x70 or 0x7F or 0x80 or 0x81 or 0x82:
                        top--;
                        int divided = StepNumbers.Divide(op.Code, ref top[-1], top[0]);
                        if (divided < 0) break;
                        trap = (Trap)divided;
                        goto Trapped;
                    case 0xA8 or 0xA9 or 0xAA or 0xAB or 0xAE or 0xAF or 0xB0 or 0xB1:
                        int truncated = StepNumbers.Truncate(op.Code, ref top[-1]);
                        if (truncated < 0) break;
                        trap = (Trap)truncated;
                        goto Trapped;
                    case 0xA7 or 0xAD:
                        top[-1] = (uint)top[-1];
                        break;
                    case 0xAC:
                        top[-1] = (ulong)(int)top[-1];
                        break;
                    case Opcode.RefNull or Opcode.RefIsNull or Opcode.RefFunc or Opcode.MemoryGrow:
                    case Opcode.TableGet or Opcode.TableSet:
                    case >= Opcode.MemoryInit and <= Opcode.TableFill:
                    case >= StepCode.LocalGetReference and <= StepCode.SelectReference:
                    case >= StepCode.LocalGetVector and <= StepCode.FarSize:
                        *fuelCell = fuel;
                        top = Help(op, instance, frame, top);
                        fuel = *fuelCell;
                        goto Reload;
                    case >= StepCode.FarAccessFirst and <= StepCode.FarAccessLast:
                        top = AccessFar(op, instance, top);
                        if (top == null) goto OutOfBounds;
                        break;
                    case >= Opcode.VectorFirst and <= Opcode.VectorLast:
                        top = StepVectors.Apply(op, function, instance, top);
                        if (top == null) goto OutOfBounds;
                        break;
                    default:
                        top = StepNumbers.Apply(op.Code, top);
                        break;
                }
            }

        Called:
            // On top is the callee's frame, or the caller's where a foreign function has come back; it was the last one's tail call perhaps.
            fuel = *fuelCell;
            top = _values + _top;
            if (_frameCount > floorFrame) goto Enter;
            return StepStatus.Finished;

        OutOfBounds:
            trap = Trap.OutOfBoundsMemory;

        Trapped:
            *fuelCell = fuel;
            throw new TrapException(trap);
        }
    }

    /// <summary>Leaves the registers where a pause or a callee finds them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Save(StepOp* next, ulong* top)
    {
        ref StepFrame frame = ref _frames[_frameCount - 1];
        frame.Next = (int)(next - frame.Function.Ops);
        _top = (int)(top - _values);
    }

    /// <summary>A load or store of another memory than the first. Gives the new top, or null beyond the memory.</summary>
    private static ulong* AccessFar(StepOp op, Instance instance, ulong* top)
    {
        unchecked
        {
            int opcode = op.Code - StepCode.FarAccessFirst + Opcode.LoadFirst;
            bool isLoad = opcode <= Opcode.LoadLast;
            int size = 1 << (isLoad ? NumericTable.LoadSize(opcode) : NumericTable.StoreSize(opcode));
            LinearMemory memory = instance.Memories[op.Narrow];
            ulong address = (uint)(isLoad ? top[-1] : top[-2]) + (ulong)(uint)op.Wide;
            if (address + (uint)size > (ulong)memory.Length) return null;
            byte* place = (byte*)memory.Base + address;
            if (!isLoad)
            {
                Touch(memory.Touched, address, (uint)size);
                Unsafe.CopyBlockUnaligned(place, top - 1, (uint)size);
                return top - 2;
            }

            ulong bits = 0;
            Unsafe.CopyBlockUnaligned(&bits, place, (uint)size);
            top[-1] = opcode switch
            {
                0x2C => (uint)(sbyte)bits,
                0x2E => (uint)(short)bits,
                0x30 => (ulong)(sbyte)bits,
                0x32 => (ulong)(short)bits,
                0x34 => (ulong)(int)bits,
                _ => bits,
            };
            return top;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Touch(byte* touched, ulong address, uint size)
    {
        if (touched == null) return;
        touched[address >> LinearMemory.TouchShift] = 1;
        touched[(address + size - 1) >> LinearMemory.TouchShift] = 1;
    }
}
