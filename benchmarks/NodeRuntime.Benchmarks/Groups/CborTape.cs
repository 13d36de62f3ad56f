using System;
using System.Collections.Generic;
using System.Formats.Cbor;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// The items of some CBOR in a row, to be written again or read over by System.Formats.Cbor with nothing in between: what
/// that library costs for these very bytes, in the mode that the product uses.
/// </summary>
internal sealed class CborTape
{
    private readonly byte[] _bytes;
    private readonly List<Item> _items = [];

    public CborTape(byte[] bytes)
    {
        _bytes = bytes;
        Walk(_items);
        Invariant.Holds(Write().AsSpan().SequenceEqual(bytes));
    }

    public byte[] Write()
    {
        CborWriter writer = new(CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: false);
        foreach (Item item in _items)
        {
            switch (item.State)
            {
                case CborReaderState.StartArray:
                    writer.WriteStartArray((int)item.Number);
                    break;
                case CborReaderState.EndArray:
                    writer.WriteEndArray();
                    break;
                case CborReaderState.UnsignedInteger:
                    writer.WriteUInt64(item.Number);
                    break;
                case CborReaderState.ByteString:
                    writer.WriteByteString(item.Bytes);
                    break;
                case CborReaderState.Null:
                    writer.WriteNull();
                    break;
                default:
                    throw new InvalidOperationException("an item that neither blocks nor transfers have: " + item.State);
            }
        }

        return writer.Encode();
    }

    public void Read() => Walk(null);

    private void Walk(List<Item>? items)
    {
        CborReader reader = new(_bytes, CborConformanceMode.Canonical);
        while (true)
        {
            CborReaderState state = reader.PeekState();
            ulong number = 0;
            byte[] bytes = [];
            switch (state)
            {
                case CborReaderState.Finished:
                    return;
                case CborReaderState.StartArray:
                    number = (ulong)(reader.ReadStartArray() ?? 0);
                    break;
                case CborReaderState.EndArray:
                    reader.ReadEndArray();
                    break;
                case CborReaderState.UnsignedInteger:
                    number = reader.ReadUInt64();
                    break;
                case CborReaderState.ByteString:
                    bytes = reader.ReadByteString();
                    break;
                case CborReaderState.Null:
                    reader.ReadNull();
                    break;
                default:
                    throw new InvalidOperationException("an item that neither blocks nor transfers have: " + state);
            }

            items?.Add(new Item(state, number, bytes));
        }
    }

    private readonly record struct Item(CborReaderState State, ulong Number, byte[] Bytes);
}
