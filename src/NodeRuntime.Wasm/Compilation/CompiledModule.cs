using System;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Threading;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Stepping;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>
/// A module's functions as static methods of collectible dynamic types. All IL is emitted at once, which is quick; the runtime compiles
/// each method at its first call, at once with full optimisation. The code goes when nothing refers to it any more.
/// </summary>
internal sealed class CompiledModule
{
    /// <summary>The runtime refuses a type of 65,536 methods.</summary>
    private const int MethodsOfType = 10_000;

    private const string ModelField = "Model";
    private const char FunctionPrefix = 'f';
    private const char EntryPrefix = 'e';
    private const char GatePrefix = 'g';

    private readonly nint[] _pointers;
    private readonly nint[] _innerPointers;
    private readonly MethodInfo?[] _lateGates;
    private readonly ModuleModel _model;
    private readonly Type _owner;

    private CompiledModule(ModuleModel model, Type owner, nint[] pointers, nint[] innerPointers, int slowFunctions, SteppedModule? large)
    {
        Large = large;
        _model = model;
        _owner = owner;
        _lateGates = new MethodInfo?[pointers.Length];
        _pointers = pointers;
        _innerPointers = innerPointers;
        SlowFunctions = slowFunctions;
    }

    /// <summary>Functions so large that the JIT compiles them without optimisation: correct, two to three times slower.</summary>
    public int SlowFunctions { get; }

    /// <summary>The functions that are too large to compile, for the stepping executor; null when there are none.</summary>
    public SteppedModule? Large { get; }

    /// <summary>Keeps all the code alive as long as it is held: the types of one assembly go together.</summary>
    public Type Owner => _owner;

    /// <summary>A function's code for callers from outside. There is a gate for each that something outside the bodies names.</summary>
    public nint Pointer(int function)
    {
        if (_pointers[function] != 0) return _pointers[function];
        if (Volatile.Read(ref _lateGates[function]) is not { } gate)
        {
            gate = OuterGate.Make(_model.TypeOf(function), _innerPointers[function]);
            gate = Interlocked.CompareExchange(ref _lateGates[function], gate, null) ?? gate;
        }

        return gate.MethodHandle.GetFunctionPointer();
    }

    /// <summary>Its code for compiled callers.</summary>
    public nint InnerPointer(int function) => _innerPointers[function];

    /// <summary>The module that a type was made for; null for any other type.</summary>
    public static ModuleModel? ModelOf(Type type) =>
        type.Name.StartsWith(GuestAssembly.Name, StringComparison.Ordinal)
            ? type.GetField(ModelField, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ModuleModel
            : null;

    /// <summary>The index among the module's bodies of a method of such a type; -1 of one that is no guest function.</summary>
    public static int BodyOf(MethodBase method) => method.Name[0] == FunctionPrefix ? NumberOf(method) : -1;

    /// <param name="interruptible">The code also looks, at each charge, whether another thread asks it to stop.</param>
    /// <param name="gates">Every function is a <see cref="StepGate"/>, not only those too large to compile.</param>
    public static CompiledModule Compile(ModuleModel model, ModuleLimits limits, bool interruptible = false, bool gates = false)
    {
        ModuleBuilder module = GuestAssembly.Define();
        var types = new TypeBuilder[1 + (model.Bodies.Count / MethodsOfType)];
        for (int i = 0; i < types.Length; i++)
        {
            string name = GuestAssembly.Name + i.ToString(CultureInfo.InvariantCulture);
            types[i] = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed);
            types[i].DefineField(ModelField, typeof(object), FieldAttributes.Public | FieldAttributes.Static);
        }

        var tokens = new MemberTokens(module);
        var methods = new MethodBuilder[model.Bodies.Count];
        var entries = new MethodBuilder[model.Bodies.Count];
        for (int i = 0; i < methods.Length; i++)
        {
            FunctionType function = model.TypeOf(model.ImportedFunctions + i);
            Type result = Members.InnerResultType(function, limits.Metered);
            Type[] parameters = Members.InnerParameterTypes(function, limits.Metered);
            methods[i] = Define(types[i / MethodsOfType], FunctionPrefix, i, result, parameters);
            entries[i] = methods[i];
            if (!TailEntry.IsNeeded(model, function, model.Bodies[i])) continue;
            entries[i] = Define(types[i / MethodsOfType], EntryPrefix, i, result, parameters);
            entries[i].SetImplementationFlags(MethodImplAttributes.IL | MethodImplAttributes.AggressiveOptimization | MethodImplAttributes.NoInlining);
            TailEntry.Emit(entries[i].GetILGenerator(), methods[i], parameters.Length);
        }

        int slow = 0;
        bool allGates = gates || model.Bodies.Exists(static body => body.TooLarge);
        for (int i = 0; i < methods.Length; i++)
        {
            int index = model.ImportedFunctions + i;
            FunctionType function = model.TypeOf(index);
            bool stepped = gates || model.Bodies[i].TooLarge;
            ILGenerator il = methods[i].GetILGenerator(IlBytesOf(model.Bodies[i]));
            if (!stepped && FunctionCompiler.Compile(model, limits, methods, entries, index, il, tokens, interruptible)) slow++;
            if (!limits.Metered)
            {
                if (stepped) StepGate.Emit(il, function, index);
                continue;
            }

            if (!allGates && !model.Declared[index] && index != model.Start) continue;
            MethodBuilder gate = Define(types[i / MethodsOfType], GatePrefix, i, Members.ResultType(function), Members.ParameterTypes(function));
            if (stepped)
            {
                StepGate.Emit(gate.GetILGenerator(), function, index);
                InnerBridge.ToMethod(il, function, gate, tokens);
            }
            else
            {
                OuterGate.Emit(gate.GetILGenerator(), function, entries[i], tokens);
            }
        }

        var owners = new Type[types.Length];
        for (int i = 0; i < types.Length; i++)
        {
            owners[i] = types[i].CreateType();
            owners[i].GetField(ModelField)!.SetValue(null, model);
        }

        var pointers = new nint[model.Functions.Count];
        var innerPointers = new nint[model.Functions.Count];
        foreach (Type owner in owners)
        {
            foreach (MethodInfo method in owner.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                int body = NumberOf(method);
                bool entry = method.Name == entries[body].Name;
                if (entry) innerPointers[model.ImportedFunctions + body] = method.MethodHandle.GetFunctionPointer();
                if (limits.Metered ? method.Name[0] == GatePrefix : entry)
                {
                    pointers[model.ImportedFunctions + body] = method.MethodHandle.GetFunctionPointer();
                }
            }
        }

        SteppedModule? large = !gates && allGates ? new SteppedModule(model, limits, onlyLarge: true) : null;
        return new CompiledModule(model, owners[0], pointers, innerPointers, slow, large);
    }

    private static int NumberOf(MethodBase method) => int.Parse(method.Name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>About the IL that a body becomes: a guess that mostly spares the generator to grow.</summary>
    private static int IlBytesOf(FunctionBody body) => 128 + ((body.End - body.Start) * 5);

    private static MethodBuilder Define(TypeBuilder type, char prefix, int number, Type result, Type[] parameters)
    {
        MethodBuilder method = type.DefineMethod(
            prefix + number.ToString(CultureInfo.InvariantCulture), MethodAttributes.Public | MethodAttributes.Static, result, parameters);
        method.InitLocals = false;
        method.SetImplementationFlags(MethodImplAttributes.IL | MethodImplAttributes.AggressiveOptimization);
        return method;
    }
}
