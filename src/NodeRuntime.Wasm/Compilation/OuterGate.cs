using System;
using System.Reflection;
using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// How callers from outside reach a compiled function: a method of their convention, which brings the fuel from the store and back. What the
/// function still owes when it returns is asked for here.
/// </summary>
internal static class OuterGate
{
    private const string TypeName = "Gate";

    /// <summary>To a method of the same module.</summary>
    public static void Emit(ILGenerator generator, FunctionType type, MethodInfo function, MemberTokens tokens)
    {
        var il = new IlWriter(generator, tokens);
        Emit(il, type, () => il.Pointer(function));
    }

    /// <summary>One more, to code that is there already. It lives as long as the method is held.</summary>
    public static MethodInfo Make(FunctionType type, nint code)
    {
        TypeBuilder builder = GuestAssembly.Define().DefineType(TypeName, TypeAttributes.Public | TypeAttributes.Sealed);
        MethodBuilder method = builder.DefineMethod(
            TypeName, MethodAttributes.Public | MethodAttributes.Static, Members.ResultType(type), Members.ParameterTypes(type));
        var il = new IlWriter(method.GetILGenerator());
        Emit(il, type, () => il.Native(code));
        return builder.CreateType().GetMethod(TypeName)!;
    }

    private static void Emit(IlWriter il, FunctionType type, Action loadPointer)
    {
        int instance = type.Parameters.Length;
        LocalBuilder code = il.Declare(typeof(nint));
        LocalBuilder fuel = il.Declare(typeof(long));
        // A call by pointer is not inlined: the guest's function keeps its own frame, by which traces know it.
        loadPointer();
        il.Store(code);
        for (int i = 0; i < instance + 2; i++) il.LoadArgument(i);
        LoadBlock(il, instance);
        il.Op(OpCodes.Ldind_I8);
        il.Load(code);
        il.CallPointer(Members.InnerResultType(type, metered: true), Members.InnerParameterTypes(type, metered: true));
        LocalBuilder? both = null;
        if (type.Results.Length > 0)
        {
            both = il.Declare(Members.FueledType(type.Results[0]));
            il.Store(both);
            il.Load(both);
            il.Field(Members.FueledFuel(type.Results[0]));
        }

        il.Store(fuel);
        LoadBlock(il, instance);
        il.Load(fuel);
        il.Op(OpCodes.Stind_I8);
        Label owes = il.NewLabel();
        il.Load(fuel);
        il.Int64(0);
        il.Branch(OpCodes.Blt, owes);
        if (both is not null)
        {
            il.Load(both);
            il.Field(Members.FueledValue(type.Results[0]));
        }

        il.Op(OpCodes.Ret);
        il.Mark(owes);
        LoadBlock(il, instance);
        il.Int64(Store.Exhausted);
        il.Op(OpCodes.Stind_I8);
        il.Int32((int)Trap.OutOfFuel);
        il.CallBalanced(Members.Throw);
        il.Op(OpCodes.Ldnull);
        il.Op(OpCodes.Throw);
    }

    private static void LoadBlock(IlWriter il, int instance)
    {
        il.LoadArgument(instance);
        il.Field(Members.InstanceBlock);
    }
}
