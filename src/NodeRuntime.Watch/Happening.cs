using NodeRuntime.Posture.Observing;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;

namespace NodeRuntime.Watch;

/// <summary>What the kernel said, before anybody looked at what it means. In the order in which it was read.</summary>
internal abstract record Happening(Instant At)
{
    internal sealed record File(string Path, FileHappening What, Culprit? Who, Instant At) : Happening(At);

    /// <param name="Program">Null where it was gone before it could be asked.</param>
    internal sealed record Executed(int Process, string? Program, uint? User, Instant At) : Happening(At);

    internal sealed record Forked(int Process, int Parent, Instant At) : Happening(At);

    internal sealed record Exited(int Process, Instant At) : Happening(At);

    /// <param name="IsOfAll">Of all addresses: then a port of the ephemeral range says nothing.</param>
    internal sealed record SocketGone(string Place, int Port, bool IsOfAll, Instant At) : Happening(At);

    /// <param name="Since">When the queue was last read to its end.</param>
    internal sealed record Lost(Posture.State.ThingClass Class, Instant Since, Instant At) : Happening(At);
}
