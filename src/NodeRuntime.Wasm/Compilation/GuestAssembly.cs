using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>A collectible assembly for code that reads this assembly's internal fields.</summary>
internal static class GuestAssembly
{
    public const string Name = "Guest";

    public static ModuleBuilder Define()
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(Name), AssemblyBuilderAccess.RunAndCollect);
        assembly.SetCustomAttribute(new CustomAttributeBuilder(
            typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!,
            [typeof(Instance).Assembly.GetName().Name!]));
        return assembly.DefineDynamicModule(Name);
    }
}
