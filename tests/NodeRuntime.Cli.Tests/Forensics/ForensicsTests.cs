using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Tests.Forensics;

namespace NodeRuntime.Cli.Tests.Forensics;

public sealed class ForensicsTests
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
    private static readonly ForkScenario Scenario = new(SignerOf);
    private static readonly string Genesis = Scenario.Chain.ToString();
    private static readonly byte[] First = FileOf(Scenario.First);
    private static readonly byte[] Second = FileOf(Scenario.Second("a nullification"));

    [Fact]
    public async Task A_fork_names_its_culprits_with_evidence_that_a_chain_takes()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync(
            "forensics", line.Write("a", First), line.Write("b", Second), "--genesis", Genesis, "--evidence", line.PathOf("evidence"));

        Assert.Equal(ExitCode.VerificationFailed, code);
        Assert.Equal("FORK", answer.GetProperty("verdict").GetString());
        Assert.Equal("Attributed", answer.GetProperty("reason").GetString());
        Assert.Equal(1, answer.GetProperty("forkedAfter").GetInt32());
        Assert.Equal(2, answer.GetProperty("culpritsWeight").GetInt32());
        JsonElement[] culprits = [.. answer.GetProperty("culprits").EnumerateArray()];
        Assert.Equal([0, 1], culprits.Select(static culprit => culprit.GetProperty("validator").GetInt32()));
        foreach (JsonElement culprit in culprits)
        {
            byte[] bytes = Convert.FromBase64String(culprit.GetProperty("evidence").GetString()!);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(line.PathOf("evidence"), $"validator-{culprit.GetProperty("validator")}.evidence")));
            Assert.True(Evidence.TryDecode(bytes, out Evidence? evidence));
            Assert.Equal(EvidenceVerdict.Accepted, EvidenceRules.Check(evidence!, Scenario.Chain, Scenario.Genesis.ValidatorSet, Signatures, out _));
        }
    }

    [Fact]
    public async Task People_read_the_same()
    {
        using CommandLine line = new();
        (ExitCode code, string output, _) = await line.RunAsync("forensics", line.Write("a", First), line.Write("b", Second), "--genesis", Genesis);

        Assert.Equal(ExitCode.VerificationFailed, code);
        Assert.StartsWith("FORK Attributed", output, StringComparison.Ordinal);
        Assert.Contains("culprits hold 2 of 4 votes of epoch 0, a fork takes more than 1", output, StringComparison.Ordinal);
        Assert.Contains("validator 1, weight 1: DoubleFinalize in view 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chains_that_agree_are_ok_and_without_a_genesis_inconclusive()
    {
        using CommandLine line = new();
        string a = line.Write("a", First);
        string b = line.Write("b", FileOf([Scenario.Common]));
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("forensics", a, b, "--genesis", Genesis);
        Assert.Equal((ExitCode.Ok, "OK"), (code, answer.GetProperty("verdict").GetString()));

        (code, answer) = await line.RunJsonAsync("forensics", a, b);
        Assert.Equal((ExitCode.Inconclusive, "INCONCLUSIVE"), (code, answer.GetProperty("verdict").GetString()));

        // A fork of a chain that nobody vouches for accuses nobody; the facts are there all the same.
        (code, answer) = await line.RunJsonAsync("forensics", a, line.Write("c", Second));
        Assert.Equal((ExitCode.Inconclusive, "INCONCLUSIVE"), (code, answer.GetProperty("verdict").GetString()));
        Assert.Equal(2, answer.GetProperty("culprits").GetArrayLength());
    }

    [Fact]
    public async Task Missing_data_is_inconclusive_and_says_what_is_missing()
    {
        using CommandLine line = new();
        string b = line.Write("b", FileOf(Scenario.Second("a skip that did not travel")));
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("forensics", line.Write("a", First), b, "--genesis", Genesis);

        Assert.Equal((ExitCode.Inconclusive, "INCONCLUSIVE"), (code, answer.GetProperty("verdict").GetString()));
        Assert.Contains("more views were skipped", answer.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_genesis_and_a_forged_certificate_are_refused()
    {
        using CommandLine line = new();
        string a = line.Write("a", First);
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("forensics", a, a, "--genesis", new string('c', 64));
        Assert.Equal((ExitCode.VerificationFailed, "REFUSED"), (code, answer.GetProperty("verdict").GetString()));
        Assert.StartsWith("WrongChain", answer.GetProperty("reason").GetString(), StringComparison.Ordinal);

        ChainLink tip = Scenario.First[1] with { Finalization = Scenario.Certificate(2, VoteKind.Finalize, Scenario.First[1].Header.Digest, [0, 1]) };
        (code, answer) = await line.RunJsonAsync("forensics", a, line.Write("b", FileOf([Scenario.Common, tip])), "--genesis", Genesis);
        Assert.Equal(ExitCode.VerificationFailed, code);
        Assert.Equal("CertificateWrong in B at height 2", answer.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("cut")]
    [InlineData("a length without end")]
    [InlineData("no file")]
    [InlineData("an empty folder")]
    public async Task What_is_no_chain_is_named(string defect)
    {
        using CommandLine line = new();
        byte[] huge = [0x7f, 0xff, 0xff, 0xff, 0];
        string b = defect switch
        {
            "text" => line.Write("b", "not a chain"u8.ToArray()),
            "cut" => line.Write("b", First[..^7]),
            "a length without end" => line.Write("b", huge),
            "an empty folder" => Directory.CreateDirectory(line.PathOf("empty")).FullName,
            _ => line.PathOf("nowhere"),
        };
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("forensics", line.Write("a", First), b, "--genesis", Genesis);
        string name = answer.GetProperty("error").GetProperty("code").GetString()!;
        (ExitCode, string) expected = defect switch
        {
            "no file" => (ExitCode.NotFound, "FileMissing"),
            "an empty folder" => (ExitCode.NotFound, "GenesisMissing"),
            _ => (ExitCode.Usage, "ChainFileMalformed"),
        };
        Assert.Equal(expected, (code, name));
    }

    [Fact]
    public async Task A_peers_folder_is_read_and_exported_and_both_agree()
    {
        using CommandLine line = new();
        string peer = line.PathOf("peer");
        WriteFolder(peer);
        string exported = line.PathOf("chain");
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("chain", "export", "--data", peer, "--out", exported);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(Genesis, answer.GetProperty("chain").GetString());
        // The third block's certificate never came: nobody could check it, so it stays behind.
        Assert.Equal((1, 2), (answer.GetProperty("fromHeight").GetInt32(), answer.GetProperty("toHeight").GetInt32()));

        (code, answer) = await line.RunJsonAsync("forensics", exported, line.Write("b", Second), "--genesis", Genesis);
        Assert.Equal((ExitCode.VerificationFailed, "FORK"), (code, answer.GetProperty("verdict").GetString()));

        (code, answer) = await line.RunJsonAsync("chain", "export", "--data", Path.Combine(peer, "data"), "--out", exported);
        Assert.Equal(ExitCode.Ok, code);

        using DataFolder used = DataFolder.OpenExisting(Path.Combine(peer, "data"));
        (code, answer) = await line.RunJsonAsync("chain", "export", "--data", peer, "--out", exported);
        Assert.Equal((ExitCode.Failed, "FolderUnreadable"), (code, answer.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_file_that_begins_in_a_later_epoch_brings_the_seals_below()
    {
        using CommandLine line = new();
        ChainLink seal = Scenario.Seal(2, Scenario.Common, ForkScenario.One, []);
        ChainLink one = Scenario.Link(1, seal, ForkScenario.One, []);
        ChainLink other = Scenario.Link(1, seal, ForkScenario.Other, [], content: 1);
        string pruned = line.PathOf("pruned");
        WriteFolder(pruned, [one], ForkScenario.SealOf(seal));
        string exported = line.PathOf("chain");
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("chain", "export", "--data", pruned, "--out", exported);
        Assert.Equal((ExitCode.Ok, 3), (code, answer.GetProperty("fromHeight").GetInt32()));

        string whole = line.Write("b", FileOf([Scenario.Common, seal, other]));
        foreach (string path in (string[])[exported, pruned])
        {
            (code, answer) = await line.RunJsonAsync("forensics", path, whole, "--genesis", Genesis);
            Assert.Equal((ExitCode.VerificationFailed, "FORK", 1), (code, answer.GetProperty("verdict").GetString(), answer.GetProperty("epoch").GetInt32()));
            Assert.Equal(Scenario.SetOf(1).Members[0].Key.ToString(), answer.GetProperty("culprits")[0].GetProperty("key").GetString());
        }

        (code, answer) = await line.RunJsonAsync("forensics", line.Write("c", FileOf([one])), whole, "--genesis", Genesis);
        Assert.Equal((ExitCode.VerificationFailed, "SealMissing in A at height 3"), (code, answer.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Evidence_that_is_none_is_not_sent_to_anybody()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("chain", "accuse", line.Write("e", new byte[40]));
        Assert.Equal((ExitCode.Usage, "EvidenceMalformed"), (code, answer.GetProperty("error").GetProperty("code").GetString()));
        (code, answer) = await line.RunJsonAsync("chain", "accuse", line.PathOf("nowhere"));
        Assert.Equal((ExitCode.NotFound, "FileMissing"), (code, answer.GetProperty("error").GetProperty("code").GetString()));
    }

    private static void WriteFolder(string peer)
    {
        ChainLink later = Scenario.Link(3, Scenario.First[1], ForkScenario.One, []) with { Finalization = null };
        WriteFolder(peer, [.. Scenario.First, later], null);
    }

    private static void WriteFolder(string peer, IEnumerable<ChainLink> links, Seal? seal)
    {
        Directory.CreateDirectory(peer);
        File.WriteAllBytes(Path.Combine(peer, "genesis.bin"), Scenario.Genesis.Encode());
        using DataFolder folder = DataFolder.Open(Path.Combine(peer, "data"), Scenario.Chain);
        using SqlJournal journal = SqlJournal.OpenSqlite(folder);
        List<JournalWrite> writes = [];
        if (seal is not null) writes.Add(new JournalWrite.Put("seals", seal.Certified.Header.Epoch.Number, seal.Encode()));
        foreach (ChainLink link in links) writes.Add(new JournalWrite.Put("blocks", link.Header.Height.Number, StoredForm(link)));
        using ManualResetEventSlim written = new();
        journal.Write(new JournalBatch([.. writes]), verdict =>
        {
            if (verdict == JournalVerdict.Written) written.Set();
        });
        Assert.True(written.Wait(TimeSpan.FromSeconds(10)));
    }

    // As a peer stores a block: with its body, and the certificate where it has its own.
    private static byte[] StoredForm(ChainLink link)
    {
        WireWriter writer = new();
        writer.Record(WireType.StoredBlock, 2);
        new Block(link.Header, link.Justification, []).Write(writer);
        if (link.Finalization is null) writer.Null();
        else link.Finalization.Write(writer);
        return writer.End().ToArray();
    }

    private static byte[] FileOf(IEnumerable<ChainLink> links)
    {
        using MemoryStream file = new();
        Append(file, new ChainFileHead(Scenario.Genesis).Encode());
        foreach (ChainLink link in links) Append(file, link.Encode());
        return file.ToArray();
    }

    private static void Append(MemoryStream file, byte[] record)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, record.Length);
        file.Write(length);
        file.Write(record);
    }

    private static ISigner SignerOf(string name) =>
        Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, SHA256.HashData(Encoding.UTF8.GetBytes(name))));
}
