using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Client.Custody;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Client.Providers;
using NodeRuntime.Client.Reads;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Crypto;
using NodeRuntime.Network;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client;

/// <summary>
/// An account's way into the cluster: reads that need no trust, transactions that are signed once, jobs from submission to
/// a verified receipt. Safe to use from several threads. One process per key: a peer keeps one connection with each key,
/// and two processes would race for sequence numbers.
/// </summary>
public sealed class ClusterClient : IAsyncDisposable
{
    // Of a key that a peer uses at the same time.
    private const int DeclarationsMax = 5;

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(10);

    private readonly ClientContext _context;
    private readonly ISigner _signer;
    private readonly TimeProvider _time;
    private readonly ContactList _contacts;
    private readonly TransactionSender _sender;
    private readonly PeerDialer _dialer;
    private readonly ProviderConnections _connections;
    private readonly JobHost _host;

    public ClusterClient(ClientContext context, ISigner signer, ISignatureVerifier signatures, TimeProvider time)
    {
        _context = context;
        _signer = signer;
        _time = time;
        _contacts = new ContactList(context);
        Reads = new VerifiedReads(_contacts, context, signatures, time);
        _sender = new TransactionSender(_contacts, Reads, context, signer, time);
        _dialer = new PeerDialer(new NetworkConfig { Listen = string.Empty, Role = PeerRole.Client }, signer, signatures, context.Chain, time);
        _connections = new ProviderConnections(_dialer);
        _host = new JobHost(
            context, signer, signatures, Reads, new ProviderDirectory(_contacts), _connections, SubmitAcknowledgementAsync, time);
    }

    /// <summary>The account that the key names.</summary>
    public AccountId Account => _sender.Account;

    /// <summary>The ledger, proven.</summary>
    public VerifiedReads Reads { get; }

    // ---- accounts ----

    /// <summary>An account that was never used reads as empty.</summary>
    public async Task<AccountRecord> GetAccountAsync(AccountId account, CancellationToken cancellation) =>
        (await Reads.AccountAsync(account, cancellation).ConfigureAwait(false)).Record ?? AccountRecord.Empty;

    /// <summary>Returns when the ledger shows it.</summary>
    public Task<SubmittedTransaction> TransferAsync(AccountId to, Amount amount, CancellationToken cancellation) =>
        SendAsync([new Message.Transfer(to, amount)], cancellation);

    // ---- validators ----

    /// <summary>
    /// Declares the account's validator, or changes its key: in force from the seal of an epoch on whose look its bond earns it a place.
    /// </summary>
    /// <param name="key">Votes.</param>
    /// <param name="node">Of the peer that runs with that key.</param>
    /// <param name="anchor">Of the chain of reveals behind <paramref name="key"/>, as long as the chain's genesis says.</param>
    /// <param name="bond">Bonded in the same transaction; zero for none.</param>
    public Task<SubmittedTransaction> DeclareValidatorAsync(ISigner key, ISigner node, Hash256 anchor, Amount bond, CancellationToken cancellation)
    {
        Message.DeclareValidator declare = Possession.Declare(_context.Chain, Account, key, node, anchor);
        return SendAsync(bond == Amount.Zero ? [declare] : [new Message.Bond(bond), declare], cancellation);
    }

    /// <summary>The account's validator votes until the next seal and not after it.</summary>
    public Task<SubmittedTransaction> LeaveValidatorsAsync(CancellationToken cancellation) =>
        SendAsync([new Message.LeaveValidators()], cancellation);

    /// <summary>Development chains only. The fee is the sender's, so an empty account asks a funded one to call it.</summary>
    public Task<SubmittedTransaction> FaucetAsync(AccountId to, CancellationToken cancellation) =>
        SendAsync([new Message.Faucet(to)], cancellation);

    /// <summary>Signs messages as one transaction, hands it in and waits until it took effect.</summary>
    public async Task<SubmittedTransaction> SendAsync(ImmutableArray<Message> messages, CancellationToken cancellation)
    {
        SubmittedTransaction transaction = await _sender.SubmitAsync(messages, cancellation).ConfigureAwait(false);
        await _sender.ConfirmAsync(transaction, cancellation).ConfigureAwait(false);
        return transaction;
    }

