using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Client;
using NodeRuntime.Client.Custody;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Peer;
using NodeRuntime.Host.Tests.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Cli.Tests.Receipts;

/// <summary>Custody from the shell: events at a real peer, traced over its API, and as a file without any peer.</summary>
public sealed class TraceTests : IClassFixture<OnePeer>, IDisposable
{
    private readonly OnePeer _one;
    private readonly CommandLine _line = new();

    public TraceTests(OnePeer one)
    {
        _one = one;
        File.Copy(Path.Combine(one.FolderOf("peer"), "node.key"), _line.PathOf("operator.key"));
        Directory.CreateDirectory(_line.PathOf(".config/noderuntime"));
        _line.Write(".config/noderuntime/context.yaml", $"version: 1\ncontacts: [{one.Address}]\ngenesis: {one.Chain}\nkey: {_line.PathOf("operator.key")}\n");
    }

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_chain_of_events_is_traced_from_any_of_them_drawn_and_kept()
    {
        (ulong id, string first) = await AddAsync("ingest");
        (_, string second) = await AddAsync("store", first);
        (_, string third) = await AddAsync("send", second);
        JsonElement traced = await UntilProvenAsync(second);
        Assert.Equal(("OK", "Accepted"), (Text(traced, "verdict"), Text(traced, "reason")));
        Assert.Equal([first, second, third], LeavesOf(traced));
        Assert.Equal(["ROUND OK 0", "ROUND OK 1", "ROUND OK 2"], traced.GetProperty("events").EnumerateArray().Select(static it => $"{Text(it, "state")} {Text(it, "result")} {it.GetProperty("layer").GetInt32()}"));

        // Who answers for the peer stands in each step.
        string account = KeyPolicy.Single(_one.PeerKey.PublicKey).ToAccountId().ToString();
        Assert.All(traced.GetProperty("events").EnumerateArray(), it => Assert.Equal(account, Text(it, "operator")));

        string svg = _line.PathOf("custody.svg");
        (ExitCode code, JsonElement byNumber) = await _line.RunJsonAsync("data", "trace", id.ToString(System.Globalization.CultureInfo.InvariantCulture), "--svg", svg);
        Assert.Equal((ExitCode.Ok, svg), (code, Text(byNumber, "svg")));
        Assert.Equal([first, second, third], LeavesOf(byNumber));
        Assert.Contains("</svg>", await File.ReadAllTextAsync(svg), StringComparison.Ordinal);

        (code, string output, _) = await _line.RunAsync("data", "trace", third);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("└─ store", output, StringComparison.Ordinal);

        // Cut off by its own limits it is not whole, and never OK.
        (code, JsonElement cut) = await _line.RunJsonAsync("data", "trace", third, "--events", "1");
        Assert.Equal((ExitCode.Inconclusive, "Incomplete", 1), (code, Text(cut, "reason"), cut.GetProperty("events").GetArrayLength()));
    }

