using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Work;

/// <summary>The work functions of this machine, found once when the process starts: RandomX where its library is installed, AES-ROMix everywhere.</summary>
public sealed class SystemWorkHashes : IWorkHashes
{
    private readonly RandomXLibrary? _library;

    private SystemWorkHashes(RandomXLibrary? library) => _library = library;

    public WorkKind Best => _library is null ? WorkKind.AesRoMix : WorkKind.RandomX;

    /// <summary>For people: what computes here.</summary>
    public string Backend => _library?.Name ?? "AES-ROMix, C#";

    /// <summary>What to install for a higher grade; null where nothing is missing.</summary>
    public string? Hint => _library is not null
        ? null
        : "librandomx was not found; without it the processor is proven at liveness grade only (Debian and Ubuntu: apt-get install librandomx0)";

    public static SystemWorkHashes Open()
    {
        RandomXLibrary.TryLoad(out RandomXLibrary? library);
        return new SystemWorkHashes(library);
    }

    public IWorkMemory? Open(WorkKind kind, Hash256 key, WorkMode mode) => kind switch
    {
        WorkKind.RandomX => _library is null ? null : RandomXMemory.TryOpen(_library, key.AsSpan(), mode),
        WorkKind.AesRoMix => new AesRoMixMemory(key),
    };
}
