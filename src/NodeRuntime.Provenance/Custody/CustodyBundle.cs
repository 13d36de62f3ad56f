using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Provenance.Custody;

/// <summary>
/// What happened to some data, in one file: events with their receipts, and what proves who signs the calendar. What receipts of one second share, the
/// <i>spine</i>, is written once; from spine and step each receipt comes back byte for byte.
/// <code>
/// bundle = #340(proof: bstr, spines: [* spine], steps: [* step])
/// spine  = [key, state, heartbeat / null, promise / null, plans: [* bstr], size, next / null, above: [* bstr], checkpoint / null, signature]
/// step   = [spine: uint / null, record, index, path: [* hash]]
/// </code>
/// Spines stand in the order in which steps need them first, none twice and none for nothing: one bundle has one encoding.
/// </summary>
/// <param name="Proof">Genesis and seals, as they lie beside receipts; empty where they are kept elsewhere. Not looked into here.</param>
public sealed record CustodyBundle(ReadOnlyMemory<byte> Proof, ImmutableArray<CustodyStep> Steps)
{
    private const int Fields = 3;
    private const int SpineItems = 10;
    private const int StepItems = 4;
    private const int PlansMax = 2;

    public byte[] Encode()
    {
        Invariant.Holds(Steps.Length <= Limits.CustodyStepsMax);
        List<byte[]> spines = [];
        int[] spineOf = new int[Steps.Length];
        for (int i = 0; i < Steps.Length; i++) spineOf[i] = Steps[i].Receipt is { } receipt ? IndexOf(spines, EncodeSpine(receipt)) : -1;
        WireWriter writer = new();
        writer.Record(WireType.CustodyBundle, Fields).Bytes(Proof.Span).Array(spines.Count);
        foreach (byte[] spine in spines) writer.Bytes(spine);
        writer.End().Array(Steps.Length);
        for (int i = 0; i < Steps.Length; i++)
        {
            writer.Array(StepItems);
            if (Steps[i].Receipt is { } receipt)
            {
                Invariant.Holds(receipt.Record.Span.SequenceEqual(Steps[i].Record.Span));
                writer.UInt64((ulong)spineOf[i]).Bytes(Steps[i].Record.Span).UInt64(receipt.Segments[0].Index).Array(receipt.Segments[0].Path.Length);
                foreach (Hash256 hash in receipt.Segments[0].Path) writer.Hash(hash);
                writer.End();
            }
            else
            {
                writer.Null().Bytes(Steps[i].Record.Span).UInt64(0).Array(0).End();
            }

            writer.End();
        }

        return writer.End().End().ToArray();
    }

