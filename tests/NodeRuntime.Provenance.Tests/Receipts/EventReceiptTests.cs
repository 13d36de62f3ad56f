using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Receipts;

public sealed class EventReceiptTests
{
    private static readonly ReceiptScenario Scenario = new(Signing.Fake);

    public static TheoryData<string> Names => [.. ReceiptCases.All.Select(static it => it.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_receipt_gets_its_answer(string name)
    {
        ReceiptCase it = ReceiptCases.All.Single(it => it.Name == name);
        ReceiptResult result = Scenario.Verifier.Verify(it.Make(Scenario), ReceiptCases.TrustOf(Scenario, it.Trust));
        Assert.Equal(it.Expected, result.ToString());
    }

    [Fact]
    public void The_table_has_sixty_mutations_and_every_code_that_a_receipt_can_get()
    {
        Assert.InRange(ReceiptCases.All.Count(static it => it.Expected.StartsWith("FAIL", StringComparison.Ordinal)), 60, 400);
        Assert.Equal(ReceiptCases.All.Count, ReceiptCases.All.Select(static it => it.Name).Distinct().Count());
        IEnumerable<string> seen = ReceiptCases.All.Select(static it => it.Expected.TrimEnd(')').Split('(')[^1]);
        // What is said where Ed25519 is missing has its own test.
        Assert.Equal(["None", "WitnessUnverifiable"], Enum.GetNames<ReceiptCode>().Except(seen));
    }

    [Theory]
    [InlineData(ReceiptState.Promised)]
    [InlineData(ReceiptState.Round)]
    [InlineData(ReceiptState.Witnessed)]
    [InlineData(ReceiptState.Published)]
    public void No_changed_byte_passes_for_another_fact(ReceiptState state)
    {
        byte[] bytes = Scenario.Make(state, 2, opensHeartbeat: state != ReceiptState.Promised).Encode();
        AssertAccepted(bytes, bytes);
        byte[] changed = [.. bytes];
        for (int i = 0; i < bytes.Length; i++)
        {
            changed[i] ^= 1;
            AssertRefusedOrSame(bytes, changed);
            changed[i] ^= 1;
        }
    }

    [Fact]
    public void Random_damage_never_throws_and_never_passes_for_another_fact()
    {
        Prng prng = new(9);
        byte[] good = Scenario.Make(ReceiptState.Witnessed).Encode();
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. good];
            int at = prng.NextBelow(damaged.Length);
            prng.Fill(damaged.AsSpan(at, Math.Min(1 + prng.NextBelow(16), damaged.Length - at)));
            AssertRefusedOrSame(good, damaged);
        }
    }

    [Fact]
    public void Without_Ed25519_a_witnessed_receipt_cannot_be_judged_and_a_wrong_one_still_can()
    {
        EventReceiptVerifier verifier = new(Scenario.Signing.Verifier, null);
        EventReceipt receipt = Scenario.Make(ReceiptState.Witnessed);
        Assert.Equal("INCONCLUSIVE(WitnessUnverifiable)", verifier.Verify(receipt.Encode(), Scenario.Trust).ToString());
        Assert.Equal(
            "FAIL(IssuerSignatureWrong)", verifier.Verify((receipt with { Signature = new byte[64] }).Encode(), Scenario.Trust).ToString());
        Assert.Equal(ReceiptResult.Ok, verifier.Verify(Scenario.Make(ReceiptState.Round).Encode(), Scenario.Trust));
    }

    [Fact]
    public void A_receipt_is_extended_to_a_publication_and_then_needs_no_key()
    {
        EventReceipt receipt = Scenario.Make(ReceiptState.Round, 5);
        ExtensionVerdict verdict = ReceiptExtension.TryExtend(
            receipt, Scenario.PathAt(ReceiptScenario.SizeLater), Scenario.GrowthBetween(ReceiptScenario.SizeThen, ReceiptScenario.SizeLater),
            Scenario.RootAt(ReceiptScenario.SizeLater), out EventReceipt? extended);
        Assert.Equal(ExtensionVerdict.Accepted, verdict);
        EventReceipt published = extended! with { State = ReceiptState.Published, Checkpoint = null, Signature = ReadOnlyMemory<byte>.Empty };
        EventReceiptVerifier keyless = new(new NoKeys(), null);
        Assert.Equal(ReceiptResult.Ok, keyless.Verify(published.Encode(), Scenario.Trust));
    }

