using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>How the values of one type become bytes and come back.</summary>
internal abstract class Shape
{
    public abstract void Write(GraphWriter writer, object? value);

    public abstract object? Read(GraphReader reader);
}

/// <summary>A value whose bytes in memory are all of it, without gaps.</summary>
internal sealed class PackedShape<T> : Shape
    where T : struct
{
    public override void Write(GraphWriter writer, object? value)
    {
        T packed = (T)value!;
        writer.Raw(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in packed)));
    }

    public override object? Read(GraphReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.Raw(Unsafe.SizeOf<T>());
        return bytes.IsEmpty ? default : MemoryMarshal.Read<T>(bytes);
    }
}

internal sealed class BooleanShape : Shape
{
    public override void Write(GraphWriter writer, object? value) => writer.Byte((bool)value! ? (byte)1 : (byte)0);

    public override object? Read(GraphReader reader)
    {
        byte value = reader.Byte();
        if (value > 1) reader.Fail();
        return value == 1;
    }
}

internal sealed class TextShape : Shape
{
    public override void Write(GraphWriter writer, object? value)
    {
        writer.Byte(value is null ? (byte)0 : (byte)1);
        if (value is string text) writer.Bytes(Encoding.UTF8.GetBytes(text));
    }

    public override object? Read(GraphReader reader)
    {
        byte tag = reader.Byte();
        if (tag > 1) reader.Fail();
        return tag == 0 ? null : Encoding.UTF8.GetString(reader.Bytes());
    }
}

internal sealed class MemoryShape : Shape
{
    public override void Write(GraphWriter writer, object? value) => writer.Bytes(((ReadOnlyMemory<byte>)value!).Span);

    public override object? Read(GraphReader reader) => (ReadOnlyMemory<byte>)reader.Bytes().ToArray();
}

internal sealed class NullableShape(Shape inner) : Shape
{
    public override void Write(GraphWriter writer, object? value)
    {
        writer.Byte(value is null ? (byte)0 : (byte)1);
        if (value is not null) inner.Write(writer, value);
    }

    public override object? Read(GraphReader reader)
    {
        byte tag = reader.Byte();
        if (tag > 1) reader.Fail();
        return tag == 0 ? null : inner.Read(reader);
    }
}

/// <summary>Of whoever signs its public key and nothing else.</summary>
internal sealed class SignerShape(Func<PublicKey, ISigner>? signerOf) : Shape
{
    public override void Write(GraphWriter writer, object? value)
    {
        writer.Byte(value is null ? (byte)0 : (byte)1);
        if (value is ISigner signer) writer.Bytes(signer.PublicKey.AsSpan());
    }

    public override object? Read(GraphReader reader)
    {
        byte tag = reader.Byte();
        if (tag > 1) reader.Fail();
        if (tag == 0) return null;
        if (!PublicKey.TryParse(reader.Bytes(), out PublicKey key)) reader.Fail();
        return reader.Failed ? null : signerOf?.Invoke(key);
    }
}

/// <summary>A port that the reader is given and of which the bytes hold nothing.</summary>
internal sealed class GivenShape(object? given) : Shape
{
    public override void Write(GraphWriter writer, object? value) => writer.Byte(value is null ? (byte)0 : (byte)1);

    public override object? Read(GraphReader reader) => reader.Byte() == 0 ? null : given;
}

/// <summary>What is left out: no bytes, and nothing in it when it is read.</summary>
internal sealed class EmptyShape(object empty) : Shape
{
    /// <param name="array">An <see cref="ImmutableArray{T}"/> of anything.</param>
    public static EmptyShape Of(Type array) => new(array.GetField(nameof(ImmutableArray<int>.Empty))!.GetValue(null)!);

    public override void Write(GraphWriter writer, object? value)
    {
    }

    public override object? Read(GraphReader reader) => empty;
}

/// <summary>A structure, field by field.</summary>
internal sealed class StructureShape(Type type) : Shape
{
    public ImmutableArray<(FieldInfo Field, Shape Shape)> Fields { get; set; } = [];

    public override void Write(GraphWriter writer, object? value)
    {
        foreach ((FieldInfo field, Shape shape) in Fields) shape.Write(writer, field.GetValue(value));
    }

