using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Host.Tests.Api;

/// <summary>What applications say to the endpoints of events, over real HTTP to a real peer.</summary>
public sealed class EventEndpointTests(OnePeer one) : IClassFixture<OnePeer>
{
    private static readonly string Digest = new('a', 64);

    private string Owner => one.TokenOf(one.OwnerKey);

    [Fact]
    public async Task One_event_has_a_number_a_leaf_and_a_promise_and_soon_a_receipt()
    {
        JsonElement added = await AddAsync(Owner, Event());
        JsonElement it = added.GetProperty("events")[0];
        Assert.Equal(one.PeerKey.PublicKey.ToPeerId().ToString(), Text(added, "peer"));
        Assert.Equal(ReceiptCode.None, EventReceipt.TryDecode(Convert.FromBase64String(Text(it, "receipt")), out EventReceipt? promised));
        Assert.Equal(ReceiptState.Promised, promised!.State);
        Assert.Equal(Text(it, "leaf"), RecordHash.Leaf(promised.Record.Span).ToString());

        ulong id = it.GetProperty("id").GetUInt64();
        EventReceipt receipt = await ReceiptAsync(id, Owner);
        Assert.Equal(ReceiptState.Round, receipt.State);
        Assert.Equal(promised.Record.ToArray(), receipt.Record.ToArray());
        Assert.Equal(new ReceiptResult(ReceiptOutcome.Inconclusive, ReceiptCode.NoTrust), new EventReceiptVerifier(one.Peer.Node.Ports.Signatures, null).Verify(receipt.Encode(), null));
    }

    [Fact]
    public async Task What_the_calendar_shows_a_witness_comes_back_cosigned_and_makes_a_receipt_witnessed()
    {
        if (one.Witness is null || !SystemEd25519.TryOpen(out SystemEd25519? ed25519)) return;
        ulong id = (await AddAsync(Owner, Event())).GetProperty("events")[0].GetProperty("id").GetUInt64();
        EventReceipt receipt = await ReceiptAsync(id, Owner);
        ulong size = receipt.Segments[^1].Size;
        (int Status, JsonElement Answer) said = default;
        await OnePeer.UntilAsync(() => (said = one.AskAsync(HttpMethod.Get, $"/v1/calendar/{size}/cosignatures", null).GetAwaiter().GetResult()).Status == 200);
        NoteSignature line = NoteSignature.TryParse(said.Answer.GetProperty("lines")[0].GetString()!)!;
        EventReceipt witnessed = receipt with { State = ReceiptState.Witnessed, Checkpoint = SignedNote.TryParse(receipt.Checkpoint!)!.With(line).ToString() };
        EventReceiptVerifier verifier = new(one.Peer.Node.Ports.Signatures, ed25519);
        Assert.Equal(ReceiptResult.Ok, verifier.Verify(witnessed.Encode(), one.Trust));
        Assert.Equal(ReceiptCode.BelowWitnessQuorum, verifier.Verify((receipt with { State = ReceiptState.Witnessed }).Encode(), one.Trust).Code);
        Assert.Equal((404, "NotCosigned"), await RefusalOfAsync("/v1/calendar/999999999/cosignatures", null));
    }

    [Fact]
    public async Task A_receipt_is_carried_into_a_later_calendar_by_what_the_peer_keeps()
    {
        EventReceipt early = await ReceiptAsync((await AddAsync(Owner, Event())).GetProperty("events")[0].GetProperty("id").GetUInt64(), Owner), late = early;
        while (late.Segments[^1].Size == early.Segments[^1].Size)
        {
            late = await ReceiptAsync((await AddAsync(Owner, Event())).GetProperty("events")[0].GetProperty("id").GetUInt64(), Owner);
        }

        (ulong from, ulong index, ulong size) = (early.Segments[^1].Size, early.Segments[^1].Index, late.Segments[^1].Size);
        (int status, JsonElement answer) = await one.AskAsync(HttpMethod.Get, $"/v1/calendar/{size}/way/{index}?from={from}", null);
        Assert.Equal(200, status);
        Hash256 root = Checkpoint.TryParse(SignedNote.TryParse(late.Checkpoint!)!.Text)!.Root;
        MerkleInclusionProof path = new(size, index, HashesOf(answer, "path"));
        MerkleConsistencyProof growth = new(from, size, HashesOf(answer, "growth"));
        Assert.Equal(ExtensionVerdict.Accepted, ReceiptExtension.TryExtend(early, path, growth, root, out _));
        foreach (string other in (string[])[$"999999999/way/{index}?from={from}", $"{size}/way/{size}?from={from}", $"{size}/way/{index}?from={size + 1}", $"{size}/way/{index}?from=0"])
        {
            Assert.Equal((404, "CalendarNotHere"), await RefusalOfAsync("/v1/calendar/" + other, null));
        }

        static ImmutableArray<Hash256> HashesOf(JsonElement answer, string name) =>
            [.. answer.GetProperty(name).EnumerateArray().Select(static it => Hash256.TryParse(it.GetString()!, out Hash256 hash) ? hash : throw new FormatException())];
    }

