using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Uses;

/// <summary>
/// What somebody who enters an event says of the data beside it: kept in this peer's log under the event's number and in no leaf, so that no receipt shows to
/// which class data belong. <c>[1, 350, class, module / null]</c>
/// </summary>
/// <param name="Class">A word, as <see cref="DataClass.Id"/>; empty where only the module is said.</param>
/// <param name="Module">Hash of the program that did it.</param>
public sealed record UseLabel(string Class, Hash256? Module)
{
    private const int Fields = 2;

    /// <summary>Small letters, digits and hyphens, at most <see cref="Limits.PostureWordCharactersMax"/>.</summary>
    public static bool IsClass(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) return false;
        }

        return text.Length is >= 1 and <= Limits.PostureWordCharactersMax;
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.UseLabel, Fields).Text(Class);
        if (Module is { } module) writer.Hash(module);
        else writer.Null();
        return writer.End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static UseLabel? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.UseLabel, Fields);
        UseLabel label = new(reader.Text(Limits.PostureWordCharactersMax), reader.TryNull() ? null : reader.Hash());
        reader.End();
        return reader.Succeeded && (label.Class.Length == 0 || IsClass(label.Class)) ? label : null;
    }
}
