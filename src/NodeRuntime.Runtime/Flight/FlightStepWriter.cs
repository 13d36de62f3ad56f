using System;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// Encodes steps, one behind the other, and rolls the hash of their effects along:
/// <code>
/// time | input | digests and signatures | failure | effects, each whole or, where it is long, its hash | rolling hash, 16 bytes
/// </code>
/// </summary>
internal sealed class FlightStepWriter
{
    /// <summary>A vote and its like stand whole, for a person to compare; of a long one the hash must do.</summary>
    public const int EffectBytesMax = 512;

    public const int RollingBytes = 16;

    private readonly Shape _input;
    private readonly FlightEffects _effects;
    private readonly GraphWriter _frame = new(FlightFrames.PayloadBytesMax);
    private readonly GraphWriter _part = new(FlightFrames.PayloadBytesMax);

    public FlightStepWriter(FlightMachine kind)
    {
        _input = kind.StateShapes(null, null).Of(kind.Input);
        _effects = new FlightEffects(kind);
    }

    public void Reset() => _effects.Reset();

    /// <summary>Empty where the step does not fit into a frame: nothing may follow it.</summary>
    public ReadOnlyMemory<byte> Frame(Instant now, object input, ImmutableArray<SignedDigest> signed, ImmutableArray<object> effects, string failure)
    {
        _frame.Clear();
        _frame.Int64(now.Microseconds);
        _part.Clear();
        _input.Write(_part, input);
        _frame.Bytes(_part.Written);
        _frame.Count((ulong)signed.Length);
        foreach (SignedDigest one in signed)
        {
            _frame.Raw(one.Digest.AsSpan());
            _frame.Bytes(one.Signature.AsSpan());
        }

        _frame.Bytes(Encoding.UTF8.GetBytes(failure));
        ImmutableArray<byte[]> forms = _effects.Roll(effects);
        _frame.Count((ulong)forms.Length);
        foreach (byte[] form in forms) _frame.Bytes(form);
        _frame.Raw(_effects.Rolling.AsSpan()[..RollingBytes]);
        return _frame.IsTooLong || _part.IsTooLong ? ReadOnlyMemory<byte>.Empty : FlightFrames.Frame(_frame.Written);
    }
}
