using System;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
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

    private const string TypeName = "Guest";
    private const string ModelField = "Model";
    private const char FunctionPrefix = 'f';
    private const char EntryPrefix = 'e';

    private readonly nint[] _pointers;
    private readonly Type _owner;

    private CompiledModule(Type owner, nint[] pointers, int slowFunctions, SteppedModule? large)
    {
        Large = large;
        _owner = owner;
        _pointers = pointers;
        SlowFunctions = slowFunctions;
    }

    /// <summary>Functions so large that the JIT compiles them without optimisation: correct, two to three times slower.</summary>
    public int SlowFunctions { get; }

    /// <summary>The functions that are too large to compile, for the stepping executor; null when there are none.</summary>
    public SteppedModule? Large { get; }

    /// <summary>Keeps all the code alive as long as it is held: the types of one assembly go together.</summary>
    public Type Owner => _owner;

    public nint Pointer(int function) => _pointers[function];

    /// <summary>The module that a type was made for; null for any other type.</summary>
    public static ModuleModel? ModelOf(Type type) =>
        type.Name.StartsWith(TypeName, StringComparison.Ordinal)
            ? type.GetField(ModelField, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ModuleModel
            : null;

    /// <summary>The index among the module's bodies of a method of such a type; -1 of one that is no guest function.</summary>
    public static int BodyOf(MethodBase method) => method.Name[0] == FunctionPrefix ? NumberOf(method) : -1;

    /// <param name="interruptible">The code also looks, at each charge, whether another thread asks it to stop.</param>
    /// <param name="gates">Every function is a <see cref="StepGate"/>, not only those too large to compile.</param>
    public static CompiledModule Compile(ModuleModel model, ModuleLimits limits, bool interruptible = false, bool gates = false)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(TypeName), AssemblyBuilderAccess.RunAndCollect);
        // Compiled code reads internal fields of this assembly.
        assembly.SetCustomAttribute(new CustomAttributeBuilder(
            typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!,
            [typeof(Instance).Assembly.GetName().Name!]));
        ModuleBuilder module = assembly.DefineDynamicModule(TypeName);
        var types = new TypeBuilder[1 + (model.Bodies.Count / MethodsOfType)];
        for (int i = 0; i < types.Length; i++)
        {
            string name = TypeName + i.ToString(CultureInfo.InvariantCulture);
            types[i] = module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed);
            types[i].DefineField(ModelField, typeof(object), FieldAttributes.Public | FieldAttributes.Static);
        }

        var methods = new MethodBuilder[model.Bodies.Count];
        var entries = new MethodBuilder[model.Bodies.Count];
        for (int i = 0; i < methods.Length; i++)
        {
            FunctionType function = model.TypeOf(model.ImportedFunctions + i);
            methods[i] = Define(types[i / MethodsOfType], FunctionPrefix, i, function);
            methods[i].InitLocals = false;
            methods[i].SetImplementationFlags(MethodImplAttributes.IL | MethodImplAttributes.AggressiveOptimization);
            entries[i] = methods[i];
            if (!TailEntry.IsNeeded(model, function, model.Bodies[i])) continue;
            entries[i] = Define(types[i / MethodsOfType], EntryPrefix, i, function);
            entries[i].SetImplementationFlags(MethodImplAttributes.IL | MethodImplAttributes.AggressiveOptimization | MethodImplAttributes.NoInlining);
            TailEntry.Emit(entries[i].GetILGenerator(), methods[i], function.Parameters.Length + 2);
        }

        int slow = 0;
        var fields = new FieldTokens(module);
        for (int i = 0; i < methods.Length; i++)
        {
            ILGenerator il = methods[i].GetILGenerator();
            if (gates || model.Bodies[i].TooLarge) StepGate.Emit(il, model.TypeOf(model.ImportedFunctions + i), model.ImportedFunctions + i);
            else if (FunctionCompiler.Compile(model, limits, methods, entries, model.ImportedFunctions + i, il, fields, interruptible)) slow++;
        }

        var owners = new Type[types.Length];
        for (int i = 0; i < types.Length; i++)
        {
            owners[i] = types[i].CreateType();
            owners[i].GetField(ModelField)!.SetValue(null, model);
        }

        var pointers = new nint[model.Functions.Count];
        foreach (Type owner in owners)
        {
            foreach (MethodInfo method in owner.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                int body = NumberOf(method);
                if (method.Name == entries[body].Name) pointers[model.ImportedFunctions + body] = method.MethodHandle.GetFunctionPointer();
            }
        }

        SteppedModule? large = !gates && model.Bodies.Exists(static body => body.TooLarge) ? new SteppedModule(model, limits, onlyLarge: true) : null;
        return new CompiledModule(owners[0], pointers, slow, large);
    }

    private static int NumberOf(MethodBase method) => int.Parse(method.Name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    private static MethodBuilder Define(TypeBuilder type, char prefix, int number, FunctionType function) => type.DefineMethod(
        prefix + number.ToString(CultureInfo.InvariantCulture),
        MethodAttributes.Public | MethodAttributes.Static,
        Members.ResultType(function),
        Members.ParameterTypes(function));
}