    public override object? Read(GraphReader reader)
    {
        object value = RuntimeHelpers.GetUninitializedObject(type);
        foreach ((FieldInfo field, Shape shape) in Fields)
        {
            object? read = shape.Read(reader);
            if (reader.Failed) break;
            field.SetValue(value, read);
        }

        return value;
    }
}

/// <summary>An object of a type, or of one of its closed family, field by field.</summary>
internal sealed class ObjectShape(Type declared) : Shape
{
    /// <summary>The types that an object here may have; which of them is the first thing that is written.</summary>
    public ImmutableArray<(Type Type, ImmutableArray<(FieldInfo Field, Shape Shape)> Fields)> Family { get; set; } = [];

    public override void Write(GraphWriter writer, object? value)
    {
        if (!writer.Begin(value)) return;
        Type type = value!.GetType();
        for (int i = 0; i < Family.Length; i++)
        {
            if (Family[i].Type != type) continue;
            if (Family.Length > 1) writer.Count((ulong)i);
            foreach ((FieldInfo field, Shape shape) in Family[i].Fields) shape.Write(writer, field.GetValue(value));
            return;
        }

        Invariant.Break("an object of a type outside its family");
    }

    public override object? Read(GraphReader reader)
    {
        if (!reader.Begin(declared, out object? known)) return known;
        ulong index = Family.Length > 1 ? reader.Count() : 0;
        if (index >= (ulong)Family.Length) reader.Fail();
        if (reader.Failed || !reader.Descend()) return null;
        (Type type, ImmutableArray<(FieldInfo Field, Shape Shape)> fields) = Family[(int)index];
        object value = reader.See(RuntimeHelpers.GetUninitializedObject(type));
        foreach ((FieldInfo field, Shape shape) in fields)
        {
            object? read = shape.Read(reader);
            if (reader.Failed) break;
            field.SetValue(value, read);
        }

        reader.Ascend();
        return value;
    }
}

internal sealed class ArrayShape<T> : Shape
{
    public required Shape Item { get; init; }

    public override void Write(GraphWriter writer, object? value)
    {
        if (!writer.Begin(value)) return;
        T[] items = (T[])value!;
        writer.Count((ulong)items.Length);
        foreach (T item in items) Item.Write(writer, item);
    }

    public override object? Read(GraphReader reader)
    {
        if (!reader.Begin(typeof(T[]), out object? known)) return known;
        int length = reader.Length();
        if (!reader.Descend()) return null;
        T[] items = reader.See(new T[length]);
        for (int i = 0; i < length; i++)
        {
            object? item = Item.Read(reader);
            if (reader.Failed) break;
            items[i] = (T)item!;
        }

        reader.Ascend();
        return items;
    }
}

/// <summary>A collection that is its items in their order, and nothing else.</summary>
internal sealed class CollectionShape<TCollection, T> : Shape
    where TCollection : class, IEnumerable<T>
{
    public required Shape Item { get; init; }

    public required Func<TCollection, int> CountOf { get; init; }

    /// <summary>Null where it orders as its items do, or keeps the order of their coming.</summary>
    public required Func<TCollection, object?> OrderOf { get; init; }

    public required Func<bool, TCollection> Make { get; init; }

    /// <summary>False where the collection refuses it.</summary>
    public required Func<TCollection, T, bool> Add { get; init; }

    public override void Write(GraphWriter writer, object? value)
    {
        if (!writer.Begin(value)) return;
        TCollection items = (TCollection)value!;
        object? order = OrderOf(items);
        Invariant.Holds(order is null || ReferenceEquals(order, StringComparer.Ordinal));
        writer.Byte(order is null ? (byte)0 : (byte)1);
        writer.Count((ulong)CountOf(items));
        foreach (T item in items) Item.Write(writer, item);
    }

    public override object? Read(GraphReader reader)
    {
        if (!reader.Begin(typeof(TCollection), out object? known)) return known;
        byte order = reader.Byte();
        if (order > 1) reader.Fail();
        int length = reader.Length();
        if (!reader.Descend()) return null;
        TCollection items = reader.See(Make(order == 1));
        for (int i = 0; i < length; i++)
        {
            object? item = Item.Read(reader);
            if (!reader.Failed && (item is null || !Add(items, (T)item))) reader.Fail();
            if (reader.Failed) break;
        }

        reader.Ascend();
        return items;
    }
}
