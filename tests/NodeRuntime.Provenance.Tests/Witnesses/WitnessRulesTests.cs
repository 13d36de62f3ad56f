using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Tests.Receipts;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Provenance.Tests.Witnesses;

public sealed class WitnessRulesTests
{
    private static readonly string[] Quorum = ["v0", "v1", "v2"];
    private static readonly ReceiptScenario World = new(Signing.Fake);
    private static readonly WitnessRules Rules = new(Samples.Chain, [World.Plan, World.SecondPlan], Signing.Fake.Verifier);

    [Theory]
    [InlineData(0, 20, 0, WitnessVerdict.Accepted)]
    [InlineData(20, 27, 20, WitnessVerdict.Accepted)]
    [InlineData(27, 27, 27, WitnessVerdict.Accepted)]
    [InlineData(16, 27, 16, WitnessVerdict.Accepted)]
    [InlineData(20, 27, 0, WitnessVerdict.OldSizeStale)]
    [InlineData(0, 27, 20, WitnessVerdict.OldSizeStale)]
    [InlineData(27, 20, 20, WitnessVerdict.OldSizeStale)]
    [InlineData(27, 20, 27, WitnessVerdict.OldSizeAhead)]
    public void Only_what_was_cosigned_last_is_continued(int last, int size, int old, WitnessVerdict expected)
    {
        ImmutableArray<Hash256> proof = old == 0 || old >= size ? [] : World.GrowthBetween(old, size).Path;
        Assert.Equal(expected, Rules.Judge(Request(old, proof, NoteOf(size)), LastOf(last), out Checkpoint? kept));
        Assert.Equal(expected == WitnessVerdict.Accepted ? World.RootAt(size) : null, kept?.Root);
    }

    [Fact]
    public void Another_root_for_a_size_that_was_cosigned_is_a_conflict_and_for_a_larger_one_no_growth()
    {
        Assert.Equal(WitnessVerdict.RootConflict, Rules.Judge(Request(20, [], NoteOf(20, Samples.Hash("another"))), LastOf(20), out _));
        Assert.Equal(WitnessVerdict.ProofWrong, Rules.Judge(Request(20, World.GrowthBetween(20, 27).Path, NoteOf(27, Samples.Hash("another"))), LastOf(20), out _));
    }

    [Fact]
    public void A_proof_of_something_else_is_refused()
    {
        ImmutableArray<Hash256> proof = World.GrowthBetween(20, 27).Path;
        ImmutableArray<Hash256>[] wrong = [[], proof[..^1], [.. proof, proof[0]], [.. proof.Reverse()], World.GrowthBetween(19, 27).Path];
        foreach (ImmutableArray<Hash256> it in wrong) Assert.Equal(WitnessVerdict.ProofWrong, Rules.Judge(Request(20, it, NoteOf(27)), LastOf(20), out _));
        Assert.Equal(WitnessVerdict.ProofWrong, Rules.Judge(Request(0, proof, NoteOf(27)), null, out _));
        Assert.Equal(WitnessVerdict.ProofWrong, Rules.Judge(Request(27, proof, NoteOf(27)), LastOf(27), out _));
    }

    [Fact]
    public void Who_signs_is_the_plan_of_the_calendars_last_second()
    {
        Assert.Equal(WitnessVerdict.SignatureUntrusted, Rules.Judge(Request(0, [], NoteOf(27, validators: ["v1", "v3"])), null, out _));
        Assert.Equal(WitnessVerdict.SignatureUntrusted, Rules.Judge(Request(0, [], NoteOf(27, validators: ["v0"])), null, out _));
        Assert.Equal(WitnessVerdict.SignatureUntrusted, Rules.Judge(Request(0, [], NoteOf(40, validators: Quorum)), null, out _));
        Assert.Equal(WitnessVerdict.Accepted, Rules.Judge(Request(0, [], NoteOf(40, validators: ["v1", "v3"])), null, out _));
        SignedNote good = World.Note(27, World.RootAt(27), Quorum, []);
        NoteSignature other = new("somebody.else", 7, new byte[64]);
        Assert.Equal(WitnessVerdict.Accepted, Rules.Judge(Request(0, [], good.With(other).ToString()), null, out _));
        NoteSignature broken = good.Signatures[0] with { Bytes = new byte[65] };
        Assert.Equal(WitnessVerdict.SignatureUntrusted, Rules.Judge(Request(0, [], (good with { Signatures = good.Signatures.SetItem(0, broken) }).ToString()), null, out _));
    }

