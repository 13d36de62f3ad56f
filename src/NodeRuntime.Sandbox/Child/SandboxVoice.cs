using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Child;

/// <summary>The child's only way out: its standard output, as a pipe of messages. Used by one thread at a time.</summary>
internal sealed class SandboxVoice : IDisposable
{
    private readonly FileStream _pipe = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    public void Say(SandboxMessage message) => SandboxFrames.Write(_pipe, message);

    /// <summary>Passes on what the guest printed, at once: its owner watches.</summary>
    public void Log(int stream, ReadOnlyMemory<byte> bytes)
    {
        for (int at = 0; at < bytes.Length; at += Limits.SandboxChunkBytesMax)
        {
            Say(new SandboxMessage.Log(stream, bytes.Slice(at, Math.Min(Limits.SandboxChunkBytesMax, bytes.Length - at))));
        }
    }

    public void File(string name, ReadOnlyMemory<byte> bytes)
    {
        Say(new SandboxMessage.File(name, bytes.Length));
        for (int at = 0; at < bytes.Length; at += Limits.SandboxChunkBytesMax)
        {
            Say(new SandboxMessage.Chunk(bytes.Slice(at, Math.Min(Limits.SandboxChunkBytesMax, bytes.Length - at))));
        }
    }

    public void Dispose() => _pipe.Dispose();

    /// <summary>A report's texts have a length; a guest's function names do not.</summary>
    public static SandboxMessage.Report Report(
        ProcessVerdict verdict, string detail, int exitCode = 0, string trap = "", ulong fuelUsed = 0) =>
        new(verdict, exitCode, trap, Cut(detail), fuelUsed);

    private static string Cut(string text)
    {
        if (text.Length <= Limits.TextCharactersMax) return text;
        int end = Limits.TextCharactersMax - 1;
        // Not between the halves of a surrogate pair, which has no encoding.
        if (char.IsHighSurrogate(text[end - 1])) end--;
        return text[..end] + "\u2026";
    }
}