    /// <summary>
    /// Finalized blocks without their bodies, from a height on, as a gateway has them; none where it has no more. Nothing of it is verified here: a
    /// forged chain is for forensics to refuse, and a forked one for it to take apart.
    /// </summary>
    public Task<List<ChainLink>> GetChainAsync(Height from, CancellationToken cancellation) => _contacts.AskAsync(
        "chain",
        async (gateway, stop) =>
        {
            string path = Routes.Chain.Replace("{from}", from.ToString(), StringComparison.Ordinal);
            ContactAnswer<ChainAnswer> answer = await gateway.GetAsync(path, ApiJson.Default.ChainAnswer, null, stop).ConfigureAwait(false);
            return answer.Value is null ? ContactAnswer<List<ChainLink>>.Failed(answer.Fault!, answer.Error) : ReadLinks(gateway, answer.Value);
        },
        cancellation);

    /// <summary>The seals of an epoch and of those after it, as many as a gateway gives at once. Nothing of it is verified here.</summary>
    public Task<List<Seal>> GetSealsAsync(Epoch from, CancellationToken cancellation) => _contacts.AskAsync(
        "seals",
        async (gateway, stop) =>
        {
            ContactAnswer<SealsAnswer> answer = await gateway.GetAsync(
                $"{Routes.Seals}?from={from}", ApiJson.Default.SealsAnswer, null, stop).ConfigureAwait(false);
            return answer.Value is null ? ContactAnswer<List<Seal>>.Failed(answer.Fault!, answer.Error) : ReadSeals(gateway, answer.Value);
        },
        cancellation);

    /// <summary>Hands evidence in; a gateway that takes it spreads it, and the next leader puts it into a block.</summary>
    /// <exception cref="ClientException">Refused, with the verdict as code.</exception>
    public async Task<string> AccuseAsync(Evidence evidence, CancellationToken cancellation)
    {
        ContactAnswer<EvidenceAnswer>? last = null;
        foreach (Gateway gateway in _contacts.Preferred())
        {
            last = await gateway.PostAsync(Routes.Evidence, evidence.Encode(), ApiJson.Default.EvidenceAnswer, cancellation).ConfigureAwait(false);
            if (last.Value is { } answer) return answer.Verdict;
        }

        ClientException failure = ContactList.Failure("evidence", last?.Fault is { } fault ? [fault] : []);
        if (last?.Error is not { } error || last.Fault!.Kind != ContactFaultKind.Refused) throw failure;
        throw new ClientException(ClientFailure.Refused, $"the evidence is refused: {error.Code}", error.Hint, [last.Fault]) { Code = error.Code };
    }

    private static ContactAnswer<List<Seal>> ReadSeals(Gateway gateway, SealsAnswer answer)
    {
        List<Seal> seals = [];
        foreach (string text in answer.Seals.IsDefault ? [] : answer.Seals)
        {
            if (LightRules.DecodeSeal(text) is { } seal) seals.Add(seal);
            else return ContactAnswer<List<Seal>>.Failed(ContactFaultKind.GatewayForged, gateway.Address, "what it calls a seal is none");
        }

        return ContactAnswer<List<Seal>>.Of(seals);
    }

    private static ContactAnswer<List<ChainLink>> ReadLinks(Gateway gateway, ChainAnswer answer)
    {
        List<ChainLink> links = [];
        foreach (string text in answer.Links.IsDefault ? [] : answer.Links)
        {
            byte[] bytes = new byte[text.Length];
            bool isLink = Convert.TryFromBase64String(text, bytes, out int count);
            if (!isLink || !ChainLink.TryDecode(bytes.AsMemory(0, count), out ChainLink? link))
            {
                return ContactAnswer<List<ChainLink>>.Failed(ContactFaultKind.GatewayForged, gateway.Address, "what it calls a chain is none");
            }

            links.Add(link!);
        }

        return ContactAnswer<List<ChainLink>>.Of(links);
    }

