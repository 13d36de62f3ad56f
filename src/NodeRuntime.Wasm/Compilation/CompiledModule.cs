using System;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

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

    private readonly nint[] _pointers;
    private readonly Type _owner;

    private CompiledModule(Type owner, nint[] pointers, int slowFunctions)
    {
        _owner = owner;
        _pointers = pointers;
        SlowFunctions = slowFunctions;
    }

    /// <summary>Functions so large that the JIT compiles them without optimisation: correct, two to three times slower.</summary>
    public int SlowFunctions { get; }

    /// <summary>Keeps all the code alive as long as it is held: the types of one assembly go together.</summary>
    public Type Owner => _owner;

    public nint Pointer(int function) => _pointers[function];

    /// <summary>The module that a type was made for; null for any other type.</summary>
    public static ModuleModel? ModelOf(Type type) =>
        type.Name.StartsWith(TypeName, StringComparison.Ordinal)
            ? type.GetField(ModelField, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ModuleModel
            : null;

    /// <summary>The index among the module's bodies of a method of such a type.</summary>
    public static int BodyOf(MethodBase method) => int.Parse(method.Name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);

    public static CompiledModule Compile(ModuleModel model, ModuleLimits limits)
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
        for (int i = 0; i < methods.Length; i++)
        {
            FunctionType function = model.TypeOf(model.ImportedFunctions + i);
            methods[i] = types[i / MethodsOfType].DefineMethod(
                "f" + i.ToString(CultureInfo.InvariantCulture),
                MethodAttributes.Public | MethodAttributes.Static,
                Members.ResultType(function),
                Members.ParameterTypes(function));
            methods[i].SetImplementationFlags(MethodImplAttributes.IL | MethodImplAttributes.AggressiveOptimization);
        }

        int slow = 0;
        for (int i = 0; i < methods.Length; i++)
        {
            if (FunctionCompiler.Compile(model, limits, methods, model.ImportedFunctions + i, methods[i].GetILGenerator())) slow++;
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
                pointers[model.ImportedFunctions + BodyOf(method)] = method.MethodHandle.GetFunctionPointer();
            }
        }

        return new CompiledModule(owners[0], pointers, slow);
    }
}