    [Fact]
    public void A_way_that_does_not_continue_the_old_one_is_no_extension()
    {
        EventReceipt receipt = Scenario.Make(ReceiptState.Round);
        const int Then = ReceiptScenario.SizeThen, Later = ReceiptScenario.SizeLater;
        var path = Scenario.PathAt(Later);
        var growth = Scenario.GrowthBetween(Then, Later);
        Hash256 root = Scenario.RootAt(Later), other = Samples.Hash("other");
        Assert.Equal(
            ExtensionVerdict.StateWrong, ReceiptExtension.TryExtend(Scenario.Make(ReceiptState.Promised), path, growth, root, out _));
        Assert.Equal(ExtensionVerdict.IndexMoved, ReceiptExtension.TryExtend(receipt, path with { Index = 20 }, growth, root, out _));
        Assert.Equal(ExtensionVerdict.NotLarger, ReceiptExtension.TryExtend(receipt, Scenario.PathAt(Then), growth, root, out _));
        Assert.Equal(
            ExtensionVerdict.PastChanged, ReceiptExtension.TryExtend(receipt, path with { Path = path.Path.SetItem(0, other) }, growth, root, out _));
        Assert.Equal(
            ExtensionVerdict.PathWrong, ReceiptExtension.TryExtend(receipt, path with { Path = path.Path.SetItem(1, other) }, growth, root, out _));
        Assert.Equal(
            ExtensionVerdict.NotConsistent, ReceiptExtension.TryExtend(receipt, path, growth with { Path = growth.Path.SetItem(0, other) }, root, out _));
        Assert.Equal(
            ExtensionVerdict.NotConsistent, ReceiptExtension.TryExtend(receipt, path, Scenario.GrowthBetween(26, Later), root, out _));
    }

    [Fact]
    public void The_last_step_is_a_proof_that_tools_for_logs_read()
    {
        EventReceipt receipt = Scenario.Make(ReceiptState.Witnessed);
        string text = TlogProof.Of(receipt)!.ToString();
        string[] lines = text.Split('\n');
        Assert.Equal("c2sp.org/tlog-proof@v1", lines[0]);
        Assert.Equal("extra " + Convert.ToBase64String(Scenario.RoundLeaf.Encode()), lines[1]);
        Assert.Equal("index 21", lines[2]);
        Assert.EndsWith("\n\n" + receipt.Checkpoint, text, StringComparison.Ordinal);
        TlogProof read = TlogProof.TryParse(text)!;
        Assert.Equal(text, read.ToString());
        Assert.Equal(ReceiptCode.None, read.Check(out Checkpoint? checkpoint));
        Assert.Equal((ulong)ReceiptScenario.SizeThen, checkpoint!.Size);
        Assert.Equal(ReceiptCode.CalendarRootMismatch, (read with { Path = read.Path.SetItem(0, Samples.Hash("other")) }).Check(out _));
        Assert.Equal(ReceiptCode.PathTooShort, (read with { Path = read.Path[..^1] }).Check(out _));
        Assert.Equal(ReceiptCode.IndexOutOfRange, (read with { Index = 27 }).Check(out _));
        Assert.Equal(ReceiptCode.RoundMalformed, (read with { RoundRecord = new byte[2] }).Check(out _));
        Assert.Equal(ReceiptCode.CheckpointMalformed, (read with { Checkpoint = "x" }).Check(out _));
        Assert.Null(TlogProof.Of(Scenario.Make(ReceiptState.Promised)));
        Assert.All(
            [text.Replace("index 21", "index 021", StringComparison.Ordinal), text.Replace("@v1", "@v2", StringComparison.Ordinal),
                text.Replace("extra ", "extra", StringComparison.Ordinal), text.Replace("\n\n", "\n", StringComparison.Ordinal), ""],
            static it => Assert.Null(TlogProof.TryParse(it)));
    }

    // The example of C2SP's signed-note, with its key name and id.
    [Fact]
    public void A_note_keeps_its_text_and_its_lines()
    {
        const string Note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        SignedNote note = SignedNote.TryParse(Note)!;
        Assert.Equal(Note, note.ToString());
        Assert.Equal(("PeterNeumann", 0xc74f20a3u, 64), (note.Signatures[0].Name, note.Signatures[0].KeyId, note.Signatures[0].Bytes.Length));
        Assert.EndsWith("problem is.\n", note.Text, StringComparison.Ordinal);
        Assert.All(
            [Note[..^1], Note.Replace("\n\n", "\n", StringComparison.Ordinal), Note.Replace("Peter", "Pe+ter", StringComparison.Ordinal),
                Note.Replace("\u2014", "-", StringComparison.Ordinal), Note.Replace("AM=", "AN=", StringComparison.Ordinal), Note + "\n", ""],
            static it => Assert.Null(SignedNote.TryParse(it)));
    }

    // A line under the checkpoint that names nobody is ignored, as notes want it, and a state may be called a lower one: no fact changes by either.
    private static void AssertRefusedOrSame(byte[] good, byte[] changed)
    {
        if (Scenario.Verifier.Verify(changed, Scenario.Trust).Outcome == ReceiptOutcome.Ok) AssertAccepted(good, changed);
    }

    private static void AssertAccepted(byte[] good, byte[] accepted)
    {
        Assert.Equal(ReceiptCode.None, EventReceipt.TryDecode(good, out EventReceipt? expected));
        Assert.Equal(ReceiptResult.Ok, Scenario.Verifier.Verify(accepted, Scenario.Trust, out EventReceipt? actual));
        Assert.True(actual!.State <= expected!.State);
        Assert.Equal(expected.Issuer, actual.Issuer);
        Assert.Equal(expected.Record.ToArray(), actual.Record.ToArray());
        Assert.Equal(expected.Heartbeat?.ToArray(), actual.Heartbeat?.ToArray());
        Assert.Equal(expected.Segments.SelectMany(static it => it.Encode()), actual.Segments.SelectMany(static it => it.Encode()));
    }

    private sealed class NoKeys : ISignatureVerifier
    {
        public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature) =>
            throw new InvalidOperationException("no signature is to be looked at");
    }
}
