using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>Effects as a recording has them, and the hash that rolls over all of them since the segment's begin.</summary>
internal sealed class FlightEffects
{
    private const byte Whole = 1;
    private const byte Hashed = 2;

    private readonly Shape _shape;
    private readonly GraphWriter _writer = new(FlightFrames.PayloadBytesMax, isTree: true);

    public FlightEffects(FlightMachine kind) => _shape = kind.EffectShapes().Of(kind.Effect);

    public Hash256 Rolling { get; private set; }

    public void Reset() => Rolling = Hash256.Zero;

    public ImmutableArray<byte[]> Roll(ImmutableArray<object> effects)
    {
        ImmutableArray<byte[]>.Builder forms = ImmutableArray.CreateBuilder<byte[]>(effects.Length);
        foreach (object effect in effects)
        {
            _writer.Clear();
            _shape.Write(_writer, effect);
            Hash256 digest = Hasher.Sha256(_writer.Written);
            Rolling = Hasher.Sha256(Rolling.AsSpan(), digest.AsSpan());
            forms.Add(_writer.Written.Length <= FlightStepWriter.EffectBytesMax ? [Whole, .. _writer.Written] : [Hashed, .. digest.AsSpan()]);
        }

        // A step without effects moves the hash as well: it counts the steps.
        Rolling = Hasher.Sha256(Rolling.AsSpan(), [(byte)effects.Length]);
        return forms.ToImmutable();
    }

    /// <summary>For a person. What was replayed is known whole, whatever its length.</summary>
    public string Describe(ReadOnlyMemory<byte> form)
    {
        if (form.Length == 1 + Hash256.ByteCount && form.Span[0] == Hashed) return "an effect with the hash " + new Hash256(form.Span[1..]);
        if (form.Length == 0 || form.Span[0] != Whole) return "no effect";
        GraphReader reader = new(form[1..]);
        object? effect = _shape.Read(reader);
        return reader.Succeeded && effect is not null ? effect.ToString()! : "no effect";
    }
}