    [Fact]
    public void Another_log_and_sizes_that_no_calendar_has_are_refused()
    {
        string foreign = World.Note(27, World.RootAt(27), Quorum, [], $"example.com/log\n27\n{Convert.ToBase64String(World.RootAt(27).AsSpan())}\n").ToString();
        Assert.Equal(WitnessVerdict.OriginUnknown, Rules.Judge(Request(0, [], foreign), null, out _));
        foreach (string size in (string[])["0", "18446744073709551615", "253402300800"])
        {
            string text = $"{Checkpoint.OriginOf(Samples.Chain)}\n{size}\n{Convert.ToBase64String(MerkleTree.EmptyRoot.AsSpan())}\n";
            Assert.Equal(WitnessVerdict.SignatureUntrusted, Rules.Judge(Request(0, [], World.Note(0, MerkleTree.EmptyRoot, Quorum, [], text).ToString()), null, out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 1")]
    [InlineData("old 1\n")]
    [InlineData("old 01\n\nNOTE")]
    [InlineData("old -1\n\nNOTE")]
    [InlineData("old 18446744073709551616\n\nNOTE")]
    [InlineData("Old 0\n\nNOTE")]
    [InlineData("old  0\n\nNOTE")]
    [InlineData("old 0\r\n\r\nNOTE")]
    [InlineData("old 0\nAAAA\n\nNOTE")]
    [InlineData("old 0\n\n")]
    [InlineData("old 0\n\nno note")]
    [InlineData("\nold 0\n\nNOTE")]
    public void What_is_no_request_is_malformed(string text) =>
        Assert.Equal(WitnessVerdict.Malformed, Rules.Judge(text.Replace("NOTE", NoteOf(27), StringComparison.Ordinal), null, out _));

    [Fact]
    public void Sixty_three_lines_of_proof_are_the_most()
    {
        ImmutableArray<Hash256> hashes = [.. Enumerable.Repeat(Samples.Hash("h"), 63)];
        Assert.NotNull(AddCheckpoint.TryParse(Request(1, hashes, NoteOf(27))));
        Assert.Null(AddCheckpoint.TryParse(Request(1, [.. hashes, hashes[0]], NoteOf(27))));
        Assert.Null(AddCheckpoint.TryParse("old 0\n\n" + new string('x', AddCheckpoint.BytesMax)));
        AddCheckpoint read = AddCheckpoint.TryParse(Request(20, World.GrowthBetween(20, 27).Path, NoteOf(27)))!;
        Assert.Equal(Request(20, World.GrowthBetween(20, 27).Path, NoteOf(27)), read.ToString());
    }

    [Fact]
    public void Random_damage_never_throws_and_never_passes_for_another_checkpoint()
    {
        char[] good = Request(20, World.GrowthBetween(20, 27).Path, NoteOf(27)).ToCharArray();
        Prng prng = new(3);
        for (int i = 0; i < 2000; i++)
        {
            char[] changed = [.. good];
            for (int n = prng.NextBelow(3); n >= 0; n--) changed[prng.NextBelow(changed.Length)] = (char)prng.NextBelow(0x80);
            if (Rules.Judge(new string(changed), LastOf(20), out Checkpoint? kept) == WitnessVerdict.Accepted) Assert.Equal(World.RootAt(27), kept!.Root);
        }
    }

    [Fact]
    public void A_witnesss_key_as_text_is_one_text_of_one_key()
    {
        // RFC 8032, test 1: the seed and its public key.
        byte[] key = Convert.FromHexString("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        Witness witness = new("witness.example/1", key);
        string text = WitnessKeys.ToText(witness);
        Assert.Equal(witness.Name, WitnessKeys.TryParse(text)!.Name);
        Assert.Equal(key, WitnessKeys.TryParse(text)!.Key.ToArray());
        string hash = text.Split('+')[1];
        foreach (string wrong in (string[])["", "a", "a+b+c", text + "A", text.Replace(hash, "00000000", StringComparison.Ordinal), text.Replace("witness", "wit ness", StringComparison.Ordinal), text.Replace("+B", "+A", StringComparison.Ordinal)])
        {
            Assert.Null(WitnessKeys.TryParse(wrong));
        }

        if (!SystemEd25519.TryOpen(out SystemEd25519? ed25519)) return;
        byte[] seed = Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        Assert.True(WitnessKeys.TryParsePrivate(WitnessKeys.ToPrivateText(witness, seed), ed25519!, out Witness? again, out byte[] read));
        Assert.Equal(key, again!.Key.ToArray());
        Assert.Equal(seed, read);
        Assert.False(WitnessKeys.TryParsePrivate(WitnessKeys.ToPrivateText(witness, key), ed25519!, out _, out _));
    }

    private static string Request(int old, ImmutableArray<Hash256> proof, string note) => new AddCheckpoint((ulong)old, proof, note).ToString();

    private static string NoteOf(int size, Hash256? root = null, string[]? validators = null) => World.Note(size, root ?? World.RootAt(size), validators ?? Quorum, []).ToString();

    private static Checkpoint? LastOf(int size) => size == 0 ? null : new Checkpoint(Checkpoint.OriginOf(Samples.Chain), (ulong)size, World.RootAt(size));
}