    /// <summary>Looks again and again until the probe gives something.</summary>
    /// <param name="what">For the error: "a balance of 5 tokens".</param>
    /// <exception cref="ClientException">TimedOut at the deadline.</exception>
    public async Task<T> WaitForAsync<T>(
        string what, Func<CancellationToken, Task<T?>> probe, TimeSpan within, CancellationToken cancellation) where T : class
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            if (await probe(cancellation).ConfigureAwait(false) is { } found) return found;
            if (_time.GetElapsedTime(start) > within)
            {
                throw new ClientException(
                    ClientFailure.TimedOut, $"waited {within.TotalSeconds:0.#} s for {what}, in vain", "see whether the chain moves: `noderuntime status`");
            }

            await Task.Delay(_context.PollInterval, _time, cancellation).ConfigureAwait(false);
        }
    }

    // ---- jobs ----

    /// <summary>Places the order and locks its deposit; returns when the ledger shows it.</summary>
    public async Task<OrderId> SubmitAsync(PreparedJob job, CancellationToken cancellation)
    {
        SubmittedTransaction transaction =
            await _sender.SubmitAsync([new Message.PlaceOrder(job.Terms)], cancellation).ConfigureAwait(false);
        OrderId id = StateKeys.OrderOf(Account, transaction.Sequence, 0);
        await _sender.ConfirmAsync(transaction, cancellation).ConfigureAwait(false);
        ProvenRecord<OrderRecord> order = await Reads.OrderAsync(id, cancellation).ConfigureAwait(false);
        if (order.Record?.Terms.SpecCommitment == job.Terms.SpecCommitment) return id;
        throw new ClientException(
            ClientFailure.Refused, "another transaction of this account took the order's place", "use one key per process, and submit again");
    }

    /// <summary>
    /// Follows an order to its end: hands the inputs to whoever wins, streams logs, stores and checks outputs, pays, takes the
    /// receipt. May be called again after a crash; it goes on where ledger and provider stand.
    /// </summary>
    /// <param name="folder">Where logs, outputs and receipt go; made for its owner alone.</param>
    /// <param name="tell">Called on the run's own loop: return soon.</param>
    /// <exception cref="ClientException">JobFailed, ProviderForged, or what the gateways do.</exception>
    public Task<JobReport> RunAsync(
        OrderId order, PreparedJob job, string folder, Action<JobEvent>? tell, CancellationToken cancellation) =>
        new JobRunner(_host, job, order, folder, tell ?? (static _ => { })).RunAsync(cancellation);

    /// <summary>The order and its newest lease, proven; null where the ledger has no such order.</summary>
    public async Task<JobStatus?> GetJobAsync(OrderId id, CancellationToken cancellation)
    {
        ProvenRecord<OrderRecord> order = await Reads.OrderAsync(id, cancellation).ConfigureAwait(false);
        if (order.Record is not { } record) return null;
        if (record.Attempts == 0) return new JobStatus(id, record, null, null, order.Height);
        LeaseId leaseId = StateKeys.LeaseOf(id, (byte)(record.Attempts - 1));
        ProvenRecord<LeaseRecord> lease = await Reads.LeaseAsync(leaseId, cancellation).ConfigureAwait(false);
        return new JobStatus(id, record, leaseId, lease.Record, order.Height);
    }

    /// <summary>Takes an open order back, or ends a running lease and pays what has accrued.</summary>
    public async Task<JobStatus> CancelAsync(OrderId id, CancellationToken cancellation)
    {
        JobStatus job = await GetJobAsync(id, cancellation).ConfigureAwait(false) ?? throw JobUnknown(id);
        if (job.Order.Owner != Account) throw new ClientException(ClientFailure.Refused, $"job {id} belongs to another account", "use its owner's key");
        Message message = job.Order.State switch
        {
            OrderState.Open => new Message.CancelOrder(id),
            OrderState.Leased => new Message.CloseLease(job.LeaseId!.Value),
            OrderState.Completed => throw JobOver(job),
            OrderState.Cancelled => throw JobOver(job),
            OrderState.Expired => throw JobOver(job),
        };
        await SendAsync([message], cancellation).ConfigureAwait(false);
        return await GetJobAsync(id, cancellation).ConfigureAwait(false) ?? throw JobUnknown(id);
    }

    /// <summary>The owner's jobs as one gateway lists them: an index without proof. Prove each with <see cref="GetJobAsync"/>.</summary>
    public async Task<JobsAnswer> ListJobsAsync(CancellationToken cancellation) =>
        await _contacts.AskAsync(
            "jobs",
            async (gateway, stop) =>
            {
                ContactAnswer<Audience> audience = await AudienceAsync(gateway, stop).ConfigureAwait(false);
                return audience.Fault is { } fault
                    ? ContactAnswer<JobsAnswer>.Failed(fault, audience.Error)
                    : await gateway.GetAsync(
                        Routes.Jobs, ApiJson.Default.JobsAnswer, TokenFor(audience.Value!.Peer, TokenLifetime), stop).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);

    // ---- events ----

    /// <summary>
    /// Enters events under this account's name, all or none; returns when they are durable at one gateway, with its promise for each. Which gateway that
    /// was stands in the answer: the events are that peer's. What is promised twice, because an answer was lost, is two events.
    /// </summary>
    /// <exception cref="ClientException">Refused, with the verdict as code.</exception>
    public async Task<EventsAnswer> AddEventsAsync(ImmutableArray<EventRequest> events, CancellationToken cancellation)
    {
        ImmutableArray<EventRequest>.Builder whole = ImmutableArray.CreateBuilder<EventRequest>(events.Length);
        foreach (EventRequest it in events) whole.Add(it.Parents.IsDefault ? it with { Parents = [] } : it);
        byte[] body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new EventsRequest(whole.MoveToImmutable()), ApiJson.Default.EventsRequest);
        return await AskAsOwnerAsync(
            "events", (gateway, token, stop) => gateway.PostJsonAsync(Routes.Events, body, ApiJson.Default.EventsAnswer, token, stop), cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// This account's events at a peer as they go their way, from a number on: ACCEPTED, PROMISED, ROUND, as long as the connection lasts. What a slow reader
    /// misses is left out: ask for those by number.
    /// </summary>
    /// <param name="peer">Whose events: it is in the answer of <see cref="AddEventsAsync"/>.</param>
    /// <exception cref="ClientException">Unreachable where no contact is that peer; or refused, with the API's code.</exception>
    public async IAsyncEnumerable<EventStateAnswer> FollowEventsAsync(string peer, ulong from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string path = Routes.EventStream + "?from=" + from.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (Gateway gateway in _contacts.Preferred())
        {
            if ((await AccessAsync(gateway, cancellation).ConfigureAwait(false)).Value is not { } access || access.Peer.ToString() != peer) continue;
            await foreach (SseItem<string> item in gateway.StreamAsync(path, access.Token, cancellation).ConfigureAwait(false))
            {
                if (item.EventType != "event") continue;
                if (System.Text.Json.JsonSerializer.Deserialize(item.Data, ApiJson.Default.EventStateAnswer) is { } state) yield return state;
            }

            yield break;
        }

        throw new ClientException(ClientFailure.Unreachable, $"no contact is the peer {peer}", "name it with `contacts:` in the context");
    }

    /// <summary>The receipt of an event in the calendar, from the peer that took it: be sure to ask that one. Nothing of it is verified here.</summary>
    /// <exception cref="ClientException">Refused, with the API's code: EventUnknown, NotInCalendar, EventForgotten, RecordForgotten.</exception>
    public Task<EventReceiptAnswer> GetEventReceiptAsync(ulong id, CancellationToken cancellation)
    {
        string path = Routes.EventReceipt.Replace("{id}", id.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return AskAsOwnerAsync(
            "event receipt", (gateway, token, stop) => gateway.GetAsync(path, ApiJson.Default.EventReceiptAnswer, token, stop), cancellation);
    }

    /// <summary>The same, asked for until the event is in the calendar: a second or two after its promise.</summary>
    /// <exception cref="ClientException">Refused, with the API's code: EventUnknown, EventForgotten, RecordForgotten.</exception>
    public async Task<EventReceiptAnswer> WaitForReceiptAsync(ulong id, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await GetEventReceiptAsync(id, cancellation).ConfigureAwait(false);
            }
            catch (ClientException exception) when (exception.Code == "NotInCalendar")
            {
                await Task.Delay(_context.PollInterval, _time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Custody around an event of a number at the first contact: what came before it and, as far as contacts know, after.</summary>
    /// <exception cref="ClientException">NotFound where that contact does not show it.</exception>
    public Task<GatheredCustody> TraceAsync(ulong id, CustodyLimits limits, CancellationToken cancellation) => NewGatherer(limits).FromEventAsync(id, cancellation);

    /// <summary>Custody around an event of a leaf, at any contact.</summary>
    /// <exception cref="ClientException">NotFound where no contact shows it.</exception>
    public Task<GatheredCustody> TraceAsync(Hash256 leaf, CustodyLimits limits, CancellationToken cancellation) => NewGatherer(limits).FromLeafAsync(leaf, cancellation);

    /// <summary>Custody of a job at the peer that ran it; null where no contact is that peer.</summary>
    public Task<GatheredCustody?> TraceAsync(OrderId order, CustodyLimits limits, CancellationToken cancellation) => NewGatherer(limits).FromJobAsync(order, cancellation);

    /// <summary>
    /// Lines of witnesses under the calendar's checkpoint of a size, from the first contact that has any; none where no contact has. Nothing of it is verified
    /// here.
    /// </summary>
    public async Task<ImmutableArray<string>> GetCosignaturesAsync(ulong size, CancellationToken cancellation)
    {
        string path = Routes.Cosignatures.Replace("{size}", size.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach (Gateway gateway in _contacts.Preferred())
        {
            ContactAnswer<CosignaturesAnswer> answer = await gateway.GetAsync(path, ApiJson.Default.CosignaturesAnswer, null, cancellation).ConfigureAwait(false);
            if (answer.Value is { Lines.IsDefaultOrEmpty: false } found && found.Lines.Length <= Limits.WitnessesMax) return found.Lines;
        }

        return [];
    }

    /// <summary>
    /// The first root on the ledger whose calendar holds one of a size, proven, with all that a stranger needs; null where none does yet.
    /// </summary>
    /// <param name="second">A second of that calendar: no earlier day is looked at.</param>
    public async Task<PublicationProof?> FindPublicationAsync(ulong size, Instant second, ISignatureVerifier signatures, CancellationToken cancellation)
    {
        uint? from = PublicationDay.Of(second).Number;
        while (from is { } day)
        {
            string path = Routes.Publications + "?from=" + day.ToString(System.Globalization.CultureInfo.InvariantCulture);
            PublicationsAnswer answer = await _contacts.AskAsync(
                "publications", (gateway, stop) => gateway.GetAsync(path, ApiJson.Default.PublicationsAnswer, null, stop), cancellation).ConfigureAwait(false);
            foreach (PublicationAnswer it in answer.Publications.IsDefault ? [] : answer.Publications)
            {
                if (it.Size >= size) return await ProveAsync(new PublicationDay(it.Day), size, signatures, cancellation).ConfigureAwait(false);
            }

            // A list that does not go on would have no end.
            from = answer.Next > day ? answer.Next : null;
        }

        return null;
    }

    /// <summary>How the second with an index stands in the calendar of a size, from the first contact that keeps it. Nothing of it is verified here.</summary>
    /// <exception cref="ClientException">NotFound, CalendarNotHere where no contact does.</exception>
    public async Task<(MerkleInclusionProof Path, MerkleConsistencyProof Growth)> GetCalendarWayAsync(
        ulong index, ulong from, ulong size, CancellationToken cancellation)
    {
        string path = Routes.CalendarWay
            .Replace("{size}", size.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{index}", index.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            + "?from=" + from.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (Gateway gateway in _contacts.Preferred())
        {
            ContactAnswer<CalendarWayAnswer> answer = await gateway.GetAsync(path, ApiJson.Default.CalendarWayAnswer, null, cancellation).ConfigureAwait(false);
            if (answer.Value is not { } found || ParseHashes(found.Path) is not { } way || ParseHashes(found.Growth) is not { } growth) continue;
            return (new MerkleInclusionProof(size, index, way), new MerkleConsistencyProof(from, size, growth));
        }

        throw new ClientException(ClientFailure.NotFound, "no contact keeps the calendar", "name a peer that validates with `contacts:` in the context") { Code = "CalendarNotHere" };
    }

    // Null where the gateway that proves is behind the one that listed.
    private async Task<PublicationProof?> ProveAsync(PublicationDay day, ulong size, ISignatureVerifier signatures, CancellationToken cancellation)
    {
        ProvenRecord<PublicationRecord> proven = await Reads.PublicationAsync(day, cancellation).ConfigureAwait(false);
        if (proven.Record is null) return null;
        ChainProof chain = await GetChainProofAsync(signatures, cancellation).ConfigureAwait(false);
        PublicationProof proof = new(chain, day, proven.Evidence);
        bool isSo = proof.Verify(_context.Chain, signatures, out PublicationRecord? record) == PublicationProofVerdict.Accepted && record!.Size >= size;
        if (isSo) return proof;
        throw new ClientException(ClientFailure.Refused, $"the ledger has another root for {day} than the gateway says", "ask another gateway: `contacts:` in the context") { Code = "PublicationForged" };
    }

    private static ImmutableArray<Hash256>? ParseHashes(ImmutableArray<string> texts)
    {
        if (texts.IsDefault || texts.Length > Limits.MerklePathHashesMax) return null;
        ImmutableArray<Hash256>.Builder hashes = ImmutableArray.CreateBuilder<Hash256>(texts.Length);
        foreach (string text in texts)
        {
            if (!Hash256.TryParse(text, out Hash256 hash)) return null;
            hashes.Add(hash);
        }

        return hashes.MoveToImmutable();
    }

    // ---- posture ----

    /// <summary>How the machine of a peer stands; only the peer's own key is answered.</summary>
    /// <exception cref="ClientException">Refused, with the API's code: TokenRefused, PostureOff.</exception>
    public Task<PostureAnswer> PostureAsync(CancellationToken cancellation) => AskAsOwnerAsync(
        "posture", static (gateway, token, stop) => gateway.GetAsync(Routes.Posture, ApiJson.Default.PostureAnswer, token, stop), cancellation);

    /// <summary>Edges that the peer keeps, from a number on, as many as it gives at once.</summary>
    public Task<PostureEdgesAnswer> PostureAlertsAsync(ulong from, CancellationToken cancellation)
    {
        string path = Routes.PostureAlerts + "?from=" + from.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return AskAsOwnerAsync("posture", (gateway, token, stop) => gateway.GetAsync(path, ApiJson.Default.PostureEdgesAnswer, token, stop), cancellation);
    }

    /// <summary>Genesis and seals of the context's chain, verified: what a receipt of an event is verified with.</summary>
    public async Task<ChainProof> GetChainProofAsync(ISignatureVerifier signatures, CancellationToken cancellation)
    {
        GenesisAnswer answer = await _contacts.AskAsync(
            "genesis", (gateway, stop) => gateway.GetAsync(Routes.Genesis, ApiJson.Default.GenesisAnswer, null, stop), cancellation).ConfigureAwait(false);
        byte[] document = new byte[answer.Document.Length];
        Genesis? genesis = null;
        bool isGenesis = Convert.TryFromBase64String(answer.Document, document, out int count) && Genesis.TryDecode(document.AsMemory(0, count), out genesis);
        List<Seal> seals = [];
        while (isGenesis)
        {
            List<Seal> more = await GetSealsAsync(new Epoch((uint)seals.Count), cancellation).ConfigureAwait(false);
            seals.AddRange(more);
            if (more.Count < Limits.SealsPerAnswerMax) break;
        }

        if (isGenesis && new ChainProof(genesis!, new SetProof([.. seals])) is var proof && proof.ToTrust(_context.Chain, signatures) is not null) return proof;
        throw new ClientException(ClientFailure.Refused, "what the gateway says of the chain does not verify", "ask another gateway: `contacts:` in the context") { Code = "ChainForged" };
    }

    private CustodyGatherer NewGatherer(CustodyLimits limits) => new(_contacts, AccessAsync, limits, _time, _context.PollInterval);

    private async Task<ContactAnswer<OwnerAccess>> AccessAsync(Gateway gateway, CancellationToken cancellation)
    {
        ContactAnswer<Audience> audience = await AudienceAsync(gateway, cancellation).ConfigureAwait(false);
        if (audience.Fault is { } fault) return ContactAnswer<OwnerAccess>.Failed(fault, audience.Error);
        PeerId peer = audience.Value!.Peer;
        return ContactAnswer<OwnerAccess>.Of(new OwnerAccess(peer, TokenFor(peer, TokenLifetime)));
    }

    private async Task<T> AskAsOwnerAsync<T>(
        string what, Func<Gateway, AccessToken, CancellationToken, Task<ContactAnswer<T>>> ask, CancellationToken cancellation)
        where T : class
    {
        ErrorAnswer? said = null;
        try
        {
            return await _contacts.AskAsync(
                what,
                async (gateway, stop) =>
                {
                    ContactAnswer<Audience> audience = await AudienceAsync(gateway, stop).ConfigureAwait(false);
                    if (audience.Fault is { } fault) return ContactAnswer<T>.Failed(fault, audience.Error);
                    ContactAnswer<T> answer = await ask(gateway, TokenFor(audience.Value!.Peer, TokenLifetime), stop).ConfigureAwait(false);
                    said = answer.Error ?? said;
                    return answer;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (ClientException exception) when (exception.Failure == ClientFailure.Refused && said is not null)
        {
            throw new ClientException(ClientFailure.Refused, $"{what}: refused: {said.Code}", said.Hint, exception.Faults) { Code = said.Code };
        }
    }

    /// <summary>A bearer token for the first gateway that answers, for programs that speak HTTP themselves.</summary>
    /// <param name="lifetime">At most <see cref="AccessToken.LifetimeMax"/>.</param>
    public async Task<(PeerId Peer, AccessToken Token)> AccessTokenAsync(TimeSpan lifetime, CancellationToken cancellation)
    {
        Audience audience = await _contacts.AskAsync("access token", AudienceAsync, cancellation).ConfigureAwait(false);
        return (audience.Peer, TokenFor(audience.Peer, lifetime));
    }

    /// <summary>Why providers did not bid, in their own signed words.</summary>
    public Task<WhyAnswer> WhyAsync(OrderId id, CancellationToken cancellation) => _contacts.AskAsync(
        "why",
        (gateway, stop) => gateway.GetAsync(
            Routes.JobWhy.Replace("{id}", id.ToString(), StringComparison.Ordinal), ApiJson.Default.WhyAnswer, null, stop),
        cancellation);

    /// <summary>What a gateway says of itself; no proof.</summary>
    public Task<StatusAnswer> StatusAsync(CancellationToken cancellation) => _contacts.AskAsync(
        "status", (gateway, stop) => gateway.GetAsync(Routes.Status, ApiJson.Default.StatusAnswer, null, stop), cancellation);

    public Task<PeersAnswer> PeersAsync(CancellationToken cancellation) => _contacts.AskAsync(
        "peers", (gateway, stop) => gateway.GetAsync(Routes.Peers, ApiJson.Default.PeersAnswer, null, stop), cancellation);

    /// <summary>What providers have proven, as a peer says it: so many as it says at once.</summary>
    /// <param name="from">The first account; `default` for the first of all.</param>
    public Task<CapacitiesAnswer> CapacityAsync(AccountId from, CancellationToken cancellation) => _contacts.AskAsync(
        "capacity",
        async (gateway, stop) =>
        {
            ContactAnswer<CapacitiesAnswer> answer = await gateway.GetAsync(
                $"{Routes.Capacity}?from={from}", ApiJson.Default.CapacitiesAnswer, null, stop).ConfigureAwait(false);
            return answer.Value is { Capacity.IsDefault: true }
                ? ContactAnswer<CapacitiesAnswer>.Failed(ContactFaultKind.GatewayForged, gateway.Address, "what it calls capacity is none")
                : answer;
        },
        cancellation);

    /// <summary>
    /// Declares when this account's capacity will prove nothing; returns once the ledger has these very moments. The peer whose key it is may send at the same
    /// time, so a number may be lost to it: then it is said again.
    /// </summary>
    /// <exception cref="ClientException">Refused, with the ledger's verdict as code.</exception>
    public async Task<(SubmittedTransaction Sent, CapacityProviderRecord Provider)> DeclareMaintenanceAsync(
        Instant from, Instant until, CancellationToken cancellation)
    {
        for (int i = 0; i < DeclarationsMax; i++)
        {
            SubmittedTransaction sent = await SendAsync([new Message.DeclareMaintenance(from, until)], cancellation).ConfigureAwait(false);
            ProvenRecord<CapacityProviderRecord> provider = await Reads.CapacityProviderAsync(Account, cancellation).ConfigureAwait(false);
            if (provider.Record is { } record && record.Maintenance.From == from && record.Maintenance.Until == until) return (sent, record);
        }

        throw new ClientException(
            ClientFailure.Refused, $"{DeclarationsMax} declarations were sent and none is on the ledger", "see what the peer sends: `noderuntime status`; then try again");
    }

    /// <summary>Where one peer's capacity stands, as a gateway says it; null where it has registered none.</summary>
    public async Task<CapacityPeerAnswer?> CapacityOfAsync(PeerId peer, CancellationToken cancellation)
    {
        string path = Routes.CapacityOf.Replace("{peer}", peer.ToString(), StringComparison.Ordinal);
        Found found = await _contacts.AskAsync(
            "capacity",
            async (gateway, stop) =>
            {
                ContactAnswer<CapacityPeerAnswer> answer = await gateway.GetAsync(path, ApiJson.Default.CapacityPeerAnswer, null, stop).ConfigureAwait(false);
                if (answer.Error?.Code == "CapacityUnknown") return ContactAnswer<Found>.Of(new Found(null));
                if (answer.Fault is { } fault) return ContactAnswer<Found>.Failed(fault, answer.Error);
                return answer.Value is { Standing: not null, Maintenance: not null, Kinds.IsDefault: false } whole
                    ? ContactAnswer<Found>.Of(new Found(whole))
                    : ContactAnswer<Found>.Failed(ContactFaultKind.GatewayForged, gateway.Address, "what it calls a peer's capacity is none");
            },
            cancellation).ConfigureAwait(false);
        return found.Answer;
    }

    public Task<Genesis> GenesisAsync(CancellationToken cancellation) => Reads.GenesisAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync().ConfigureAwait(false);
        _dialer.Dispose();
        _sender.Dispose();
        _contacts.Dispose();
    }

    private async Task SubmitAcknowledgementAsync(LeaseId lease, CancellationToken cancellation)
    {
        SubmittedTransaction transaction =
            await _sender.SubmitAsync([new Message.AcknowledgeResult(lease)], cancellation).ConfigureAwait(false);
        await _sender.ConfirmAsync(transaction, cancellation).ConfigureAwait(false);
    }

    private sealed record Audience(PeerId Peer);

    private sealed record Found(CapacityPeerAnswer? Answer);

    // The token is for the peer that the gateway says it is: at another one it is worth nothing.
    private static async Task<ContactAnswer<Audience>> AudienceAsync(Gateway gateway, CancellationToken cancellation)
    {
        ContactAnswer<StatusAnswer> status =
            await gateway.GetAsync(Routes.Status, ApiJson.Default.StatusAnswer, null, cancellation).ConfigureAwait(false);
        if (status.Fault is { } fault) return ContactAnswer<Audience>.Failed(fault, status.Error);
        return Hash256.TryParse(status.Value!.Peer, out Hash256 peer)
            ? ContactAnswer<Audience>.Of(new Audience(new PeerId(peer)))
            : ContactAnswer<Audience>.Failed(ContactFaultKind.GatewayForged, gateway.Address, "it names no peer id");
    }

    private AccessToken TokenFor(PeerId peer, TimeSpan lifetime)
    {
        DateTimeOffset expiresAt = _time.GetUtcNow() + lifetime;
        return AccessToken.Sign(_signer, _context.Chain, peer, Instant.FromMilliseconds(expiresAt.ToUnixTimeMilliseconds()));
    }

    private static ClientException JobUnknown(OrderId id) =>
        new(ClientFailure.NotFound, $"the ledger has no job {id}", "`noderuntime job list` shows yours; orders leave the ledger some time after their end");

    private static ClientException JobOver(JobStatus job) =>
        new(ClientFailure.Refused, $"job {job.Id} is over: {job.Order.State}", "nothing is left to cancel");
}
