using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Text;
using System.Threading;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>A root for jobs' folders, and real sandboxes of the test child's executable in it.</summary>
internal sealed class Workshop : IDisposable
{
    /// <summary>Far beyond any run of these tests: it fails a test that hangs, and measures nothing.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    // One component below the system's folder, and traversable: so that another user may be given what lies in it.
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("noderuntime-sandbox-");

    public Workshop() => File.SetUnixFileMode(
        _root.FullName,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    public static SandboxCommand Command { get; } = ChildCommand();

    public string Root => _root.FullName;

    public SandboxProcesses Sandbox { get; init; } = new(Command, SandboxCapabilities.Probe(), 4);

    public SandboxFolder Folder(ReadOnlySpan<byte> module, string id = "job")
    {
        SandboxFolder folder = SandboxFolder.Create(Root, id);
        File.WriteAllBytes(folder.ModulePath, module);
        return folder;
    }

    /// <summary>Runs the hostile guest with these words.</summary>
    public Told Run(params string[] words) => Run(Job(words));

    public ProcessJob Job(params string[] words) => new()
    {
        Folder = Folder([]),
        Arguments = [.. words],
        FuelMax = 1_000_000_000,
        OutputBytesMax = 1 << 20,
        MemoryPagesMax = 16,
        WallClockMax = new Duration(30_000_000),
    };

    public Told Run(ProcessJob job)
    {
        Told told = new();
        Sandbox.Start(job, told.Hear);
        told.Wait();
        return told;
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static SandboxCommand ChildCommand()
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "NodeRuntime.Sandbox.Tests.Child.dll");
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return new SandboxCommand(Path.Combine(root, "dotnet"), [assembly]);
    }
}
