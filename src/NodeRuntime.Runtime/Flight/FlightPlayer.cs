using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>A machine made anew from a segment's checkpoint, told again what it was told, one step after the other.</summary>
public sealed class FlightPlayer
{
    private readonly FlightMachine _kind;
    private readonly object _machine;
    private readonly GivenSignatures _given;
    private readonly Shape _input;
    private readonly FlightEffects _effects;

    private FlightPlayer(FlightMachine kind, object machine, GivenSignatures given, Shape input)
    {
        _kind = kind;
        _machine = machine;
        _given = given;
        _input = input;
        _effects = new FlightEffects(kind);
        _effects.Reset();
    }

    /// <summary>Null where the checkpoint holds no machine of its kind.</summary>
    public static FlightPlayer? Open(FlightSegment segment, ISignatureVerifier signatures)
    {
        if (FlightSegment.KindOf(segment.Head) is not { } kind) return null;
        GivenSignatures given = new();
        Shapes shapes = kind.StateShapes(given.Of, signatures);
        GraphReader reader = new(segment.Checkpoint);
        object? machine = shapes.Of(kind.Machine).Read(reader);
        return reader.Succeeded && machine is not null ? new FlightPlayer(kind, machine, given, shapes.Of(kind.Input)) : null;
    }

    /// <summary>Where the machine stands, for a person.</summary>
    public string Describe() => _kind.Describe(_machine);

    /// <summary>One step; null where its input cannot be read.</summary>
    public PlayedStep? Play(FlightStep step)
    {
        GraphReader reader = new(step.Input);
        object? input = _input.Read(reader);
        if (!reader.Succeeded || input is null) return null;
        _given.Give(step.Signed);
        ImmutableArray<object> effects = [];
        string failure = string.Empty;
        try
        {
            effects = _kind.Step(_machine, step.Now, input);
        }
        catch (Exception exception)
        {
            // Compared with how it ended then: a failure is an outcome like any other, and so it is reported.
            failure = exception.GetType().Name;
        }

        ImmutableArray<byte[]> forms = _effects.Roll(effects);
        bool isEqual = failure == step.Failure && _given.WasAskedTheSame
            && step.Rolling.Span.SequenceEqual(_effects.Rolling.AsSpan()[..FlightStepWriter.RollingBytes]);
        return new PlayedStep(input, effects, failure, isEqual) { Differs = isEqual ? -1 : FirstDifference(step, forms) };
    }

    /// <summary>A recorded effect in words.</summary>
    public string Describe(ReadOnlyMemory<byte> effect) => _effects.Describe(effect);

    private static int FirstDifference(FlightStep step, ImmutableArray<byte[]> forms)
    {
        for (int i = 0; i < forms.Length && i < step.Effects.Length; i++)
        {
            if (!step.Effects[i].Span.SequenceEqual(forms[i])) return i;
        }

        return Math.Min(forms.Length, step.Effects.Length);
    }

    // The keys stay with the peer: what they signed then is given again, if it is asked for the same.
    private sealed class GivenSignatures
    {
        private readonly Queue<SignedDigest> _given = new();
        private bool _wasAskedForOther;

        public bool WasAskedTheSame => !_wasAskedForOther && _given.Count == 0;

        public ISigner Of(PublicKey key) => new Signer(this, key);

        public void Give(ImmutableArray<SignedDigest> signed)
        {
            _given.Clear();
            _wasAskedForOther = false;
            foreach (SignedDigest one in signed) _given.Enqueue(one);
        }

        private Signature Next(Hash256 digest)
        {
            if (!_given.TryDequeue(out SignedDigest next) || next.Digest != digest) _wasAskedForOther = true;
            return next.Signature;
        }

        private sealed class Signer(GivenSignatures given, PublicKey key) : ISigner
        {
            public PublicKey PublicKey => key;

            public Signature Sign(Hash256 digest) => given.Next(digest);
        }
    }
}

/// <summary>What a step gave when it was played.</summary>
/// <param name="IsEqual">Up to this step all effects were those of the recording.</param>
public sealed record PlayedStep(object Input, ImmutableArray<object> Effects, string Failure, bool IsEqual)
{
    /// <summary>The place of the first effect that differs; -1 where none does.</summary>
    public required int Differs { get; init; }
}
