using System;
using System.Runtime.InteropServices;

namespace NodeRuntime.Crypto.Work;

/// <summary>The RandomX project's own library, from the system's packages, through function pointers (randomx.h of 1.1 and 1.2).</summary>
internal sealed unsafe class RandomXLibrary
{
    [Flags]
    public enum Features
    {
        None = 0,
        LargePages = 1,
        HardwareAes = 2,
        FullMemory = 4,
        Compiler = 8,
        WriteOrExecute = 16,
        Argon2Ssse3 = 32,
        Argon2Avx2 = 64,
    }

    private static readonly string[] Names = ["librandomx.so.0", "librandomx.so.1", "librandomx.so", "librandomx.dylib", "randomx.dll"];

    public readonly delegate* unmanaged[Cdecl]<int, nint> AllocateCache;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, void> InitializeCache;
    public readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseCache;
    public readonly delegate* unmanaged[Cdecl]<int, nint> AllocateDataset;
    public readonly delegate* unmanaged[Cdecl]<CULong> DatasetItemCount;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, CULong, CULong, void> InitializeDataset;
    public readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseDataset;
    public readonly delegate* unmanaged[Cdecl]<int, nint, nint, nint> CreateMachine;
    public readonly delegate* unmanaged[Cdecl]<nint, void> DestroyMachine;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, void> CalculateHash;

    private RandomXLibrary(string name, nint library)
    {
        Name = name;
        AllocateCache = (delegate* unmanaged[Cdecl]<int, nint>)Export(library, "randomx_alloc_cache");
        InitializeCache = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, void>)Export(library, "randomx_init_cache");
        ReleaseCache = (delegate* unmanaged[Cdecl]<nint, void>)Export(library, "randomx_release_cache");
        AllocateDataset = (delegate* unmanaged[Cdecl]<int, nint>)Export(library, "randomx_alloc_dataset");
        DatasetItemCount = (delegate* unmanaged[Cdecl]<CULong>)Export(library, "randomx_dataset_item_count");
        InitializeDataset = (delegate* unmanaged[Cdecl]<nint, nint, CULong, CULong, void>)Export(library, "randomx_init_dataset");
        ReleaseDataset = (delegate* unmanaged[Cdecl]<nint, void>)Export(library, "randomx_release_dataset");
        CreateMachine = (delegate* unmanaged[Cdecl]<int, nint, nint, nint>)Export(library, "randomx_create_vm");
        DestroyMachine = (delegate* unmanaged[Cdecl]<nint, void>)Export(library, "randomx_destroy_vm");
        CalculateHash = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, void>)Export(library, "randomx_calculate_hash");
        var recommended = (delegate* unmanaged[Cdecl]<int>)Export(library, "randomx_get_flags");
        Recommended = (Features)recommended();
    }

    /// <summary>The file that was found.</summary>
    public string Name { get; }

    /// <summary>What the library says that this processor does fastest.</summary>
    public Features Recommended { get; }

    public static bool TryLoad(out RandomXLibrary? library)
    {
        library = null;
        foreach (string name in Names)
        {
            if (!NativeLibrary.TryLoad(name, out nint handle)) continue;
            library = new RandomXLibrary(name, handle);
            return true;
        }

        return false;
    }

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