    [Fact]
    public async Task The_example_of_the_page_does_what_it_says()
    {
        SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        ClientContext context = new([new Uri(_one.Address)], _one.Chain);
        ISigner signer = signatures.CreateSigner(_one.OwnerKey);
        string digest = new('d', 64);
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
        CancellationToken stop = end.Token;

        await using ClusterClient client = new(context, signer, signatures, TimeProvider.System);
        EventsAnswer entered = await client.AddEventsAsync([new EventRequest("ingest", digest, Class: "published")], stop);
        EventAnswer first = entered.Events[0];
        await foreach (EventStateAnswer it in client.FollowEventsAsync(entered.Peer, first.Id, stop))
        {
            if (it.Id == first.Id && it.State == EventStates.Round) break;
        }

        EventReceiptAnswer answer = await client.WaitForReceiptAsync(first.Id, stop);
        ReceiptTrust? trust = (await client.GetChainProofAsync(signatures, stop)).ToTrust(context.Chain, signatures);
        ReceiptResult result = new EventReceiptVerifier(signatures, null).Verify(Convert.FromBase64String(answer.Receipt), trust);

        Assert.Equal(ReceiptResult.Ok, result);
        string page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "provenance.md"), stop);
        string[] shown = page.Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] here = [.. (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "TraceTests.cs"), stop)).Select(static line => line.Trim())];
        int at = 0;
        foreach (string line in shown)
        {
            at = Array.IndexOf(here, line.Trim(), at) + 1;
            Assert.True(at > 0, "not run: " + line);
        }
    }

    [Fact]
    public async Task The_auditors_page_does_what_it_says()
    {
        if (_one.Witness is null) return;
        string[] blocks = [.. (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "auditor.md"))).Split("```sh\n").Skip(1).Select(static it => it.Split("```")[0])];
        Assert.Equal(2, blocks.Length);
        _line.Write("minutes.txt", "minutes of a meeting\n");
        _line.Write("copy.txt", "what was made of them\n");
        SortedDictionary<string, string> names = new(StringComparer.Ordinal) { ["HASH"] = _one.Chain.ToString(), ["KEY"] = WitnessKeys.ToText(_one.Witness) };
        foreach (string command in blocks[0].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool isExtending = command.Contains("receipt extend", StringComparison.Ordinal);
            JsonElement answer = await RunAsync(_line, command, isExtending ? ExitCode.Inconclusive : ExitCode.Ok);
            if (!answer.TryGetProperty("events", out JsonElement events) || !events[0].TryGetProperty("id", out JsonElement id)) continue;
            (names["LEAF"], names["NUMBER"]) = (Text(events[events.GetArrayLength() - 1], "leaf"), events[events.GetArrayLength() - 1].GetProperty("id").ToString());
        }

        // Another machine, which has the folder and no context.
        using CommandLine auditor = new();
        foreach (string file in Directory.EnumerateFiles(_line.PathOf("audit")))
        {
            Directory.CreateDirectory(auditor.PathOf("audit"));
            File.Copy(file, auditor.PathOf("audit/" + Path.GetFileName(file)));
        }

        File.Copy(_line.PathOf("copy.txt"), auditor.PathOf("copy.txt"));
        foreach (string command in blocks[1].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonElement answer = await RunAsync(auditor, command, command.Contains("explain", StringComparison.Ordinal) ? ExitCode.Inconclusive : null);
            if (command.Contains("data trace", StringComparison.Ordinal)) Assert.Equal(["ingest", "store", "send"], answer.GetProperty("events").EnumerateArray().Select(static it => Text(it, "kind")));
        }

        Assert.True(File.Exists(auditor.PathOf("audit/graph.svg")));

        // What is not there yet comes: a witness is at most a minute behind.
        async Task<JsonElement> RunAsync(CommandLine line, string command, ExitCode? early)
        {
            string[] words = [.. command.Split(" #")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
            foreach ((string name, string value) in names) words = Array.ConvertAll(words, word => word.Replace(name, value, StringComparison.Ordinal));
            string[] here = Array.ConvertAll(words, word => word.StartsWith("audit", StringComparison.Ordinal) || word.EndsWith(".txt", StringComparison.Ordinal) ? line.PathOf(word) : word);
            using CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
            while (true)
            {
                (ExitCode code, JsonElement answer) = await line.RunJsonAsync(here);
                if (code == ExitCode.Ok || (code == early && words[1] == "explain")) return answer;
                Assert.True(code == early, command + ": " + answer);
                await Task.Delay(100, end.Token);
            }
        }
    }

    [Fact]
    public async Task A_file_of_events_is_entered_and_followed_into_the_calendar()
    {
        string content = new('e', 64);
        string file = _line.Write("events.jsonl", $"{{\"kind\":\"ingest\",\"content\":\"{content}\"}}\n\n{{\"kind\":\"store\",\"content\":\"{content}\",\"class\":\"published\"}}\n");
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("data", "event", "add", "--batch", file, "--follow", "--out", _line.PathOf("b"));
        Assert.True(code == ExitCode.Ok, answer.ToString());
        Assert.Equal(["ROUND", "ROUND"], answer.GetProperty("events").EnumerateArray().Select(static it => Text(it, "state")));
        (code, JsonElement said) = await _line.RunJsonAsync("receipt", "verify", Text(answer.GetProperty("events")[1], "file"));
        Assert.Equal((ExitCode.Ok, "ROUND"), (code, Text(said.GetProperty("receipt"), "state")));
    }

    [Theory]
    [InlineData("{", "events.jsonl:1:")]
    [InlineData("null", "events.jsonl:1:")]
    [InlineData("{\"kind\":\"burn\",\"content\":\"12\"}", "events.jsonl:1:")]
    [InlineData("\n{\"kind\":\"store\",\"content\":\"12\"}", "events.jsonl:2:")]
    public async Task A_line_that_is_no_event_is_named(string text, string place)
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("data", "event", "add", "--batch", _line.Write("events.jsonl", text));
        Assert.Equal((ExitCode.Usage, "BatchMalformed"), (code, Text(answer.GetProperty("error"), "code")));
        Assert.Contains(place, Text(answer.GetProperty("error"), "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_custody_verifies_without_a_peer_and_damage_is_named()
    {
        (_, string first) = await AddAsync("ingest");
        (_, string second) = await AddAsync("store", first);
        await UntilProvenAsync(second);
        CustodyBundle bundle = await BundleAsync(second);
        using CommandLine offline = new();
        string file = offline.Write("custody.cbor", bundle.Encode());
        (ExitCode code, JsonElement answer) = await offline.RunJsonAsync("receipt", "verify", file, "--genesis", _one.Chain.ToString());
        Assert.Equal((ExitCode.Ok, "OK", 2), (code, Text(answer, "verdict"), answer.GetProperty("custody").GetProperty("events").GetArrayLength()));
        (code, answer) = await offline.RunJsonAsync("data", "trace", file, "--genesis", _one.Chain.ToString());
        Assert.Equal((ExitCode.Ok, "Accepted"), (code, Text(answer, "reason")));
        (code, answer) = await offline.RunJsonAsync("receipt", "verify", file);
        Assert.Equal((ExitCode.Inconclusive, "NoTrust"), (code, Text(answer, "reason")));
        (code, answer) = await offline.RunJsonAsync("receipt", "verify", file, "--genesis", new string('7', 64));
        Assert.Equal((ExitCode.VerificationFailed, "ChainProofWrong"), (code, Text(answer, "reason")));
        (code, answer) = await offline.RunJsonAsync("receipt", "explain", file);
        Assert.Equal((ExitCode.Inconclusive, 2), (code, answer.GetProperty("story").GetArrayLength()));

        // A parent left out is a gap; a step without its receipt is no proof; another signature is a lie.
        int second0 = bundle.Steps.ToList().FindIndex(it => NodeRuntime.Provenance.Records.RecordHash.Leaf(it.Record.Span).ToString() == second);
        Assert.Equal("Incomplete", await ReasonAsync(bundle with { Steps = [bundle.Steps[second0]] }));
        Assert.Equal("NotInCalendar", await ReasonAsync(bundle with { Steps = bundle.Steps.SetItem(0, bundle.Steps[0] with { Receipt = null }) }));
        byte[] signature = bundle.Steps[0].Receipt!.Signature.ToArray();
        signature[^1] ^= 1;
        CustodyStep forged = bundle.Steps[0] with { Receipt = bundle.Steps[0].Receipt! with { Signature = signature } };
        Assert.Equal("IssuerSignatureWrong", await ReasonAsync(bundle with { Steps = bundle.Steps.SetItem(0, forged) }));
        Assert.Equal("CustodyMalformed", await ReasonAsync(bundle with { Steps = [.. bundle.Steps, bundle.Steps[0]] }));

        async Task<string> ReasonAsync(CustodyBundle changed)
        {
            (ExitCode found, JsonElement said) = await offline.RunJsonAsync("receipt", "verify", offline.Write("changed.custody", changed.Encode()), "--genesis", _one.Chain.ToString());
            Assert.NotEqual(ExitCode.Ok, found);
            return Text(said, "reason");
        }
    }

    [Fact]
    public async Task A_receipt_goes_from_promised_to_its_round_and_to_witnessed()
    {
        if (_one.Witness is null) return;
        string key = WitnessKeys.ToText(_one.Witness);
        (ulong id, _) = await AddAsync("store");
        string file = _line.PathOf($"r/{id}.receipt");
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("receipt", "verify", file);
        Assert.Equal((ExitCode.Ok, "PROMISED"), (code, Text(answer.GetProperty("receipt"), "state")));
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
        string was = string.Empty;
        while (true)
        {
            (code, answer) = await _line.RunJsonAsync("receipt", "extend", file, "--witness", key);
            // The promise was kept, and that is said once: by whoever still had it.
            if (code is ExitCode.Ok or ExitCode.Inconclusive && Text(answer, "was") == "PROMISED")
            {
                Assert.Equal(0UL, answer.GetProperty("secondsLate").GetUInt64());
                Assert.True(answer.GetProperty("entered").GetUInt64() <= answer.GetProperty("due").GetUInt64());
            }

            if (code == ExitCode.Ok) break;
            // In no round yet, or in one that the witness has not seen: the file is never less than it was.
            bool isEarly = code == ExitCode.Refused && Text(answer.GetProperty("error"), "code") == "NotInCalendar";
            if (!isEarly) was = Text(answer, "is");
            Assert.True(isEarly || (code == ExitCode.Inconclusive && was == "ROUND"), answer.ToString());
            await Task.Delay(100, end.Token);
        }

        Assert.Equal(("WITNESSED", "OK"), (Text(answer, "is"), Text(answer, "result")));
        (code, answer) = await _line.RunJsonAsync("receipt", "verify", file, "--witness", key);
        Assert.Equal((ExitCode.Ok, "WITNESSED"), (code, Text(answer.GetProperty("receipt"), "state")));
        (code, answer) = await _line.RunJsonAsync("receipt", "verify", file);
        Assert.Equal((ExitCode.Inconclusive, "NoWitnesses"), (code, Text(answer, "reason")));
        // Whoever believes another witness finds nothing of it.
        string other = WitnessKeys.ToText(_one.Witness with { Name = "witness.example/2" });
        (code, answer) = await _line.RunJsonAsync("receipt", "verify", file, "--witness", other);
        Assert.Equal((ExitCode.VerificationFailed, "BelowWitnessQuorum"), (code, Text(answer, "reason")));
        (code, answer) = await _line.RunJsonAsync("receipt", "verify", file, "--witness", "nobody");
        Assert.Equal((ExitCode.Usage, "WitnessMalformed"), (code, Text(answer.GetProperty("error"), "code")));
    }

    [Fact]
    public async Task A_receipt_is_carried_to_the_root_of_the_day_and_then_needs_no_key_and_no_peer()
    {
        // A chain has its first root within seconds: what the peer did in its first second is under it.
        string file = _line.PathOf("first.receipt");
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
        JsonElement answer;
        while (true)
        {
            (ExitCode got, answer) = await _line.RunJsonAsync("receipt", "get", "1", "--out", file);
            if (got == ExitCode.Ok) (got, answer) = await _line.RunJsonAsync("receipt", "extend", file, "--published");
            if (got == ExitCode.Ok) break;
            Assert.True(Text(answer.GetProperty("error"), "code") is "NotInCalendar" or "NotPublished", answer.ToString());
            await Task.Delay(100, end.Token);
        }

        string proof = _line.PathOf("first.publication");
        Assert.Equal(("ROUND", "PUBLISHED", "OK", proof), (Text(answer, "was"), Text(answer, "is"), Text(answer, "result"), Text(answer, "publication")));
        // Once more it is what it is; and where the proof was lost, it comes again.
        (ExitCode code, answer) = await _line.RunJsonAsync("receipt", "extend", file);
        Assert.Equal((ExitCode.Ok, "PUBLISHED", "PUBLISHED"), (code, Text(answer, "was"), Text(answer, "is")));
        File.Delete(proof);
        (code, answer) = await _line.RunJsonAsync("receipt", "extend", file, "--published");
        Assert.True(code == ExitCode.Ok && File.Exists(proof), answer.ToString());

        using CommandLine offline = new();
        string here = offline.Write("first.receipt", await File.ReadAllBytesAsync(file)), genesis = _one.Chain.ToString();
        await IsAsync(ExitCode.Inconclusive, "PublicationUnknown", "--genesis", genesis);
        await IsAsync(ExitCode.Ok, "Accepted", "--genesis", genesis, "--publication", proof);
        byte[] bytes = await File.ReadAllBytesAsync(proof);
        offline.Write("first.publication", bytes);
        await IsAsync(ExitCode.Ok, "Accepted", "--genesis", genesis);
        await IsAsync(ExitCode.Inconclusive, "NoTrust");
        await IsAsync(ExitCode.VerificationFailed, "ChainProofWrong", "--genesis", new string('7', 64));
        await IsAsync(ExitCode.NotFound, "FileMissing", "--genesis", genesis, "--publication", offline.PathOf("none"));
        bytes[^1] ^= 1;
        offline.Write("first.publication", bytes);
        await IsAsync(ExitCode.VerificationFailed, "StateProofWrong", "--genesis", genesis);
        offline.Write("first.publication", bytes[..^1]);
        await IsAsync(ExitCode.VerificationFailed, "PublicationMalformed", "--genesis", genesis);

        async Task IsAsync(ExitCode expected, string reason, params string[] options)
        {
            (ExitCode found, JsonElement said) = await offline.RunJsonAsync(["receipt", "verify", here, .. options]);
            string name = said.TryGetProperty("error", out JsonElement error) ? Text(error, "code") : Text(said, "reason");
            Assert.Equal((expected, reason), (found, name));
        }
    }

    [Fact]
    public async Task What_no_root_holds_yet_stays_what_it_is_and_is_told_when_to_come_again()
    {
        PublicationDay before = Today;
        (ulong id, string leaf) = await AddAsync("store");
        await UntilProvenAsync(leaf);
        await UntilPublishedAsync();
        // Behind the root of the day: one that is entered now is a later second's.
        (id, leaf) = await AddAsync("store");
        await UntilProvenAsync(leaf);
        string file = _line.PathOf($"r/{id}.receipt");
        byte[] bytes = await File.ReadAllBytesAsync(file);
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("receipt", "extend", file, "--published");
        if (Today != before) return;
        Assert.Equal((ExitCode.NotFound, "NotPublished"), (code, Text(answer.GetProperty("error"), "code")));
        Assert.Contains($"{before.Next} 00:00 UTC", Text(answer.GetProperty("error"), "hint"), StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
    }

    private static PublicationDay Today => PublicationDay.Of(Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));

    private Task UntilPublishedAsync() => OnePeer.UntilAsync(() => _one.Peer.Node.Tip!.Proven.Records.LastPublication is not null);

    [Theory]
    [InlineData((int)ExitCode.NotFound, "NotFound", "9999999")]
    [InlineData((int)ExitCode.NotFound, "NotFound", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData((int)ExitCode.Usage, "HashMalformed", "nonsense")]
    [InlineData((int)ExitCode.Usage, "Usage", "1", "--events", "0")]
    [InlineData((int)ExitCode.Usage, "Usage", "1", "--depth", "-1")]
    public async Task What_cannot_be_traced_is_said_by_name(int expected, string error, params string[] words)
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(["data", "trace", .. words]);
        Assert.Equal((expected, error), ((int)code, Text(answer.GetProperty("error"), "code")));
    }

    private async Task<(ulong Id, string Leaf)> AddAsync(string kind, params string[] parents)
    {
        string[] before = [.. parents.SelectMany(static it => (string[])["--parent", it])];
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(["data", "event", "add", "--kind", kind, "--content", new string('c', 64), "--out", _line.PathOf("r"), .. before]);
        Assert.True(code == ExitCode.Ok, answer.ToString());
        JsonElement it = answer.GetProperty("events")[0];
        return (it.GetProperty("id").GetUInt64(), Text(it, "leaf"));
    }

    // Events are in a round a second or two later.
    private async Task<JsonElement> UntilProvenAsync(string leaf)
    {
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("data", "trace", leaf);
            if (code == ExitCode.Ok) return answer;
            Assert.Equal((ExitCode.Inconclusive, "NotInCalendar"), (code, Text(answer, "reason")));
            await Task.Delay(100, end.Token);
        }
    }

    private async Task<CustodyBundle> BundleAsync(string leaf)
    {
        SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        await using ClusterClient client = new(
            new ClientContext([new Uri(_one.Address)], _one.Chain), signatures.CreateSigner(NodeKeys.Load(_line.PathOf("operator.key"))), signatures, TimeProvider.System);
        Assert.True(Hash256.TryParse(leaf, out Hash256 hash));
        GatheredCustody gathered = await client.TraceAsync(hash, new CustodyLimits { Patience = TimeSpan.FromSeconds(60) }, CancellationToken.None);
        Assert.Equal(0, gathered.Unproven);
        return new CustodyBundle((await client.GetChainProofAsync(signatures, CancellationToken.None)).Encode(), gathered.Steps);
    }

    private static string[] LeavesOf(JsonElement answer) => [.. answer.GetProperty("events").EnumerateArray().Select(static it => Text(it, "leaf"))];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