    [Fact]
    public async Task Roots_on_the_ledger_are_listed_and_each_has_its_proof()
    {
        JsonElement answer = default;
        await OnePeer.UntilAsync(() =>
        {
            answer = one.AskAsync(HttpMethod.Get, "/v1/publications", null).GetAwaiter().GetResult().Body;
            return answer.GetProperty("publications").GetArrayLength() > 0;
        });
        JsonElement it = answer.GetProperty("publications")[0];
        uint day = it.GetProperty("day").GetUInt32();
        PublicationRecord record = one.Peer.Node.Tip!.Proven.Records.Publication(new PublicationDay(day))!;
        Assert.Equal((record.Day.ToString(), record.Size, record.Root.ToString()), (Text(it, "date"), it.GetProperty("size").GetUInt64(), Text(it, "root")));
        (int status, JsonElement state) = await one.AskAsync(HttpMethod.Get, $"/v1/state/Publication/{Text(it, "key")}", null);
        Assert.Equal(200, status);
        Assert.True(StateProof.TryDecode(Convert.FromBase64String(Text(state, "proof")), out StateProof? proof));
        CertifiedHeader certified = CertifiedHeader.Read(new WireReader(Convert.FromBase64String(Text(state, "certifiedHeader"))));
        Assert.Equal(StateProofVerdict.Included, proof!.Verify(certified.Header.ParentStateRoot, StateKeys.Publication(record.Day), out ReadOnlyMemory<byte> value));
        Assert.Equal(record, PublicationRecord.Read(new WireReader(value)));
        (_, answer) = await one.AskAsync(HttpMethod.Get, "/v1/publications?from=4000000000", null);
        Assert.Equal(0, answer.GetProperty("publications").GetArrayLength());
    }

    [Fact]
    public async Task A_batch_is_promised_whole_in_its_order()
    {
        JsonElement added = await AddAsync(Owner, [.. Enumerable.Repeat(Event("store"), Limits.EventsPerCallMax)]);
        ulong[] ids = [.. added.GetProperty("events").EnumerateArray().Select(static it => it.GetProperty("id").GetUInt64())];
        Assert.Equal(Limits.EventsPerCallMax, ids.Length);
        Assert.Equal(Enumerable.Range(0, ids.Length).Select(i => ids[0] + (ulong)i), ids);
        Assert.Equal(ids.Length, added.GetProperty("events").EnumerateArray().Select(static it => Text(it, "leaf")).Distinct().Count());
    }

    [Theory]
    [InlineData("", 400, "BodyMalformed")]
    [InlineData("{", 400, "BodyMalformed")]
    [InlineData("null", 400, "BodyMalformed")]
    [InlineData("[]", 400, "BodyMalformed")]
    [InlineData("{\"events\":7}", 400, "BodyMalformed")]
    [InlineData("{\"events\":[]}", 422, "Empty")]
    [InlineData("{}", 422, "Empty")]
    [InlineData("{\"events\":[{\"kind\":\"ingest\",\"content\":\"12\"}]}", 400, "ContentMalformed")]
    [InlineData("{\"events\":[{\"kind\":\"ingest\"}]}", 400, "ContentMalformed")]
    [InlineData("{\"events\":[{\"kind\":\"burn\",\"content\":\"DIGEST\"}]}", 422, "KindUnknown")]
    [InlineData("{\"events\":[{\"content\":\"DIGEST\"}]}", 422, "KindUnknown")]
    [InlineData("{\"events\":[{\"kind\":\"ingest\",\"content\":\"DIGEST\",\"parents\":[\"12\"]}]}", 400, "ParentMalformed")]
    [InlineData("{\"events\":[{\"kind\":\"ingest\",\"content\":\"DIGEST\",\"zone\":\"nowhere\"}]}", 422, "ZoneMalformed")]
    [InlineData("{\"events\":[{\"kind\":\"ingest\",\"content\":\"DIGEST\"},null]}", 400, "BodyMalformed")]
    public async Task What_is_no_list_of_events_is_refused_by_name_and_nothing_is_entered(string body, int status, string code)
    {
        (int found, JsonElement answer) = await one.AskAsync(HttpMethod.Post, "/v1/events", Owner, body.Replace("DIGEST", Digest, StringComparison.Ordinal));
        Assert.Equal((status, code), (found, Text(answer, "code")));
    }

