using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// Steps a machine and keeps, on a tape, what it was told: each input with its time, the signatures that it was given, and a
/// rolling hash of what it asked. Segments begin with the machine's whole state, so that any of them can be replayed alone.
/// Without a tape it only steps. What costs time is done on the tape's thread; a checkpoint, once in some minutes, here.
/// </summary>
internal sealed class FlightRecorder<TInput, TEffect>
    where TInput : class
    where TEffect : class
{
    // A state that was too large for a checkpoint is asked again when it may have shrunk.
    private static readonly Duration Patience = Duration.FromSeconds(30);

    private readonly Func<Instant, TInput, ImmutableArray<TEffect>> _step;
    private readonly IFlightTape? _tape;
    private readonly FlightSigning? _signing;
    private readonly object _machine;
    private readonly FlightHead? _head;
    private readonly Shape? _shape;
    private readonly FlightStepWriter? _steps;
    private Instant _notBefore = Instant.Epoch;

    private FlightRecorder(
        FlightMachine kind, object machine, Func<Instant, TInput, ImmutableArray<TEffect>> step, IFlightTape? tape, FlightSigning? signing, FlightHead? head)
    {
        _machine = machine;
        _step = step;
        _tape = tape;
        _signing = signing;
        _head = head;
        if (tape is null) return;
        _shape = kind.StateShapes(null, null).Of(kind.Machine);
        _steps = new FlightStepWriter(kind);
    }

    /// <param name="make">Makes the machine, each of whose signers must be put through what it is given.</param>
    public static (TMachine Machine, FlightRecorder<TInput, TEffect> Recorder) Around<TMachine>(
        FlightMachine kind, NodeModel model, NodePorts ports, Func<Func<ISigner, ISigner>, TMachine> make,
        Func<TMachine, Instant, TInput, ImmutableArray<TEffect>> step)
        where TMachine : class
    {
        if (ports.Flight is not { } tapes)
        {
            TMachine bare = make(static signer => signer);
            return (bare, new FlightRecorder<TInput, TEffect>(kind, bare, (now, input) => step(bare, now, input), null, null, null));
        }

        FlightSigning signing = new();
        TMachine machine = make(signing.Around);
        FlightHead head = new(kind.Name, model.Chain, ports.Signer.PublicKey, model.Version, kind.Schema(), kind.Build, Instant.Epoch);
        return (machine, new FlightRecorder<TInput, TEffect>(kind, machine, (now, input) => step(machine, now, input), tapes.Open(kind.Name), signing, head));
    }

    /// <param name="weight">About how many bytes the input holds.</param>
    public ImmutableArray<TEffect> Step(Instant now, TInput input, int weight = 0)
    {
        if (_tape is null) return _step(now, input);
        if (_tape.WantsSegment && now >= _notBefore) BeginSegment(now);
        ImmutableArray<TEffect> effects;
        try
        {
            effects = _step(now, input);
        }
        catch (Exception exception)
        {
            // The very input that a person will ask for.
            _tape.Offer(new StepRecord(_steps!, now, input, _signing!.Take(), [], exception.GetType().Name, weight));
            throw;
        }

        _tape.Offer(new StepRecord(_steps!, now, input, _signing!.Take(), ImmutableArray<object>.CastUp(effects), string.Empty, weight));
        return effects;
    }

    private void BeginSegment(Instant now)
    {
        GraphWriter writer = new(FlightFrames.PayloadBytesMax);
        try
        {
            _shape!.Write(writer, _machine);
        }
        catch (InvariantException exception)
        {
            // A defect here is no reason for the machine to stop: the tape says it.
            _notBefore = now + Patience;
            _tape!.Offer(new FailedRecord(exception));
            return;
        }

        if (writer.IsTooLong)
        {
            _notBefore = now + Patience;
            _tape!.Offer(new FailedRecord(new InvariantException("a checkpoint of at most " + FlightFrames.PayloadBytesMax + " bytes")));
            return;
        }

        byte[] head = FlightFrames.Frame((_head! with { At = now }).Encode());
        _tape!.Offer(new CheckpointRecord(_steps!, [.. head, .. FlightFrames.Frame(writer.Written)]));
    }

    private sealed class CheckpointRecord(FlightStepWriter steps, byte[] frames) : FlightRecord
    {
        public override bool BeginsSegment => true;

        public override int Weight => frames.Length;

        public override ReadOnlyMemory<byte> Encode()
        {
            steps.Reset();
            return frames;
        }
    }

    /// <summary>Tells the tape, which tells a person.</summary>
    private sealed class FailedRecord(InvariantException failure) : FlightRecord
    {
        public override bool BeginsSegment => true;

        public override int Weight => 0;

        public override ReadOnlyMemory<byte> Encode() => throw failure;
    }

    private sealed class StepRecord(
        FlightStepWriter steps, Instant now, object input, ImmutableArray<SignedDigest> signed, ImmutableArray<object> effects, string failure, int weight)
        : FlightRecord
    {
        public override bool BeginsSegment => false;

        // Small things are worth counting too: a queue of them holds memory.
        public override int Weight => 512 + weight;

        public override ReadOnlyMemory<byte> Encode() => steps.Frame(now, input, signed, effects, failure);
    }
}
