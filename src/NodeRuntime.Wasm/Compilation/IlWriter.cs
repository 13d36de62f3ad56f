using System;
using System.Collections.Generic;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// Emits IL and counts what the just-in-time compiler counts: above any of these limits it compiles a method without optimisation,
/// two to three times slower, whatever the method's flags say.
///
/// <para>A gap is a place whose IL is only known later. Behind an open gap instructions wait in a list, until <see cref="Flush"/> fills the
/// gaps and writes it all in order.</para>
/// </summary>
internal sealed class IlWriter(ILGenerator il, MemberTokens? tokens = null)
{
    private const int InstructionsMax = 20_000;
    private const int BlocksMax = 2_000;
    private const int LocalReferencesMax = 8_000;
    private const int LocalsMax = 2_000;
    private const int BytesMax = 60_000;

    private int _instructions;
    private int _blocks;
    private int _localReferences;
    private int _locals;
    private List<Waiting> _waiting = [];
    private List<Waiting> _spare = [];
    private bool _holds;

    public bool AboveOptimizerLimits =>
        _instructions > InstructionsMax || _blocks > BlocksMax || _localReferences > LocalReferencesMax
        || _locals > LocalsMax || il.ILOffset > BytesMax;

    /// <summary>Instructions that wait behind the first open gap.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Leaves a place that <paramref name="fill"/> fills when all gaps are flushed.</summary>
    public void Gap(Action fill)
    {
        _holds = true;
        _waiting.Add(new Waiting(default, Kind.Gap, 0, fill, default));
    }

    /// <summary>Fills the gaps and writes what waits behind them.</summary>
    public void Flush()
    {
        _holds = false;
        (_waiting, _spare) = (_spare, _waiting);
        foreach (Waiting waiting in _spare)
        {
            if (waiting.Kind == Kind.Gap) ((Action)waiting.Operand!)();
            else Write(in waiting);
        }

        _spare.Clear();
    }

    public LocalBuilder Declare(Type type)
    {
        _locals++;
        return il.DeclareLocal(type);
    }

    public Label NewLabel() => il.DefineLabel();

    public void Mark(Label label)
    {
        _blocks++;
        Put(new Waiting(default, Kind.Mark, 0, null, label));
    }

    public void Op(OpCode code)
    {
        _instructions++;
        Put(new Waiting(code, Kind.Plain, 0, null, default));
    }

    public void Branch(OpCode code, Label label)
    {
        _instructions++;
        _blocks++;
        Put(new Waiting(code, Kind.Branch, 0, null, label));
    }

    public void Switch(Label[] labels)
    {
        _instructions++;
        _blocks += labels.Length;
        Put(new Waiting(OpCodes.Switch, Kind.Switch, 0, labels, default));
    }

    public void Load(LocalBuilder local)
    {
        _instructions++;
        _localReferences++;
        Put(new Waiting(OpCodes.Ldloc, Kind.Local, 0, local, default));
    }

    public void LoadAddress(LocalBuilder local)
    {
        _instructions++;
        _localReferences++;
        Put(new Waiting(OpCodes.Ldloca, Kind.Local, 0, local, default));
    }

    public void Store(LocalBuilder local)
    {
        _instructions++;
        _localReferences++;
        Put(new Waiting(OpCodes.Stloc, Kind.Local, 0, local, default));
    }

    public void LoadArgument(int index)
    {
        _instructions++;
        _localReferences++;
        Put(new Waiting(OpCodes.Ldarg, Kind.Int16, index, null, default));
    }

    public void StoreArgument(int index)
    {
        _instructions++;
        _localReferences++;
        Put(new Waiting(OpCodes.Starg, Kind.Int16, index, null, default));
    }

