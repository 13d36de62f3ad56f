using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Host.Witnesses;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Host.Tests.Witnesses;

/// <summary>A witness over real HTTP, with real keys and its own folder; the calendar is made by hand.</summary>
public sealed class WitnessServerTests : IAsyncLifetime
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
    private static readonly ISigner Validator = Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("a validator"u8).ToArray()));
    private static readonly ChainId Chain = new(Hasher.Sha256("a chain"u8));
    private static readonly Hash256[] Leaves = [.. Enumerable.Range(0, 40).Select(static i => Hasher.Sha256([(byte)i]))];
    private static readonly EpochPlan Plan = new(Chain, new Epoch(0), new Round(1_800_000_000), new Round(1_800_000_000), [256, 1], [new PlanValidator(Validator.PublicKey, 1)]);
    private static readonly HttpClient Http = new();
    private static readonly SystemEd25519? Ed25519 = SystemEd25519.TryOpen(out SystemEd25519? opened) ? opened : null;

    private readonly string _folder = Directory.CreateTempSubdirectory("noderuntime-witness-").FullName;
    private WitnessServer? _server;

    private static byte[] Seed => Hasher.Sha256("a witness"u8).ToArray();

    private static Witness Key => new("witness.example/1", Ed25519!.PublicKeyOf(Seed));

    public async Task InitializeAsync() => _server = Ed25519 is null ? null : await StartAsync();

    public async Task DisposeAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_checkpoint_that_continues_is_cosigned_and_the_line_verifies()
    {
        if (Ed25519 is null) return;
        (int status, string type, string line) = await AddAsync(0, 20);
        Assert.Equal((200, "text/plain; charset=utf-8"), (status, type));
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        AssertCosigned(20, line);
        (status, _, line) = await AddAsync(20, 27);
        Assert.Equal(200, status);
        AssertCosigned(27, line);
        // The same again is cosigned again: the answer may have been lost.
        (status, _, line) = await AddAsync(27, 27);
        Assert.Equal(200, status);
        AssertCosigned(27, line);
    }

    [Fact]
    public async Task What_the_protocol_refuses_is_refused_with_its_status()
    {
        if (Ed25519 is null) return;
        Assert.Equal(200, (await AddAsync(0, 20)).Status);
        Assert.Equal((409, "text/x.tlog.size", "20\n"), await AddAsync(0, 27));
        Assert.Equal((409, "text/x.tlog.size", "20\n"), await AddAsync(0, 10));
        Assert.Equal(400, (await AddAsync(20, 10)).Status);
        Assert.Equal((409, "text/x.tlog.size", "20\n"), await PostAsync(Request(20, [], NoteOf(20, Hasher.Sha256("another"u8)))));
        Assert.Equal(422, (await PostAsync(Request(20, [], NoteOf(27)))).Status);
        Assert.Equal(422, (await PostAsync(Request(20, Growth(20, 27), NoteOf(27, Hasher.Sha256("another"u8))))).Status);
        ISigner stranger = Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("a stranger"u8).ToArray()));
        Assert.Equal(403, (await PostAsync(Request(20, Growth(20, 27), NoteOf(27, signer: stranger)))).Status);
        ChainId other = new(Hasher.Sha256("another chain"u8));
        string text = new Checkpoint(Checkpoint.OriginOf(other), 27, RootAt(27)).Text;
        Assert.Equal(404, (await PostAsync(Request(20, Growth(20, 27), new SignedNote(text, [ValidatorNote.Sign(Validator, other, text)]).ToString()))).Status);
        Assert.Equal(400, (await PostAsync("old 20\n\nnothing")).Status);
        Assert.Equal(400, (await PostAsync(string.Empty)).Status);
        Assert.Equal(413, (await PostAsync(new string('x', AddCheckpoint.BytesMax + 1))).Status);
        using ByteArrayContent bytes = new([0xff, 0xfe, 0x0a]);
        using HttpResponseMessage garbled = await Http.PostAsync(new Uri(_server!.Address + WitnessServer.Route), bytes);
        Assert.Equal(400, (int)garbled.StatusCode);
        // After all that it is where it was.
        Assert.Equal(200, (await AddAsync(20, 27)).Status);
    }

    [Fact]
    public async Task Of_many_at_once_each_size_is_cosigned_once()
    {
        if (Ed25519 is null) return;
        Assert.Equal(200, (await AddAsync(0, 20)).Status);
        (int Status, string Type, string Body)[] answers = await Task.WhenAll(Enumerable.Range(21, 19).Select(size => AddAsync(20, size)));
        (int Status, string Type, string Body) won = Assert.Single(answers, static it => it.Status == 200);
        Assert.All(answers, it => Assert.True(it == won || it.Status == 409, it.ToString()));
    }

    [Fact]
    public async Task What_was_cosigned_is_remembered_after_a_restart_and_by_one_process_alone()
    {
        if (Ed25519 is null) return;
        Assert.Equal(200, (await AddAsync(0, 27)).Status);
        HostException taken = Assert.Throws<HostException>(() => Open());
        Assert.Contains("another process has it", taken.Message, StringComparison.Ordinal);
        await _server!.DisposeAsync();
        _server = await StartAsync();
        Assert.Equal((409, "text/x.tlog.size", "27\n"), await AddAsync(0, 20));
        Assert.Equal((409, "text/x.tlog.size", "27\n"), await PostAsync(Request(27, [], NoteOf(27, Hasher.Sha256("another"u8)))));
        await _server.DisposeAsync();
        _server = null;
        await File.WriteAllTextAsync(Path.Combine(_folder, "checkpoint"), "torn");
        Assert.Contains("cannot be read", Assert.Throws<HostException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_not_cosigned()
    {
        if (Ed25519 is null) return;
        await _server!.DisposeAsync();
        _server = null;
        string folder = Path.Combine(_folder, "gone");
        using WitnessBook book = Open(folder);
        // The folder is taken away under it; the lock's file is open and stays.
        Directory.Delete(folder, recursive: true);
        await Assert.ThrowsAnyAsync<IOException>(() => book.AddAsync(Request(0, [], NoteOf(20)), CancellationToken.None));
        Directory.CreateDirectory(folder);
        await Assert.ThrowsAnyAsync<IOException>(() => book.AddAsync(Request(0, [], NoteOf(20)), CancellationToken.None));
        Assert.Equal(0UL, book.Size);
    }

    [Fact]
    public async Task Who_signs_since_it_was_started_is_learned_and_who_has_left_signs_no_more()
    {
        if (Ed25519 is null) return;
        // From its eleventh second on another signs.
        ISigner successor = Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("a successor"u8).ToArray()));
        EpochPlan next = new(Chain, new Epoch(1), Plan.GenesisRound, new Round(Plan.FirstRound.Second + 10), [256, 1], [new PlanValidator(successor.PublicKey, 1)]);
        EpochPlan forged = Plan with { Validators = [new PlanValidator(successor.PublicKey, 1)] };
        HandTime time = new();
        ImmutableArray<EpochPlan>? file = null;
        List<(WitnessNews News, uint Newest)> heard = [];
        using WitnessBook book = WitnessBook.Open(
            Path.Combine(_folder, "learning"), new WitnessRules(Chain, [Plan], Signatures), Key, Seed, Ed25519, time,
            new WitnessChain(() => file, (news, newest) => heard.Add((news, newest.Number))));
        async Task<WitnessVerdict> AskAsync(int old, int size, ISigner signer) =>
            (await book.AddAsync(Request(old, old > 0 ? Growth(old, size) : [], NoteOf(size, signer: signer)), CancellationToken.None)).Verdict;

        Assert.Equal(WitnessVerdict.Accepted, await AskAsync(0, 8, Validator));
        Assert.Equal(WitnessVerdict.SignatureUntrusted, await AskAsync(8, 20, successor));
        // It looks again, and not with each request.
        file = [Plan, next];
        Assert.Equal(WitnessVerdict.SignatureUntrusted, await AskAsync(8, 20, successor));
        time.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(WitnessVerdict.SignatureUntrusted, await AskAsync(8, 20, Validator));
        Assert.Equal(WitnessVerdict.Accepted, await AskAsync(8, 20, successor));
        Assert.Equal([(WitnessNews.Newer, 1U)], heard);

        // An older one, or another, changes nothing.
        foreach ((ImmutableArray<EpochPlan> shown, WitnessNews news) in ((ImmutableArray<EpochPlan>, WitnessNews)[])[([Plan], WitnessNews.Older), ([forged, next], WitnessNews.Another), ([Plan, next], WitnessNews.Same)])
        {
            file = shown;
            time.Pass(TimeSpan.FromSeconds(5));
            Assert.Equal(WitnessVerdict.SignatureUntrusted, await AskAsync(20, 27, Validator));
            Assert.Equal((news, 1U), heard[^1]);
        }

        Assert.Equal(WitnessVerdict.Accepted, await AskAsync(20, 27, successor));
    }

    private sealed class HandTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Pass(TimeSpan length) => _ticks += length.Ticks;
    }

    private WitnessBook Open(string? folder = null) =>
        WitnessBook.Open(folder ?? _folder, new WitnessRules(Chain, [Plan], Signatures), Key, Seed, Ed25519!, TimeProvider.System);

    private Task<WitnessServer> StartAsync() => WitnessServer.StartAsync(Open(), "127.0.0.1:0", NullLoggerFactory.Instance);

    private Task<(int Status, string Type, string Body)> AddAsync(int old, int size) => PostAsync(Request(old, old > 0 && old < size ? Growth(old, size) : [], NoteOf(size)));

    private async Task<(int Status, string Type, string Body)> PostAsync(string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "text/plain");
        using HttpResponseMessage response = await Http.PostAsync(new Uri(_server!.Address + WitnessServer.Route), content);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? string.Empty, await response.Content.ReadAsStringAsync());
    }

    private static void AssertCosigned(int size, string line)
    {
        SignedNote note = SignedNote.TryParse(NoteOf(size) + line)!;
        ulong now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.Equal(ReceiptCode.None, CheckpointSignatures.CheckWitnesses(note, [Key], now - 60, Ed25519, out int count, out _));
        Assert.Equal(1, count);
    }

    private static string Request(int old, ImmutableArray<Hash256> proof, string note) => new AddCheckpoint((ulong)old, proof, note).ToString();

    private static ImmutableArray<Hash256> Growth(int first, int second) => MerkleTree.ProveConsistency([.. Leaves.Take(second)], first).Path;

    private static Hash256 RootAt(int size) => MerkleTree.Root([.. Leaves.Take(size)]);

    private static string NoteOf(int size, Hash256? root = null, ISigner? signer = null)
    {
        string text = new Checkpoint(Checkpoint.OriginOf(Chain), (ulong)size, root ?? RootAt(size)).Text;
        return new SignedNote(text, [ValidatorNote.Sign(signer ?? Validator, Chain, text)]).ToString();
    }
}
