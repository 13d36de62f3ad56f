using System;

namespace NodeRuntime.Wasm;

/// <summary>Where a guest's standard output or error goes, in order. The engine counts and limits what it passes on.</summary>
public interface IGuestOutput
{
    void Write(ReadOnlySpan<byte> bytes);
}