    [Fact]
    public async Task Too_many_events_too_many_parents_and_too_many_bytes_are_refused()
    {
        string many = Body([.. Enumerable.Repeat(Event(), Limits.EventsPerCallMax + 1)]);
        Assert.Equal((422, "TooMany"), await RefusalAsync(Owner, many));
        string parents = Event(parents: [.. Enumerable.Repeat(Digest, Limits.EventParentsMax + 1)]);
        Assert.Equal((422, "TooManyParents"), await RefusalAsync(Owner, Body(parents)));
        string large = Body(Event()) + new string(' ', Limits.EventsBodyBytesMax);
        Assert.Equal((413, "TooLarge"), await RefusalAsync(Owner, large));
    }

    [Fact]
    public async Task Who_has_no_token_or_no_balance_enters_nothing()
    {
        KeyPair nobody = KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("nobody"u8).ToArray());
        Assert.Equal((401, "TokenRefused"), await RefusalAsync(null, Body(Event())));
        Assert.Equal((401, "TokenRefused"), await RefusalAsync("00", Body(Event())));
        Assert.Equal((403, "ActorUnknown"), await RefusalAsync(one.TokenOf(nobody), Body(Event())));
    }

    [Fact]
    public async Task A_receipt_is_its_actors_and_the_peers_own_accounts_and_nobody_elses()
    {
        ulong id = (await AddAsync(Owner, Event())).GetProperty("events")[0].GetProperty("id").GetUInt64();
        await ReceiptAsync(id, one.TokenOf(one.PeerKey));
        KeyPair other = KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("another"u8).ToArray());
        Assert.Equal((404, "EventUnknown"), await RefusalOfAsync($"/v1/events/{id}/receipt", one.TokenOf(other)));
        Assert.Equal((404, "EventUnknown"), await RefusalOfAsync($"/v1/events/{id}", one.TokenOf(other)));
        Assert.Equal((401, "TokenRefused"), await RefusalOfAsync($"/v1/events/{id}/receipt", null));
        Assert.Equal((401, "TokenRefused"), await RefusalOfAsync($"/v1/events/{id}", null));
    }

    [Theory]
    [InlineData("/v1/events/0/receipt", 404, "EventUnknown")]
    [InlineData("/v1/events/9999999999/receipt", 404, "EventUnknown")]
    [InlineData("/v1/events/99999999999999999999/receipt", 400, "IdMalformed")]
    [InlineData("/v1/events/x/receipt", 400, "IdMalformed")]
    [InlineData("/v1/events/-1/receipt", 400, "IdMalformed")]
    [InlineData("/v1/events/0", 404, "EventUnknown")]
    [InlineData("/v1/events/x", 400, "IdMalformed")]
    [InlineData("/v1/events/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 404, "EventUnknown")]
    [InlineData("/v1/jobs/x/custody", 400, "IdMalformed")]
    [InlineData("/v1/jobs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/custody", 404, "JobUnknown")]
    public async Task What_is_not_there_is_said_by_name(string path, int status, string code) => Assert.Equal((status, code), await RefusalOfAsync(path, Owner));

    [Fact]
    public async Task Before_its_round_a_receipt_is_early_and_the_event_is_there()
    {
        // A second ends at its own time, and this asks at once: unless the machine stood still in between, it is early.
        (int Status, string Code) early = default;
        for (int i = 0; i < 20 && early.Code != "NotInCalendar"; i++)
        {
            ulong id = (await AddAsync(Owner, Event())).GetProperty("events")[0].GetProperty("id").GetUInt64();
            (int status, JsonElement answer) = await one.AskAsync(HttpMethod.Get, $"/v1/events/{id}", Owner);
            (int found, JsonElement receipt) = await one.AskAsync(HttpMethod.Get, $"/v1/events/{id}/receipt", Owner);
            Assert.Equal(200, status);
            if (found == 409) early = (found, Text(receipt, "code"));
            else Assert.Equal(200, found);
            Assert.Equal(Text(answer, "standing") == "Made", Text(answer, "receipt").Length > 0);
        }

        Assert.Equal((409, "NotInCalendar"), early);
    }

    [Fact]
    public async Task An_event_is_found_by_number_and_by_leaf_with_those_that_came_after_it()
    {
        JsonElement first = (await AddAsync(Owner, Event())).GetProperty("events")[0];
        JsonElement second = (await AddAsync(Owner, Event("send", parents: [Text(first, "leaf")]))).GetProperty("events")[0];
        (int status, JsonElement byLeaf) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + Text(first, "leaf"), Owner);
        Assert.Equal(200, status);
        Assert.Equal(first.GetProperty("id").GetUInt64(), byLeaf.GetProperty("id").GetUInt64());
        Assert.Equal([Text(second, "leaf")], byLeaf.GetProperty("children").EnumerateArray().Select(static it => it.GetString()));
        Assert.Equal(Text(first, "leaf"), RecordHash.Leaf(Convert.FromBase64String(Text(byLeaf, "record"))).ToString());
    }

    [Fact]
    public async Task What_the_peer_did_itself_is_its_operators_to_see_and_joins_what_came_before()
    {
        Hash256 custody = Hasher.Sha256("a lease"u8), content = Hasher.Sha256("a piece"u8);
        foreach (EventKind kind in (EventKind[])[EventKind.Receive, EventKind.Receive, EventKind.ProcessInput]) one.Peer.Node.System.EventStream.Publish(new PeerAct(kind, content, custody));
        ulong[] ids = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (ids.Length < 3)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it did not come in a minute");
            TaskCompletionSource<FoundCustody> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            one.Peer.Node.AskCustody(custody, NodeRuntime.Actors.ActorRef.FromDelegate<FoundCustody>("test", found => { answer.TrySetResult(found); }));
            ids = [.. (await answer.Task.WaitAsync(TimeSpan.FromSeconds(60))).Events];
        }

        (_, JsonElement run) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + ids[2], one.TokenOf(one.PeerKey));
        Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(Convert.FromBase64String(Text(run, "record")), out EventLeaf? leaf));
        Assert.Equal((EventKind.ProcessInput, 2), (leaf!.Kind, leaf.Parents.Length));
        Assert.Equal((404, "EventUnknown"), await RefusalOfAsync("/v1/events/" + ids[2], Owner));
    }

    [Fact]
    public async Task What_is_permitted_and_not_expected_raises_an_alert_with_the_events_number_and_ends_when_it_was_quiet()
    {
        string personal = Event().Replace("}", ",\"class\":\"personal\"}", StringComparison.Ordinal);
        JsonElement expected = (await AddAsync(Owner, personal)).GetProperty("events")[0];
        // What came of it is of its class, though nobody says so.
        ulong sent = (await AddAsync(Owner, Event("send", [Text(expected, "leaf")]))).GetProperty("events")[0].GetProperty("id").GetUInt64();
        string actor = KeyPolicy.Single(one.OwnerKey.PublicKey).ToAccountId().ToString();
        JsonElement began = await EdgeAsync($"kind/{actor}/{sent}", "Bad"), over = await EdgeAsync($"kind/{actor}/{sent}", "Good");
        Assert.Equal(("personal", "use", "UseOfKind"), (Text(began, "control"), Text(began, "class"), Text(began, "cause")));
        Assert.Equal(("Quiet", Text(began, "since")), (Text(over, "cause"), Text(over, "began")));
        (_, JsonElement status) = await one.AskAsync(HttpMethod.Get, "/v1/posture", one.TokenOf(one.PeerKey));
        Assert.Contains(status.GetProperty("controls").EnumerateArray(), static it => Text(it, "id") == "personal" && Text(it, "rule") == "expected-use");
    }

    [Fact]
    public async Task What_the_operator_reads_of_other_peoples_is_an_event_before_it_is_shown_and_theirs_to_see()
    {
        JsonElement it = (await AddAsync(Owner, Event().Replace("}", ",\"class\":\"personal\"}", StringComparison.Ordinal))).GetProperty("events")[0];
        string leaf = Text(it, "leaf"), mine = one.TokenOf(one.PeerKey);
        string account = KeyPolicy.Single(one.PeerKey.PublicKey).ToAccountId().ToString();
        // The owner's own reading is none of the peer's.
        (_, JsonElement before) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + leaf, Owner);
        Assert.Empty(before.GetProperty("children").EnumerateArray());
        Assert.Equal(200, (await one.AskAsync(HttpMethod.Get, "/v1/events/" + it.GetProperty("id"), mine)).Status);
        (_, JsonElement behind) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + leaf, Owner);
        string read = Assert.Single(behind.GetProperty("children").EnumerateArray()).GetString()!;
        (int status, JsonElement said) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + read, Owner);
        Assert.Equal(200, status);
        Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(Convert.FromBase64String(Text(said, "record")), out EventLeaf? record));
        Assert.Equal((EventKind.Read, account, leaf), (record!.Kind, record.Actor.ToString(), record.Parents.Single().ToString()));
        Assert.Equal(RecordHash.Subject(record.Salt, record.Parents[0]), record.Subject);
        // It is permitted, and nobody expected it of these data: their class goes with them.
        Assert.Equal(("personal", "UseByActor"), await CauseAsync($"actor/{account}/{record.Sequence}"));
        // What it did itself it may look at.
        Assert.Equal(200, (await one.AskAsync(HttpMethod.Get, "/v1/events/" + read, mine)).Status);
        Assert.Empty((await one.AskAsync(HttpMethod.Get, "/v1/events/" + read, mine)).Body.GetProperty("children").EnumerateArray());

        async Task<(string, string)> CauseAsync(string path)
        {
            JsonElement edge = await EdgeAsync(path, "Bad");
            return (Text(edge, "control"), Text(edge, "cause"));
        }
    }

    [Fact]
    public async Task A_receipt_that_the_operator_takes_of_other_peoples_is_read_as_well()
    {
        JsonElement it = (await AddAsync(Owner, Event())).GetProperty("events")[0];
        await ReceiptAsync(it.GetProperty("id").GetUInt64(), one.TokenOf(one.PeerKey));
        (_, JsonElement behind) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + Text(it, "leaf"), Owner);
        Assert.Single(behind.GetProperty("children").EnumerateArray());
    }

    [Fact]
    public async Task Which_of_its_keys_votes_is_an_event_of_each_start()
    {
        KeyUse use = new(KeyPurpose.Votes, one.PeerKey.PublicKey, new Epoch(0), null);
        bool isThere = false;
        for (int i = 1; i <= 64 && !isThere; i++)
        {
            (int status, JsonElement said) = await one.AskAsync(HttpMethod.Get, "/v1/events/" + i, one.TokenOf(one.PeerKey));
            if (status != 200) continue;
            Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(Convert.FromBase64String(Text(said, "record")), out EventLeaf? record));
            isThere = record!.Kind == EventKind.KeyUse && record.Subject == RecordHash.Subject(record.Salt, use.Content) && record.Actor == one.PeerKey.PublicKey.ToPeerId().Hash;
        }

        Assert.True(isThere);
    }

    [Fact]
    public async Task Who_enters_too_many_is_told_when_to_ask_again_and_nobody_else_is()
    {
        string batch = Body([.. Enumerable.Repeat(Event(), Limits.EventsPerCallMax)]), mine = one.TokenOf(one.PeerKey);
        for (int i = 0; ; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(one.Address + "/v1/events")) { Content = new StringContent(batch) };
            request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", mine);
            using HttpResponseMessage response = await one.Http.SendAsync(request);
            if ((int)response.StatusCode == 201)
            {
                Assert.True(i < 100, "no end of it");
                continue;
            }

            using JsonDocument said = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            Assert.Equal((429, "TooManyRequests"), ((int)response.StatusCode, Text(said.RootElement, "code")));
            Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
            break;
        }

        await AddAsync(Owner, Event());
    }

    [Fact]
    public async Task An_account_follows_its_own_events_from_the_disk_to_the_calendar()
    {
        Assert.Equal((401, "TokenRefused"), await RefusalOfAsync("/v1/events/stream", null));
        ulong early = (await AddAsync(Owner, Event())).GetProperty("events")[0].GetProperty("id").GetUInt64();
        using CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"{one.Address}/v1/events/stream?from={early}"));
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", Owner);
        using HttpResponseMessage response = await one.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
        Assert.Equal(200, (int)response.StatusCode);
        using System.IO.Stream body = await response.Content.ReadAsStreamAsync(end.Token);
        SortedDictionary<ulong, List<JsonElement>> told = [];
        ulong late = 0;
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(end.Token))
        {
            Assert.Equal("event", item.EventType);
            JsonElement it = JsonDocument.Parse(item.Data).RootElement;
            ulong id = it.GetProperty("id").GetUInt64();
            if (!told.TryGetValue(id, out List<JsonElement>? states)) told[id] = states = [];
            states.Add(it);
            // It is there from before; now one comes while somebody listens.
            if (late == 0) late = (await AddAsync(Owner, Event("send"))).GetProperty("events")[0].GetProperty("id").GetUInt64();
            if (id == late && Text(it, "state") == "ROUND") break;
        }

        Assert.Equal(["ACCEPTED", "ROUND"], told[early].Where(static it => Text(it, "state") != "PROMISED").Select(static it => Text(it, "state")));
        Assert.Equal(["ACCEPTED", "PROMISED", "ROUND"], told[late].Select(static it => Text(it, "state")));
        Assert.Equal($"/v1/events/{late}/receipt", Text(told[late][^1], "receipt"));
        Assert.Equal(Text(told[late][0], "leaf"), RecordHash.Leaf((await ReceiptAsync(late, Owner)).Record.Span).ToString());
    }

    [Theory]
    [InlineData("class", "Personal", "ClassMalformed")]
    [InlineData("class", "", "ClassMalformed")]
    [InlineData("module", "12", "ModuleMalformed")]
    public async Task What_is_said_of_data_is_a_word_and_a_digest(string key, string value, string code) =>
        Assert.Equal((400, code), await RefusalAsync(Owner, Body(Event().Replace("}", $",\"{key}\":\"{value}\"}}", StringComparison.Ordinal))));

    private async Task<JsonElement> EdgeAsync(string path, string to)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            (_, JsonElement said) = await one.AskAsync(HttpMethod.Get, "/v1/posture/alerts", one.TokenOf(one.PeerKey));
            foreach (JsonElement edge in said.GetProperty("edges").EnumerateArray())
            {
                if (Text(edge, "path") == path && Text(edge, "to") == to) return edge;
            }

            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "no edge in a minute: " + said);
            await Task.Delay(50);
        }
    }

    private async Task<JsonElement> AddAsync(string token, params string[] events)
    {
        (int status, JsonElement answer) = await one.AskAsync(HttpMethod.Post, "/v1/events", token, Body(events));
        Assert.True(status == 201, answer.ToString());
        return answer;
    }

    private async Task<EventReceipt> ReceiptAsync(ulong id, string token)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            (int status, JsonElement answer) = await one.AskAsync(HttpMethod.Get, $"/v1/events/{id}/receipt", token);
            if (status == 200)
            {
                Assert.Equal(ReceiptCode.None, EventReceipt.TryDecode(Convert.FromBase64String(Text(answer, "receipt")), out EventReceipt? receipt));
                return receipt!;
            }

            Assert.Equal((409, "NotInCalendar"), (status, Text(answer, "code")));
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "no round in a minute");
            await Task.Delay(50);
        }
    }

    private async Task<(int Status, string Code)> RefusalAsync(string? token, string body)
    {
        (int status, JsonElement answer) = await one.AskAsync(HttpMethod.Post, "/v1/events", token, body);
        return (status, Text(answer, "code"));
    }

    private async Task<(int Status, string Code)> RefusalOfAsync(string path, string? token)
    {
        (int status, JsonElement answer) = await one.AskAsync(HttpMethod.Get, path, token);
        return (status, Text(answer, "code"));
    }

    private static string Event(string kind = "ingest", string[]? parents = null) =>
        $"{{\"kind\":\"{kind}\",\"content\":\"{Digest}\",\"parents\":[{string.Join(',', (parents ?? []).Select(static it => $"\"{it}\""))}]}}";

    private static string Body(params string[] events) => $"{{\"events\":[{string.Join(',', events)}]}}";

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
