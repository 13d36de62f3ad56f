using NodeRuntime.Crypto;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Posture;

/// <summary>
/// One step of an automaton: a thing of a control, or with an empty path what the control sees at all, goes from one state to another. A violation is two edges:
/// that which leads into <see cref="ControlState.Bad"/>, and that which leads out of it and names when it began.
/// <code>
/// [1, 331, number, control, class, path, from, to, cause, who / null, began / null, since, at, level]        who = [process, user / null, program]
/// </code>
/// </summary>
/// <param name="Number">From 1 on, without gaps, across restarts.</param>
/// <param name="Began">Of an edge out of bad or unknown: the earliest moment at which that may have begun.</param>
/// <param name="Since">The earliest moment at which this may have happened.</param>
/// <param name="At">When it was seen; for what was over when it was seen, when it was over.</param>
/// <param name="Level">Of the watch that saw it.</param>
public sealed record PostureEdge(
    ulong Number, string Control, ThingClass Class, string Path, ControlState From, ControlState To, EdgeCause By, Culprit? Who, Instant? Began, Instant Since, Instant At,
    AgentLevel Level)
{
    private const int Fields = 12;

    /// <summary>Whether a person should hear of it at once: something is bad, or nobody knows.</summary>
    public bool IsAlert => To != ControlState.Good;

    /// <summary>SHA-256 of its record: what the event in the calendar is about.</summary>
    public Hash256 Content => Hasher.Sha256(Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PostureEdge, Fields).UInt64(Number).Text(Control).UInt64((ulong)Class).Text(Path);
        writer.UInt64((ulong)From).UInt64((ulong)To).UInt64((ulong)By);
        if (Who is { } who)
        {
            writer.Array(3).UInt64((ulong)who.Process);
            if (who.User is { } user) writer.UInt64(user);
            else writer.Null();
            writer.Text(who.Program).End();
        }
        else
        {
            writer.Null();
        }

        if (Began is { } began) writer.Instant(began);
        else writer.Null();
        return writer.Instant(Since).Instant(At).UInt64((ulong)Level).End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static PostureEdge? Decode(System.ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.PostureEdge, Fields);
        ulong number = reader.UInt64();
        string control = reader.Text(Limits.PostureWordCharactersMax);
        byte thingClass = reader.Byte();
        string path = reader.Text(Limits.PosturePathCharactersMax);
        byte from = reader.Byte(), to = reader.Byte(), by = reader.Byte();
        Culprit? who = reader.TryNull() ? null : ReadCulprit(reader);
        Instant? began = reader.TryNull() ? null : reader.Instant();
        Instant since = reader.Instant(), at = reader.Instant();
        byte level = reader.Byte();
        reader.End();
        bool isKnown = thingClass is >= (byte)ThingClass.File and <= (byte)ThingClass.Peer && from <= (byte)ControlState.Unknown && to <= (byte)ControlState.Unknown
            && by is >= (byte)EdgeCause.Started and <= (byte)EdgeCause.Contradiction && level <= (byte)AgentLevel.MeasuredBoot;
        if (!reader.Succeeded || !isKnown) return null;
        return new PostureEdge(
            number, control, (ThingClass)thingClass, path, (ControlState)from, (ControlState)to, (EdgeCause)by, who, began, since, at, (AgentLevel)level);
    }

    private static Culprit ReadCulprit(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        int process = reader.Int32(0, int.MaxValue);
        uint? user = reader.TryNull() ? null : reader.UInt32();
        Culprit who = new(process, user, reader.Text(Limits.PosturePathCharactersMax));
        reader.End();
        return who;
    }
}
