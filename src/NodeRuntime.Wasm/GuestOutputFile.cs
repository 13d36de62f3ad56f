using System;

namespace NodeRuntime.Wasm;

/// <summary>A file the guest left in <c>/out</c>, by its path below it ("report.csv", "tables/a.csv").</summary>
public sealed record GuestOutputFile(string Name, ReadOnlyMemory<byte> Bytes);
