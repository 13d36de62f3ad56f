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
    public static readonly FieldInfo InstanceTable = Field<Instance>(nameof(Instance.Table));
    public static readonly FieldInfo InstanceTables = Field<Instance>(nameof(Instance.Tables));
    public static readonly FieldInfo InstanceGlobalCells = Field<Instance>(nameof(Instance.GlobalCells));
    public static readonly FieldInfo InstanceTypes = Field<Instance>(nameof(Instance.Types));
    public static readonly FieldInfo InstanceFunctions = Field<Instance>(nameof(Instance.Functions));
    public static readonly FieldInfo MemoryBase = Field<LinearMemory>(nameof(LinearMemory.Base));
    public static readonly FieldInfo MemoryLength = Field<LinearMemory>(nameof(LinearMemory.Length));
    public static readonly FieldInfo TableCount = Field<Table>(nameof(Table.Count));
    public static readonly FieldInfo ReferenceType = Field<FunctionReference>(nameof(FunctionReference.Type));
    public static readonly FieldInfo ReferenceTypeKey = Field<FunctionReference>(nameof(FunctionReference.TypeKey));
    public static readonly FieldInfo ReferenceInnerOwner = Field<FunctionReference>(nameof(FunctionReference.InnerOwner));
    public static readonly FieldInfo ReferenceInnerCode = Field<FunctionReference>(nameof(FunctionReference.InnerCode));
    public static readonly FieldInfo ReferenceOwner = Field<FunctionReference>(nameof(FunctionReference.Owner));
    public static readonly FieldInfo ReferenceCode = Field<FunctionReference>(nameof(FunctionReference.Code));
    public static readonly FieldInfo CellReference = Field<GlobalCell>(nameof(GlobalCell.Reference));

    private static readonly (Type Type, FieldInfo Value, FieldInfo Fuel) FueledInt32 = Parts<int>();
    private static readonly (Type Type, FieldInfo Value, FieldInfo Fuel) FueledInt64 = Parts<long>();
    private static readonly (Type Type, FieldInfo Value, FieldInfo Fuel) FueledSingle = Parts<float>();
    private static readonly (Type Type, FieldInfo Value, FieldInfo Fuel) FueledDouble = Parts<double>();
    private static readonly (Type Type, FieldInfo Value, FieldInfo Fuel) FueledVector = Parts<Vector128<byte>>();
    private static readonly (Type Type, FieldInfo Value, FieldInfo Fuel) FueledObject = Parts<object>();
    private static readonly MethodInfo?[] VectorMethods = FindVectorMethods();

    public static readonly MethodInfo EntryAt = Intrinsic(nameof(Intrinsics.EntryAt));
    public static readonly MethodInfo NeedInnerCode = Intrinsic(nameof(Intrinsics.NeedInnerCode));
    public static readonly MethodInfo Throw = Intrinsic(nameof(Intrinsics.Throw));
    public static readonly MethodInfo Stop = Intrinsic(nameof(Intrinsics.Stop));
    public static readonly MethodInfo StopForStack = Intrinsic(nameof(Intrinsics.StopForStack));
    public static readonly MethodInfo StoreResultReferences = typeof(Store).GetProperty(nameof(Store.ResultReferences))!.GetMethod!;

    public static readonly MethodInfo InstanceHost = typeof(Instance).GetProperty(nameof(Instance.Host))!.GetMethod!;

    public static readonly MethodInfo VectorZero = typeof(Vector128<byte>).GetProperty(nameof(Vector128<byte>.Zero))!.GetMethod!;

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

    /// <summary>The parameters of a function for callers from outside: the guest's, the instance, the depth that is left.</summary>
    public static Type[] ParameterTypes(FunctionType type)
    {
        var parameters = new Type[type.Parameters.Length + 2];
        PutParameterTypes(type, parameters);
        return parameters;
    }

    /// <summary>For compiled callers: the same and the fuel that is left.</summary>
    public static Type[] InnerParameterTypes(FunctionType type, bool metered)
    {
        if (!metered) return ParameterTypes(type);
        var parameters = new Type[type.Parameters.Length + 3];
        PutParameterTypes(type, parameters);
        parameters[^1] = typeof(long);
        return parameters;
    }

    /// <summary>For compiled callers: the first result with the fuel, or the fuel alone.</summary>
    public static Type InnerResultType(FunctionType type, bool metered) =>
        !metered ? ResultType(type) : type.Results.Length == 0 ? typeof(long) : FueledType(type.Results[0]);

    public static Type FueledType(WasmType type) => FueledParts(type).Type;

    public static FieldInfo FueledValue(WasmType type) => FueledParts(type).Value;

    public static FieldInfo FueledFuel(WasmType type) => FueledParts(type).Fuel;

    private static void PutParameterTypes(FunctionType type, Type[] parameters)
    {
        int count = type.Parameters.Length;
        for (int i = 0; i < count; i++) parameters[i] = IlType(type.Parameters[i]);
        parameters[count] = typeof(Instance);
        parameters[count + 1] = typeof(int);
    }

    private static (Type Type, FieldInfo Value, FieldInfo Fuel) FueledParts(WasmType type) => type switch
    {
        WasmType.I32 => FueledInt32,
        WasmType.I64 => FueledInt64,
        WasmType.F32 => FueledSingle,
        WasmType.F64 => FueledDouble,
        WasmType.V128 => FueledVector,
        _ => FueledObject,
    };

    private static (Type Type, FieldInfo Value, FieldInfo Fuel) Parts<T>() =>
        (typeof(Fueled<T>), Field<Fueled<T>>(nameof(Fueled<>.Value)), Field<Fueled<T>>(nameof(Fueled<>.Fuel)));

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
