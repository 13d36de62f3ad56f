using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Tests.Receipts;

namespace NodeRuntime.Provenance.Tests.Custody;

public sealed class CustodyBundleTests
{
    private static readonly ReceiptScenario Scenario = new(Signing.Fake);
    private static readonly EventReceipt[] Receipts =
    [
        .. Enumerable.Range(1, 6).Select(static i => Scenario.Make(ReceiptState.Round, i)), Scenario.Make(ReceiptState.Promised, 2), Scenario.Make(ReceiptState.Witnessed, 3),
    ];
    private static readonly CustodyBundle Bundle = new(
        new byte[] { 1, 2, 3 }, [.. Receipts.Select(static it => new CustodyStep(it.Record, it)), new CustodyStep(Samples.Event.Encode(), null)]);

    [Fact]
    public void Receipts_come_back_byte_for_byte_and_what_they_share_is_written_once()
    {
        byte[] bytes = Bundle.Encode();
        CustodyBundle read = CustodyBundle.TryDecode(bytes)!;
        Assert.True(CustodyBundle.IsOne(bytes));
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(new byte[] { 1, 2, 3 }, read.Proof.ToArray());
        Assert.Equal(Receipts.Select(static it => it.Encode()), read.Steps.Take(Receipts.Length).Select(static it => it.Receipt!.Encode()));
        Assert.Null(read.Steps[^1].Receipt);
        Assert.Equal(Samples.Event.Encode(), read.Steps[^1].Record.ToArray());
        foreach (CustodyStep step in read.Steps.Take(Receipts.Length)) Assert.Equal(ReceiptOutcome.Ok, Scenario.Verifier.Verify(step.Receipt!.Encode(), Scenario.Trust).Outcome);
        // Six receipts of one second: a spine and six ways.
        CustodyBundle six = new(default, Bundle.Steps[..6]), one = new(default, Bundle.Steps[..1]);
        Assert.InRange(six.Encode().Length - one.Encode().Length, 5 * 150, 5 * 350);
    }

    [Fact]
    public void Damage_is_no_bundle_or_another_one_and_never_throws()
    {
        byte[] good = Bundle.Encode();
        Prng prng = new(11);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = [.. good];
            changed[prng.NextBelow(changed.Length)] ^= (byte)(1 << prng.NextBelow(8));
            CustodyBundle? read = CustodyBundle.TryDecode(changed.AsMemory(0, prng.NextBelow(10) == 0 ? prng.NextBelow(changed.Length) : changed.Length));
            if (read is null) refused++;
            else Assert.Equal(changed, read.Encode());
        }

        Assert.InRange(refused, 100, 1999);
        Assert.Null(CustodyBundle.TryDecode(new byte[Limits.CustodyBytesMax + 1]));
    }

    [Fact]
    public void A_spine_that_nobody_needs_or_that_stands_there_twice_is_refused()
    {
        // The spine's head is a byte string of two bytes' length in a list of one.
        byte[] one = new CustodyBundle(default, Bundle.Steps[..1]).Encode();
        WireReader reader = new(one);
        reader.Record(WireType.CustodyBundle, 3);
        reader.Bytes(0);
        ImmutableArray<byte[]> spines = reader.List(1, static r => r.Bytes(100_000));
        byte[] other = SpineOf(new CustodyBundle(default, Bundle.Steps[6..7]).Encode());
        Assert.NotNull(CustodyBundle.TryDecode(With(spines)));
        Assert.Null(CustodyBundle.TryDecode(With([spines[0], spines[0]])));
        Assert.Null(CustodyBundle.TryDecode(With([spines[0], other])));
        Assert.Null(CustodyBundle.TryDecode(With([])));
    }

    private static byte[] SpineOf(byte[] bundle)
    {
        WireReader reader = new(bundle);
        reader.Record(WireType.CustodyBundle, 3);
        reader.Bytes(0);
        return reader.List(1, static r => r.Bytes(100_000))[0];
    }

    private static byte[] With(ImmutableArray<byte[]> spines)
    {
        WireWriter writer = new();
        writer.Record(WireType.CustodyBundle, 3).Bytes([]).Array(spines.Length);
        foreach (byte[] spine in spines) writer.Bytes(spine);
        Segment first = Receipts[0].Segments[0];
        writer.End().Array(1).Array(4).UInt64(0).Bytes(Receipts[0].Record.Span).UInt64(first.Index).Array(first.Path.Length);
        foreach (Hash256 hash in first.Path) writer.Hash(hash);
        return writer.End().End().End().End().ToArray();
    }
}
