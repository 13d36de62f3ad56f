using System;
using System.Collections.Immutable;
using System.IO;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Linux;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox;

/// <summary>
/// A job's folder on its host:
/// <code>
///   root/id/module.wasm     the program
///   root/id/in/NAME         its inputs
///   root/id/stdin           its standard input, if any
///   root/id/request         what the parent asks of the sandbox
///   root/id/out/NAME        its outputs, written by the parent alone
/// </code>
/// The sandbox reads the first four and writes nothing. Names are checked here, so that no path of a stranger leaves the folder.
/// </summary>
public sealed class SandboxFolder
{
    internal const string ModuleName = "module.wasm";
    internal const string InputsName = "in";
    internal const string OutputsName = "out";
    internal const string StandardInputName = "stdin";
    internal const string RequestName = "request";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private SandboxFolder(string path) => Path = path;

    public string Path { get; }

    public string ModulePath => Below(ModuleName);

    public string StandardInputPath => Below(StandardInputName);

    internal string RequestPath => Below(RequestName);

    private string InputsPath => Below(InputsName);

    private string OutputsPath => Below(OutputsName);

    /// <summary>Makes the folder anew: what an earlier attempt left under this id is deleted.</summary>
    /// <param name="id">One path component, such as a lease's id.</param>
    public static SandboxFolder Create(string root, string id)
    {
        SandboxFolder folder = At(root, id);
        folder.Create();
        return folder;
    }

    /// <summary>The folder by its name, untouched on disk.</summary>
    internal static SandboxFolder At(string root, string id)
    {
        if (!JobFileName.IsValid(id)) throw new ArgumentException("A job's id is one path component.", nameof(id));
        return new SandboxFolder(System.IO.Path.GetFullPath(System.IO.Path.Combine(root, id)));
    }

    internal void Create()
    {
        Delete();
        Directory.CreateDirectory(Path, Owner);
        Directory.CreateDirectory(InputsPath, Owner);
        Directory.CreateDirectory(OutputsPath, Owner);
    }

    /// <summary>Where an input belongs; null where it is no name of a file.</summary>
    public string? InputPath(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return JobFileName.IsValid(name) ? System.IO.Path.Combine(InputsPath, name) : null;
    }

    /// <summary>Where an output lies after a run that succeeded; null where it is no name of a file.</summary>
    public string? OutputPath(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return JobFileName.IsValid(name) ? System.IO.Path.Combine(OutputsPath, name) : null;
    }

    public void Delete()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    internal ImmutableArray<string> Inputs()
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        foreach (string path in Directory.EnumerateFiles(InputsPath)) names.Add(System.IO.Path.GetFileName(path));
        names.Sort(StringComparer.Ordinal);
        return names.ToImmutable();
    }

    /// <summary>Outputs of a run that did not succeed are no outputs.</summary>
    internal void ClearOutputs()
    {
        if (Directory.Exists(OutputsPath)) Directory.Delete(OutputsPath, recursive: true);
        Directory.CreateDirectory(OutputsPath, Owner);
    }

    /// <summary>
    /// Lets a group read what the sandbox reads, where the peer is root and the sandbox is another user. The group gets no right to write,
    /// and no sight of the outputs.
    /// </summary>
    internal void ShareWith(int group)
    {
        const UnixFileMode sharedFolder = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        const UnixFileMode sharedFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        Share(Path, group, sharedFolder);
        Share(InputsPath, group, sharedFolder);
        foreach (string file in Directory.EnumerateFiles(Path)) Share(file, group, sharedFile);
        foreach (string file in Directory.EnumerateFiles(InputsPath)) Share(file, group, sharedFile);
    }

    private static unsafe void Share(string path, int group, UnixFileMode mode)
    {
        const int currentDirectory = -100;
        const int keepUser = -1;
        const int noFollow = 0x100;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
        {
            KernelResult changed = Kernel.Call(Syscalls.FChownAt, currentDirectory, (nint)bytes, keepUser, group, noFollow);
            // Without the right to give a file away the launcher finds it unreadable, and stays the user it is.
            if (changed.Succeeded) File.SetUnixFileMode(path, mode);
        }
    }

    private string Below(string name) => System.IO.Path.Combine(Path, name);
}
