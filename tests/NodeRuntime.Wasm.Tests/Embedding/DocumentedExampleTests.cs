using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Embedding;

/// <summary>The example of docs/wasm.md: its lines stand here too, in order, and run.</summary>
public sealed class DocumentedExampleTests
{
    private static CodeBuilder Code => new();

    /// <summary>Stands for the file that the example reads.</summary>
    private static class File
    {
        public static byte[] ReadAllBytes(string name)
        {
            Assert.Equal("greet.wasm", name);
            var builder = new ModuleBuilder();
            int say = builder.Import("env", "say", "ii:");
            int factor = builder.Import("env", "factor", ":i");
            builder.Memory(1);
            builder.Function("ii:i", Code.Get(0).Get(1).Op(0x6A), export: "add");
            builder.Function("i:i", Code.Get(0).Call(factor).Op(0x6C), export: "multiply");
            builder.Function("ii:", Code.Get(0).Get(1).Call(say), export: "greet");
            builder.Function(":", Code.Op(Opcode.Unreachable), export: "fail");
            return builder.Build();
        }
    }

    [Fact]
    public void It_does_what_the_page_says()
    {
        Module module = Module.Load(File.ReadAllBytes("greet.wasm"));

        var said = new List<string>();
        Imports imports = new Imports()
            .Function("env", "say", (GuestCaller caller, int text, int length) => said.Add(caller.Memory.ReadText(text, length)))
            .Function("env", "factor", () => 10);

        using GuestInstance instance = module.Instantiate(imports, new RunLimits { Fuel = 1_000_000 });

        Func<int, int, int> add = instance.Function<int, int, int>("add");
        int sum = add(40, 2);
        int product = instance.Call("multiply", 7)[0].Int32;

        GuestMemory memory = instance.Memory("memory");
        int length = memory.WriteText(1024, "grüße");
        instance.Action<int, int>("greet")(1024, length);

        Trap trap;
        try
        {
            instance.Call("fail");
            trap = default;
        }
        catch (GuestTrapException failed)
        {
            trap = failed.Trap;
        }

        Assert.Equal((42, 70, Trap.Unreachable), (sum, product, trap));
        Assert.Equal(["grüße"], said);
    }

    [Fact]
    public void The_page_shows_these_very_lines()
    {
        string page = System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "wasm.md"));
        string[] shown = page.Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] here = [.. System.IO.File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "DocumentedExampleTests.cs")).Select(static line => line.Trim())];
        int at = 0;
        foreach (string line in shown)
        {
            at = Array.IndexOf(here, line.Trim(), at) + 1;
            Assert.True(at > 0, "not run: " + line);
        }
    }
}
