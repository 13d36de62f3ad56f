using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace NodeRuntime.Wasm;

/// <summary>
/// Modules by the SHA-256 of their bytes, with what has been compiled of them: a second job with the same module starts at once. Those used
/// longest ago leave first. Not for several threads at once; the modules it gives are.
/// </summary>
/// <param name="limits">Of every module in it.</param>
/// <param name="features">What a module may use.</param>
/// <param name="bytesMax">Of all its modules together, as they came; the process holds some ten times as much for their code.</param>
public sealed class ModuleCache(ModuleLimits limits, WasmFeatures features, long bytesMax)
{
    public const long DefaultBytesMax = 64 * 1024 * 1024;

    private readonly SortedDictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);

    /// <summary>The one used last first.</summary>
    private readonly LinkedList<Entry> _order = new();

    private sealed record Entry(string Hash, int Bytes, ModuleLoad Load);

    public int Count => _entries.Count;

    public long Bytes { get; private set; }

    /// <summary>As <see cref="Module.Load(ReadOnlyMemory{byte}, ModuleLimits, WasmFeatures)"/>. What was refused is not kept, nor what alone is larger than the bound.</summary>
    public ModuleLoad Load(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > limits.BytesMax) return Module.Load(bytes, limits, features);
        string hash = Convert.ToHexString(SHA256.HashData(bytes.Span));
        if (_entries.TryGetValue(hash, out LinkedListNode<Entry>? known))
        {
            _order.Remove(known);
            _order.AddFirst(known);
            return known.Value.Load;
        }

        ModuleLoad load = Module.Load(bytes, limits, features);
        if (load.Module is null || bytes.Length > bytesMax) return load;
        while (Bytes + bytes.Length > bytesMax) Remove(_order.Last!);
        _entries.Add(hash, _order.AddFirst(new Entry(hash, bytes.Length, load)));
        Bytes += bytes.Length;
        return load;
    }

    private void Remove(LinkedListNode<Entry> entry)
    {
        _order.Remove(entry);
        _entries.Remove(entry.Value.Hash);
        Bytes -= entry.Value.Bytes;
    }
}