    public void Int32(int value)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Ldc_I4, Kind.Int32, value, null, default));
    }

    public void Int64(long value)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Ldc_I8, Kind.Int64, value, null, default));
    }

    /// <summary>A native int.</summary>
    public void Native(long value)
    {
        if (value is >= 0 and <= int.MaxValue) Int32((int)value);
        else Int64(value);
        Op(OpCodes.Conv_I);
    }

    public void Single(float value)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Ldc_R4, Kind.Single, BitConverter.SingleToInt32Bits(value), null, default));
    }

    public void Double(double value)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Ldc_R8, Kind.Double, BitConverter.DoubleToInt64Bits(value), null, default));
    }

    public void Field(FieldInfo field)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Ldfld, Kind.Field, 0, field, default));
    }

    public void StoreField(FieldInfo field)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Stfld, Kind.Field, 0, field, default));
    }

    /// <summary>ldobj or stobj.</summary>
    public void Object(OpCode code, Type type)
    {
        _instructions++;
        Put(new Waiting(code, Kind.Type, 0, type, default));
    }

    /// <summary>The call behind gives up this frame; a return follows it.</summary>
    public void Tail()
    {
        _instructions++;
        Put(new Waiting(OpCodes.Tailcall, Kind.Plain, 0, null, default));
    }

    /// <summary>The access behind may be at any address.</summary>
    public void Unaligned()
    {
        _instructions++;
        Put(new Waiting(OpCodes.Unaligned, Kind.Byte, 1, null, default));
    }

    public void Call(MethodInfo method)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Call, Kind.Method, 0, method, default));
    }

    /// <summary>
    /// A call of a method that takes as many values as it gives, or that does not come back: by its token alone the generator does not see
    /// what it does to the stack.
    /// </summary>
    public void CallBalanced(MethodInfo method)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Call, Kind.Token, 0, method, default));
    }

    /// <summary>The address of a method's code.</summary>
    public void Pointer(MethodInfo method)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Ldftn, Kind.Method, 0, method, default));
    }

    public void CallPointer(Type? result, Type[] parameters)
    {
        _instructions++;
        Put(new Waiting(OpCodes.Calli, Kind.Pointer, 0, (result, parameters), default));
    }

    private void Put(in Waiting instruction)
    {
        if (_holds) _waiting.Add(instruction);
        else Write(in instruction);
    }

    private void Write(in Waiting instruction)
    {
        OpCode code = instruction.Code;
        long bits = instruction.Bits;
        switch (instruction.Kind)
        {
            case Kind.Plain:
                il.Emit(code);
                break;
            case Kind.Mark:
                il.MarkLabel(instruction.Label);
                break;
            case Kind.Branch:
                il.Emit(code, instruction.Label);
                break;
            case Kind.Switch:
                il.Emit(code, (Label[])instruction.Operand!);
                break;
            case Kind.Local:
                il.Emit(code, (LocalBuilder)instruction.Operand!);
                break;
            case Kind.Byte:
                il.Emit(code, (byte)bits);
                break;
            case Kind.Int16:
                il.Emit(code, checked((short)bits));
                break;
            case Kind.Int32:
                il.Emit(code, (int)bits);
                break;
            case Kind.Int64:
                il.Emit(code, bits);
                break;
            case Kind.Single:
                il.Emit(code, BitConverter.Int32BitsToSingle((int)bits));
                break;
            case Kind.Double:
                il.Emit(code, BitConverter.Int64BitsToDouble(bits));
                break;
            case Kind.Field:
                var field = (FieldInfo)instruction.Operand!;
                if (tokens is null) il.Emit(code, field);
                else il.Emit(code, tokens.Of(field));
                break;
            case Kind.Type:
                il.Emit(code, (Type)instruction.Operand!);
                break;
            case Kind.Method:
                il.Emit(code, (MethodInfo)instruction.Operand!);
                break;
            case Kind.Token:
                var method = (MethodInfo)instruction.Operand!;
                if (tokens is null) il.Emit(code, method);
                else il.Emit(code, tokens.Of(method));
                break;
            case Kind.Pointer:
                (Type? result, Type[] parameters) = ((Type?, Type[]))instruction.Operand!;
                il.EmitCalli(code, CallingConventions.Standard, result, parameters, null);
                break;
            case Kind.Gap:
                Invariant.Break("a gap is filled, not written");
                break;
        }
    }

    private enum Kind : byte
    {
        Plain,
        Mark,
        Branch,
        Switch,
        Local,
        Byte,
        Int16,
        Int32,
        Int64,
        Single,
        Double,
        Field,
        Type,
        Method,
        Token,
        Pointer,
        Gap,
    }

    /// <summary>One instruction, or a label's mark, or a gap, that waits to be written.</summary>
    private readonly record struct Waiting(OpCode Code, Kind Kind, long Bits, object? Operand, Label Label);
}