    /// <summary>Never throws; null for bytes that are none.</summary>
    public static CustodyBundle? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Limits.CustodyBytesMax) return null;
        WireReader reader = new(bytes);
        reader.Record(WireType.CustodyBundle, Fields);
        byte[] proof = reader.Bytes(Limits.CustodyBytesMax);
        ImmutableArray<byte[]> encoded = reader.List(Limits.CustodyStepsMax, static r => r.Bytes(Limits.EventReceiptBytesMax));
        ImmutableArray<RawStep> raw = reader.List(Limits.CustodyStepsMax, ReadStep);
        reader.End();
        if (!reader.Succeeded) return null;
        List<EventReceipt> spines = [];
        for (int i = 0; i < encoded.Length; i++)
        {
            for (int before = 0; before < i; before++)
            {
                if (encoded[before].AsSpan().SequenceEqual(encoded[i])) return null;
            }

            if (DecodeSpine(encoded[i]) is not { } spine) return null;
            spines.Add(spine);
        }

        return Join(proof, spines, raw);
    }

    /// <summary>Whether bytes claim to be one.</summary>
    public static bool IsOne(ReadOnlyMemory<byte> bytes) => WireReader.TypeOf(bytes, Fields + 2) == WireType.CustodyBundle;

    private static CustodyBundle? Join(byte[] proof, List<EventReceipt> spines, ImmutableArray<RawStep> raw)
    {
        ImmutableArray<CustodyStep>.Builder steps = ImmutableArray.CreateBuilder<CustodyStep>(raw.Length);
        int used = 0;
        foreach (RawStep step in raw)
        {
            if (step.Spine is not { } index)
            {
                if (step.Index != 0 || !step.Path.IsEmpty) return null;
                steps.Add(new CustodyStep(step.Record, null));
                continue;
            }

            if (index > (ulong)used || index >= (ulong)spines.Count) return null;
            if (index == (ulong)used) used++;
            EventReceipt spine = spines[(int)index];
            Segment first = spine.Segments[0] with { Index = step.Index, Path = step.Path };
            steps.Add(new CustodyStep(step.Record, spine with { Record = step.Record, Segments = spine.Segments.SetItem(0, first) }));
        }

        return used == spines.Count ? new CustodyBundle(proof, steps.MoveToImmutable()) : null;
    }

    private static RawStep ReadStep(WireReader reader)
    {
        if (reader.Array(StepItems) != StepItems) reader.Fail();
        RawStep step = new(
            reader.TryNull() ? null : reader.UInt64(), reader.Bytes(Limits.ProvenanceRecordBytesMax), reader.UInt64(),
            reader.List(Limits.MerklePathHashesMax, static r => r.Hash()));
        reader.End();
        return step;
    }

    private static int IndexOf(List<byte[]> spines, byte[] spine)
    {
        for (int i = 0; i < spines.Count; i++)
        {
            if (spines[i].AsSpan().SequenceEqual(spine)) return i;
        }

        spines.Add(spine);
        return spines.Count - 1;
    }

    private static byte[] EncodeSpine(EventReceipt receipt)
    {
        WireWriter writer = new();
        writer.Array(SpineItems).Bytes(receipt.Issuer.AsSpan()).UInt64((ulong)receipt.State);
        Write(writer, receipt.Heartbeat);
        Write(writer, receipt.Promise);
        writer.Array(receipt.Plans.Length);
        foreach (ReadOnlyMemory<byte> plan in receipt.Plans) writer.Bytes(plan.Span);
        writer.End().UInt64(receipt.Segments[0].Size);
        Write(writer, receipt.Segments[0].Next);
        writer.Array(receipt.Segments.Length - 1);
        foreach (Segment segment in receipt.Segments.AsSpan()[1..]) writer.Bytes(segment.Encode());
        writer.End();
        if (receipt.Checkpoint is { } checkpoint) writer.Text(checkpoint);
        else writer.Null();
        return writer.Bytes(receipt.Signature.Span).End().ToArray();
    }

    private static EventReceipt? DecodeSpine(byte[] bytes)
    {
        WireReader reader = new(bytes);
        if (reader.Array(SpineItems) != SpineItems) reader.Fail();
        byte[] key = reader.Bytes(PublicKey.ByteCount);
        ulong state = reader.UInt64();
        ReadOnlyMemory<byte>? heartbeat = Read(reader), promise = Read(reader);
        ImmutableArray<ReadOnlyMemory<byte>> plans = reader.List(PlansMax, static r => (ReadOnlyMemory<byte>)r.Bytes(Limits.EpochPlanBytesMax));
        ulong size = reader.UInt64();
        ReadOnlyMemory<byte>? next = Read(reader);
        ImmutableArray<byte[]> above = reader.List(EventReceipt.SegmentsMax - 1, static r => r.Bytes(Limits.EventReceiptBytesMax));
        string? checkpoint = reader.TryNull() ? null : reader.Text(Limits.CheckpointBytesMax);
        byte[] signature = reader.Bytes(Signature.CompactByteCount);
        reader.End();
        if (!reader.Succeeded || signature.Length is not (0 or Signature.CompactByteCount)) return null;
        if (state is < (ulong)ReceiptState.Promised or > (ulong)ReceiptState.Published || !PublicKey.TryParse(key, out PublicKey issuer)) return null;
        ImmutableArray<Segment>.Builder segments = ImmutableArray.CreateBuilder<Segment>(above.Length + 1);
        segments.Add(new Segment(size, 0, [], next));
        foreach (byte[] segment in above)
        {
            if (Segment.TryDecode(segment) is not { } it) return null;
            segments.Add(it);
        }

        return new EventReceipt(issuer, (ReceiptState)state, default, heartbeat, promise, plans, segments.MoveToImmutable(), checkpoint, signature);
    }

    private static void Write(WireWriter writer, ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is { } there) writer.Bytes(there.Span);
        else writer.Null();
    }

    private static ReadOnlyMemory<byte>? Read(WireReader reader) =>
        reader.TryNull() ? null : (ReadOnlyMemory<byte>?)reader.Bytes(Limits.ProvenanceRecordBytesMax);

    private readonly record struct RawStep(ulong? Spine, byte[] Record, ulong Index, ImmutableArray<Hash256> Path);
}
