using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox.Child;

/// <summary>
/// The files without which a second runtime cannot start, found from the first one: the host, the shared frameworks, this
/// application's assemblies, and exactly those system libraries that this very process has mapped. Plus the job.
/// </summary>
/// <param name="RuntimeRoot">The folder that holds <c>shared</c> and <c>host</c>.</param>
/// <param name="Rules">What Landlock grants.</param>
/// <param name="Needed">What another user must be able to read, if the launcher is to become one.</param>
internal sealed record SandboxSurroundings(string RuntimeRoot, IReadOnlyList<LandlockRule> Rules, IReadOnlyList<string> Needed)
{
    private const ulong Read = Landlock.ReadFile;
    private const ulong ReadTree = Landlock.ReadFile | Landlock.ReadDirectory;

    // Code and what tells the host which code. Not whatever else lies beside: an operator's settings may.
    private static readonly string[] ApplicationFiles = ["*.dll", "*.so", "*.deps.json", "*.runtimeconfig.json"];

    public static SandboxSurroundings Of(SandboxCommand command, string folder)
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location) ?? AppContext.BaseDirectory;
        string root = Path.GetFullPath(Path.Combine(framework, "..", "..", ".."));
        string application = AppContext.BaseDirectory;
        List<LandlockRule> rules =
        [
            new(command.Executable, Read | Landlock.Execute),
            new(Path.Combine(root, "host"), ReadTree),
            new(Path.Combine(root, "shared"), ReadTree),
            new("/etc/ld.so.cache", Read),
            // Where the C library finds the main thread's stack. A process keeps its number through execution, and so this file.
            new("/proc/" + Environment.ProcessId + "/maps", Read),
            // Where the runtime takes the identity of the assembly that it makes of the guest's code.
            new("/dev/urandom", Read),
            // How large the caches are: the collector sizes its youngest generation by them.
            new("/sys/devices/system/cpu", ReadTree),
            new(Path.Combine(folder, SandboxFolder.RequestName), Read),
            new(Path.Combine(folder, SandboxFolder.ModuleName), Read),
            new(Path.Combine(folder, SandboxFolder.StandardInputName), Read),
            new(Path.Combine(folder, SandboxFolder.InputsName), ReadTree),
        ];
        foreach (string pattern in ApplicationFiles)
        {
            foreach (string path in Directory.EnumerateFiles(application, pattern)) rules.Add(new LandlockRule(path, Read));
        }

        foreach (string library in MappedFiles()) rules.Add(new LandlockRule(library, IsLoader(library) ? Read | Landlock.Execute : Read));
        List<string> needed =
        [
            command.Executable, .. command.Arguments, typeof(object).Assembly.Location, typeof(SandboxSurroundings).Assembly.Location,
            Path.Combine(folder, SandboxFolder.RequestName), Path.Combine(folder, SandboxFolder.ModuleName),
        ];
        needed.RemoveAll(static path => path.Length == 0);
        return new SandboxSurroundings(root, rules, needed);
    }

    // address perms offset device inode path; only lines of files have a path that begins with a slash.
    private static SortedSet<string> MappedFiles()
    {
        SortedSet<string> files = new(StringComparer.Ordinal);
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            int path = line.IndexOf('/', StringComparison.Ordinal);
            if (path >= 0 && !line.EndsWith(" (deleted)", StringComparison.Ordinal)) files.Add(line[path..]);
        }

        return files;
    }

    // Execution opens the dynamic loader as a program.
    private static bool IsLoader(string path) => Path.GetFileName(path).StartsWith("ld-", StringComparison.Ordinal);
}
