using System;
using System.Numerics;
using System.Reflection;
using System.Runtime.Intrinsics;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>The fields and methods that compiled code names.</summary>
internal static class Members
{
    public static readonly FieldInfo InstanceBlock = Field<Instance>(nameof(Instance.Block));
    public static readonly FieldInfo InstanceStore = Field<Instance>(nameof(Instance.Store));
    public static readonly FieldInfo InstanceGlobals = Field<Instance>(nameof(Instance.Globals));
    public static readonly FieldInfo InstanceMemory = Field<Instance>(nameof(Instance.Memory));
    public static readonly FieldInfo InstanceMemories = Field<Instance>(nameof(Instance.Memories));
    public static readonly FieldInfo InstanceTables = Field<Instance>(nameof(Instance.Tables));
    public static readonly FieldInfo InstanceGlobalCells = Field<Instance>(nameof(Instance.GlobalCells));
    public static readonly FieldInfo InstanceTypes = Field<Instance>(nameof(Instance.Types));
    public static readonly FieldInfo InstanceFunctions = Field<Instance>(nameof(Instance.Functions));
    public static readonly FieldInfo MemoryBase = Field<LinearMemory>(nameof(LinearMemory.Base));
    public static readonly FieldInfo MemoryLength = Field<LinearMemory>(nameof(LinearMemory.Length));
    public static readonly FieldInfo TableEntries = Field<Table>(nameof(Table.Entries));
    public static readonly FieldInfo TableCount = Field<Table>(nameof(Table.Count));
    public static readonly FieldInfo ReferenceType = Field<FunctionReference>(nameof(FunctionReference.Type));
    public static readonly FieldInfo ReferenceOwner = Field<FunctionReference>(nameof(FunctionReference.Owner));
    public static readonly FieldInfo ReferenceCode = Field<FunctionReference>(nameof(FunctionReference.Code));
    public static readonly FieldInfo CellReference = Field<GlobalCell>(nameof(GlobalCell.Reference));

    private static readonly MethodInfo?[] VectorMethods = FindVectorMethods();

    public static readonly MethodInfo Throw = Intrinsic(nameof(Intrinsics.Throw));
    public static readonly MethodInfo ThrowHostStack = Intrinsic(nameof(Intrinsics.ThrowHostStack));
    public static readonly MethodInfo StoreResultReferences = typeof(Store).GetProperty(nameof(Store.ResultReferences))!.GetMethod!;

    public static readonly MethodInfo SingleToBits = Bits(nameof(BitConverter.SingleToInt32Bits), typeof(float));
    public static readonly MethodInfo DoubleToBits = Bits(nameof(BitConverter.DoubleToInt64Bits), typeof(double));
    /// <summary>For bits that the JIT cannot know: of others a signalling NaN would turn quiet.</summary>
    public static readonly MethodInfo UnknownBitsToSingle = Bits(nameof(BitConverter.Int32BitsToSingle), typeof(int));
    public static readonly MethodInfo BitsToSingle = Intrinsic(nameof(Intrinsics.SingleFromBits));
    public static readonly MethodInfo BitsToDouble = Bits(nameof(BitConverter.Int64BitsToDouble), typeof(long));

    public static MethodInfo Intrinsic(string name, params Type[] parameters) =>
        (parameters.Length == 0 ? typeof(Intrinsics).GetMethod(name) : typeof(Intrinsics).GetMethod(name, parameters))!;

    /// <summary>The function of a vector instruction.</summary>
    public static MethodInfo Vector(int opcode) => VectorMethods[opcode - Opcode.VectorFirst]!;

    public static MethodInfo BitOperation(string name, params Type[] parameters) =>
        typeof(BitOperations).GetMethod(name, parameters)!;

    /// <summary>A method of Math for doubles or of MathF for floats.</summary>
    public static MethodInfo Math(WasmType type, string name, int parameters)
    {
        Type operand = type == WasmType.F32 ? typeof(float) : typeof(double);
        Type owner = type == WasmType.F32 ? typeof(MathF) : typeof(Math);
        return owner.GetMethod(name, parameters == 1 ? [operand] : [operand, operand])!;
    }

    public static Type IlType(WasmType type) => type switch
    {
        WasmType.I32 => typeof(int),
        WasmType.I64 => typeof(long),
        WasmType.F32 => typeof(float),
        WasmType.F64 => typeof(double),
        WasmType.FuncRef or WasmType.ExternRef => typeof(object),
        WasmType.V128 => typeof(Vector128<byte>),
        WasmType.Unknown => throw new InvalidOperationException("a validated module has no such operand"),
    };

    public static Type ResultType(FunctionType type) => type.Results.Length == 0 ? typeof(void) : IlType(type.Results[0]);

    /// <summary>A compiled function's parameters: the guest's, the instance, the depth that is left.</summary>
    public static Type[] ParameterTypes(FunctionType type)
    {
        var parameters = new Type[type.Parameters.Length + 2];
        for (int i = 0; i < type.Parameters.Length; i++) parameters[i] = IlType(type.Parameters[i]);
        parameters[^2] = typeof(Instance);
        parameters[^1] = typeof(int);
        return parameters;
    }

    private static MethodInfo?[] FindVectorMethods()
    {
        var methods = new MethodInfo?[Opcode.VectorLast - Opcode.VectorFirst + 1];
        for (int i = 0; i < methods.Length; i++)
        {
            if (VectorTable.Find(Opcode.VectorFirst + i) is { } vector) methods[i] = typeof(Vectors).GetMethod(vector.MethodName);
        }

        return methods;
    }

    private static FieldInfo Field<T>(string name) => typeof(T).GetField(name)!;

    private static MethodInfo Bits(string name, Type parameter) => typeof(BitConverter).GetMethod(name, [parameter])!;
}
