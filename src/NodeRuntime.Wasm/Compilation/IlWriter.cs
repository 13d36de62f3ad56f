using System;
using System.Reflection;
using System.Reflection.Emit;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// Emits IL and counts what the just-in-time compiler counts: above any of these limits it compiles a method without optimisation,
/// two to three times slower, whatever the method's flags say.
/// </summary>
internal sealed class IlWriter(ILGenerator il)
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

    public bool AboveOptimizerLimits =>
        _instructions > InstructionsMax || _blocks > BlocksMax || _localReferences > LocalReferencesMax
        || _locals > LocalsMax || il.ILOffset > BytesMax;

    public LocalBuilder Declare(Type type)
    {
        _locals++;
        return il.DeclareLocal(type);
    }

    public Label NewLabel() => il.DefineLabel();

    public void Mark(Label label)
    {
        _blocks++;
        il.MarkLabel(label);
    }

    public void Op(OpCode code)
    {
        _instructions++;
        il.Emit(code);
    }

    public void Branch(OpCode code, Label label)
    {
        _instructions++;
        _blocks++;
        il.Emit(code, label);
    }

    public void Switch(Label[] labels)
    {
        _instructions++;
        _blocks += labels.Length;
        il.Emit(OpCodes.Switch, labels);
    }

    public void Load(LocalBuilder local)
    {
        _instructions++;
        _localReferences++;
        il.Emit(OpCodes.Ldloc, local);
    }

    public void LoadAddress(LocalBuilder local)
    {
        _instructions++;
        _localReferences++;
        il.Emit(OpCodes.Ldloca, local);
    }

    public void Store(LocalBuilder local)
    {
        _instructions++;
        _localReferences++;
        il.Emit(OpCodes.Stloc, local);
    }

    public void LoadArgument(int index)
    {
        _instructions++;
        _localReferences++;
        il.Emit(OpCodes.Ldarg, checked((short)index));
    }

    public void StoreArgument(int index)
    {
        _instructions++;
        _localReferences++;
        il.Emit(OpCodes.Starg, checked((short)index));
    }

    public void Int32(int value)
    {
        _instructions++;
        il.Emit(OpCodes.Ldc_I4, value);
    }

    public void Int64(long value)
    {
        _instructions++;
        il.Emit(OpCodes.Ldc_I8, value);
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
        il.Emit(OpCodes.Ldc_R4, value);
    }

    public void Double(double value)
    {
        _instructions++;
        il.Emit(OpCodes.Ldc_R8, value);
    }

    public void Field(FieldInfo field)
    {
        _instructions++;
        il.Emit(OpCodes.Ldfld, field);
    }

    public void StoreField(FieldInfo field)
    {
        _instructions++;
        il.Emit(OpCodes.Stfld, field);
    }

    /// <summary>ldobj or stobj.</summary>
    public void Object(OpCode code, Type type)
    {
        _instructions++;
        il.Emit(code, type);
    }

    /// <summary>The call behind gives up this frame; a return follows it.</summary>
    public void Tail()
    {
        _instructions++;
        il.Emit(OpCodes.Tailcall);
    }

    /// <summary>The access behind may be at any address.</summary>
    public void Unaligned()
    {
        _instructions++;
        il.Emit(OpCodes.Unaligned, (byte)1);
    }

    public void Call(MethodInfo method)
    {
        _instructions++;
        il.Emit(OpCodes.Call, method);
    }

    public void CallPointer(Type? result, Type[] parameters)
    {
        _instructions++;
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, result, parameters, null);
    }
}
