using System;
using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace NodeRuntime.Persistence.Journal;

/// <summary>
/// The SQLite of the package is old. Wherever the machine has its own, kept up by the machine's updates, that one is loaded in
/// its place: the provider asks for "e_sqlite3", and this resolver answers with libsqlite3.so.0. Functions are bound one by one, at
/// their first call: a process that opens a connection before this class was used has half of its functions from each library, and dies.
/// </summary>
public static class SystemSqlite
{
    private const string AskedFor = "e_sqlite3";

    private static readonly string[] Names =
        OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"] : ["libsqlite3.so.0"];

    // A static initializer runs once: a resolver can be set only once per assembly.
    private static readonly bool IsReady = Prepare();

    /// <summary>Call it before the process's first connection, whoever makes it.</summary>
    public static void Use() => _ = IsReady;

    private static bool Prepare()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != AskedFor) return 0;
        foreach (string candidate in Names)
        {
            if (NativeLibrary.TryLoad(candidate, out nint library)) return library;
        }

        return 0;
    }
}
