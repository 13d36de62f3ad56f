using System;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>What becomes of a file that is said to be a recording, in the order in which it is looked at.</summary>
public enum FlightVerdict
{
    Accepted,

    /// <summary>It does not begin with a recording's head.</summary>
    NotARecording,

    /// <summary>Its form, or what the machine holds and hears, is of another version of the program.</summary>
    OtherVersion,

    /// <summary>It was made on another chain than the one that was asked for, or than the segment before it.</summary>
    OtherChain,

    /// <summary>A part before its end cannot be read: not what a crash leaves.</summary>
    Damaged,

    /// <summary>It is whole and yet holds no state or no step of such a machine.</summary>
    ContentWrong,
}

/// <summary>One step as it was recorded.</summary>
/// <param name="Failure">The name of the exception that it ended in; empty for none.</param>
public sealed record FlightStep(
    Instant Now, ReadOnlyMemory<byte> Input, ImmutableArray<SignedDigest> Signed, string Failure, ImmutableArray<ReadOnlyMemory<byte>> Effects,
    ReadOnlyMemory<byte> Rolling);

/// <summary>A segment of a recording: who, the state that it begins with, and the steps from there.</summary>
/// <param name="TornBytes">What a crash left behind the last whole frame; it is left out.</param>
public sealed record FlightSegment(FlightHead Head, ReadOnlyMemory<byte> Checkpoint, ImmutableArray<FlightStep> Steps, int TornBytes)
{
    /// <summary>Recorded by another build of the machine than the one that is here.</summary>
    public bool IsOtherBuild => KindOf(Head)?.Build != Head.Build;

    /// <summary>Any bytes.</summary>
    /// <param name="chain">Null for any.</param>
    public static (FlightVerdict Verdict, FlightSegment? Segment) Read(ReadOnlyMemory<byte> bytes, ChainId? chain)
    {
        if (FlightFrames.Read(bytes) is not { } first) return (FlightVerdict.NotARecording, null);
        (FlightHead? head, ulong format) = FlightHead.Decode(first);
        if (head is null) return (format != 0 ? FlightVerdict.OtherVersion : FlightVerdict.NotARecording, null);
        if (KindOf(head) is not { } kind || kind.Schema() != head.Schema) return (FlightVerdict.OtherVersion, null);
        if (chain is { } expected && expected != head.Chain) return (FlightVerdict.OtherChain, null);
        ReadOnlyMemory<byte> rest = bytes[(FlightFrames.HeadBytes + first.Length)..];
        ReadOnlyMemory<byte>? checkpoint = null;
        ImmutableArray<FlightStep>.Builder steps = ImmutableArray.CreateBuilder<FlightStep>();
        while (FlightFrames.Read(rest) is { } payload)
        {
            rest = rest[(FlightFrames.HeadBytes + payload.Length)..];
            if (checkpoint is null)
            {
                checkpoint = payload;
                continue;
            }

            if (ReadStep(payload) is not { } step) return (FlightVerdict.ContentWrong, null);
            steps.Add(step);
        }

        if (FlightFrames.HasFrame(rest)) return (FlightVerdict.Damaged, null);
        // The first write was torn: there is nothing to begin with, and nothing to replay.
        FlightSegment segment = new(head, checkpoint ?? ReadOnlyMemory<byte>.Empty, steps.ToImmutable(), rest.Length);
        return (FlightVerdict.Accepted, segment);
    }

    public static FlightMachine? KindOf(FlightHead head)
    {
        foreach (FlightMachine kind in FlightMachine.All)
        {
            if (kind.Name == head.Machine) return kind;
        }

        return null;
    }

    private static FlightStep? ReadStep(ReadOnlyMemory<byte> payload)
    {
        GraphReader reader = new(payload);
        Instant now = new(reader.Int64());
        ReadOnlyMemory<byte> input = reader.Bytes().ToArray();
        int signatures = reader.Length();
        ImmutableArray<SignedDigest>.Builder signed = ImmutableArray.CreateBuilder<SignedDigest>();
        for (int i = 0; i < signatures && !reader.Failed; i++)
        {
            ReadOnlySpan<byte> digest = reader.Raw(Hash256.ByteCount);
            if (!Signature.TryParse(reader.Bytes(), out Signature signature)) reader.Fail();
            if (!reader.Failed) signed.Add(new SignedDigest(new Hash256(digest), signature));
        }

        string failure = Encoding.UTF8.GetString(reader.Bytes());
        int count = reader.Length();
        ImmutableArray<ReadOnlyMemory<byte>>.Builder effects = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (int i = 0; i < count && !reader.Failed; i++) effects.Add(reader.Bytes().ToArray());
        ReadOnlyMemory<byte> rolling = reader.Raw(FlightStepWriter.RollingBytes).ToArray();
        return reader.Succeeded ? new FlightStep(now, input, signed.ToImmutable(), failure, effects.ToImmutable(), rolling) : null;
    }
}
