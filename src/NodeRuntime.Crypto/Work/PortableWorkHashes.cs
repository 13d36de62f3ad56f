using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Work;

/// <summary>The work functions that every machine has: AES-ROMix, in C#.</summary>
public sealed class PortableWorkHashes : IWorkHashes
{
    private PortableWorkHashes()
    {
    }

    public static PortableWorkHashes Instance { get; } = new();

    public WorkKind Best => WorkKind.AesRoMix;

    public IWorkMemory? Open(WorkKind kind, Hash256 key, WorkMode mode) => kind switch
    {
        WorkKind.RandomX => null,
        WorkKind.AesRoMix => new AesRoMixMemory(key),
    };
}
