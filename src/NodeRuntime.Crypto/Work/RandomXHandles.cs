using System;
using System.Runtime.InteropServices;

namespace NodeRuntime.Crypto.Work;

// A machine of RandomX reads its cache or dataset for as long as it lives: handles count, so that whoever disposes first breaks nobody.

/// <summary>256 MiB made of a key.</summary>
internal sealed unsafe class RandomXCache : SafeHandle
{
    private readonly RandomXLibrary _library;

    private RandomXCache(RandomXLibrary library, nint handle)
        : base(0, ownsHandle: true)
    {
        _library = library;
        SetHandle(handle);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Null where there is no memory, or these features are not allowed here.</summary>
    public static RandomXCache? TryCreate(RandomXLibrary library, RandomXLibrary.Features features, ReadOnlySpan<byte> key)
    {
        nint handle = library.AllocateCache((int)features);
        if (handle == 0) return null;
        RandomXCache cache = new(library, handle);
        fixed (byte* keyBytes = key) library.InitializeCache(handle, keyBytes, (nuint)key.Length);
        return cache;
    }

    protected override bool ReleaseHandle()
    {
        _library.ReleaseCache(handle);
        return true;
    }
}

/// <summary>2,080 MiB computed from a cache, part by part.</summary>
internal sealed unsafe class RandomXDataset : SafeHandle
{
    private readonly RandomXLibrary _library;

    private RandomXDataset(RandomXLibrary library, nint handle)
        : base(0, ownsHandle: true)
    {
        _library = library;
        SetHandle(handle);
    }

    public override bool IsInvalid => handle == 0;

    public static RandomXDataset? TryCreate(RandomXLibrary library, RandomXLibrary.Features features)
    {
        nint handle = library.AllocateDataset((int)features);
        return handle == 0 ? null : new RandomXDataset(library, handle);
    }

    public void Fill(RandomXCache cache, ulong first, ulong count)
    {
        bool isHeld = false, isCacheHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            cache.DangerousAddRef(ref isCacheHeld);
            _library.InitializeDataset(handle, cache.DangerousGetHandle(), new CULong((nuint)first), new CULong((nuint)count));
        }
        finally
        {
            if (isCacheHeld) cache.DangerousRelease();
            if (isHeld) DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        _library.ReleaseDataset(handle);
        return true;
    }
}

/// <summary>A machine, which holds what it reads.</summary>
internal sealed unsafe class RandomXMachine : SafeHandle
{
    private readonly RandomXLibrary _library;
    private readonly SafeHandle _source;

    private RandomXMachine(RandomXLibrary library, SafeHandle source)
        : base(0, ownsHandle: true)
    {
        _library = library;
        _source = source;
    }

    public override bool IsInvalid => handle == 0;

    /// <param name="source">A cache, or a dataset where the features say full memory.</param>
    public static RandomXMachine? TryCreate(RandomXLibrary library, RandomXLibrary.Features features, SafeHandle source)
    {
        RandomXMachine machine = new(library, source);
        bool isHeld = false;
        source.DangerousAddRef(ref isHeld);
        nint memory = source.DangerousGetHandle();
        bool isFull = features.HasFlag(RandomXLibrary.Features.FullMemory);
        machine.SetHandle(library.CreateMachine((int)features, isFull ? 0 : memory, isFull ? memory : 0));
        if (!machine.IsInvalid) return machine;
        source.DangerousRelease();
        machine.Dispose();
        return null;
    }

    public void Hash(ReadOnlySpan<byte> input, Span<byte> digest)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            fixed (byte* inputBytes = input, digestBytes = digest)
            {
                _library.CalculateHash(handle, inputBytes, (nuint)input.Length, digestBytes);
            }
        }
        finally
        {
            if (isHeld) DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        _library.DestroyMachine(handle);
        _source.DangerousRelease();
        return true;
    }
}
