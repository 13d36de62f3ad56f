using System;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Child;

/// <summary>A guest's standard stream as messages.</summary>
internal sealed class VoiceOutput(SandboxVoice voice, int stream) : IGuestOutput
{
    public void Write(ReadOnlySpan<byte> bytes) => voice.Log(stream, bytes.ToArray());
}
