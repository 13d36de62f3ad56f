using System;
using System.Linq;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Embedding;

public sealed class GuestTableTests
{
    private static CodeBuilder Code => new();

    [Theory]
    [InlineData(Executor.Compiled)]
    [InlineData(Executor.Stepping)]
    public void The_host_reads_and_writes_functions_and_the_guest_calls_them(Executor executor)
    {
        using GuestInstance instance = Module.Load(Caller()).Instantiate(Host(), executor: executor);
        GuestTable table = instance.Table("table");
        Assert.Equal((3, GuestType.FuncRef), (table.Count, table.Element));
        Assert.Equal(11, table.GetFunction(0)!.Call()[0].Int32);
        Assert.Null(table.GetFunction(1));
        table.SetFunction(1, instance.Function("twelve"));
        table.SetFunction(2, instance.Function("host"));
        Assert.Equal([11, 12, 99], new[] { 0, 1, 2 }.Select(index => instance.Call("call", index)[0].Int32));
        table.SetFunction(0, null);
        Assert.Equal(Trap.UninitializedElement, Assert.Throws<GuestTrapException>(() => instance.Call("call", 0)).Trap);
        Assert.Equal(3, table.Grow(2));
        Assert.Equal((5, null), (table.Count, table.GetFunction(4)));
        Assert.Equal(-1, table.Grow(int.MaxValue));
        Assert.Equal(Trap.OutOfBoundsTable, Assert.Throws<GuestTrapException>(() => table.GetFunction(5)).Trap);
        Assert.Equal(Trap.OutOfBoundsTable, Assert.Throws<GuestTrapException>(() => table.SetFunction(-1, null)).Trap);
        Assert.Throws<LinkException>(() => table.GetReference(0));
        Assert.Throws<LinkException>(() => table.SetReference(0, this));
    }

    [Fact]
    public void A_table_of_the_hosts_holds_objects()
    {
        var table = new GuestTable(1, 2, GuestType.ExternRef);
        table.SetReference(0, this);
        Assert.Same(this, table.GetReference(0));
        Assert.Equal((1, -1), (table.Grow(1), table.Grow(1)));
        Assert.Null(table.GetReference(1));
        Assert.Throws<LinkException>(() => table.SetFunction(0, null));
        Assert.Throws<LinkException>(() => new GuestTable(1, 1, GuestType.I32));
    }

    [Fact]
    public void A_table_takes_no_function_of_instances_that_run_apart()
    {
        Module module = Module.Load(Caller());
        using GuestInstance one = module.Instantiate(Host());
        using GuestInstance other = module.Instantiate(Host());
        Assert.Throws<LinkException>(() => one.Table("table").SetFunction(1, other.Function("twelve")));
        var shared = new GuestTable(1, 1);
        shared.SetFunction(0, one.Function("twelve"));
        Assert.Throws<LinkException>(() => shared.SetFunction(0, other.Function("twelve")));
        one.Dispose();
        Assert.Throws<ObjectDisposedException>(() => shared.GetFunction(0));
    }

    [Fact]
    public void A_table_of_functions_is_imported_by_instances_of_one_run()
    {
        var builder = new ModuleBuilder();
        builder.ImportTable("env", "table", 1);
        builder.Function(":i", Code.I32(5), export: "five");
        Module module = Module.Load(builder.Element(0, 0).Build());
        var table = new GuestTable(1, 1);
        using GuestInstance first = module.Instantiate(new Imports().Table("env", "table", table));
        Assert.Equal(5, table.GetFunction(0)!.Call()[0].Int32);
        Assert.Throws<LinkException>(() => module.Instantiate(new Imports().Table("env", "table", table)));
    }

    private static Imports Host() => new Imports().Function("env", "host", () => 99);

    /// <summary>A table of three whose first entry gives 11; call(i) calls entry i.</summary>
    private static byte[] Caller()
    {
        var builder = new ModuleBuilder();
        int host = builder.Import("env", "host", ":i");
        int eleven = builder.Function(":i", Code.I32(11));
        builder.Function(":i", Code.I32(12), export: "twelve");
        builder.Function("i:i", Code.Get(0).With(Opcode.CallIndirect, 0, 0), export: "call");
        builder.Table(3).Element(0, eleven);
        builder.Export("table", ExternalKind.Table, 0);
        builder.Export("host", ExternalKind.Function, host);
        return builder.Build();
    }
}
