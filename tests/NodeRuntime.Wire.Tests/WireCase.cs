using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wire.Tests;

/// <summary>One value of a kind of bytes that come from outside, and the way that a product reads them.</summary>
/// <param name="Name">Assembly's word for it.</param>
/// <param name="Again">Decodes and encodes again; null where the bytes are refused.</param>
internal sealed record WireCase(string Name, byte[] Bytes, Func<ReadOnlyMemory<byte>, byte[]?> Again)
{
    /// <summary>
    /// The record's number, where the bytes begin with one: an array, the version, the number. What stands only inside a transaction has no
    /// version of its own.
    /// </summary>
    public WireType? Type
    {
        get
        {
            WireReader reader = new(Bytes);
            reader.Array(int.MaxValue);
            if (!Name.StartsWith("Message.", StringComparison.Ordinal)) reader.UInt64();
            uint type = reader.UInt32();
            return reader.Failed || !Enum.IsDefined((WireType)type) ? null : (WireType)type;
        }
    }
}
