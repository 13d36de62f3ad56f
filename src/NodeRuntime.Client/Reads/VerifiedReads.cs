using System;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Reads;

/// <summary>
/// Reads of the ledger that need no trust in whoever serves them. A gateway that forges is refused by name and not asked
/// again; one that is slow, or behind what a second one proves, is passed over. Heights never go back within one client.
/// </summary>
public sealed class VerifiedReads
{
    private readonly ContactList _contacts;
    private readonly ClientContext _context;
    private readonly ISignatureVerifier _signatures;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Genesis? _genesis;
    private Height _heightSeen;
    private Hash256 _verifiedDigest;
    private long? _witnessed;

    internal VerifiedReads(ContactList contacts, ClientContext context, ISignatureVerifier signatures, TimeProvider time)
    {
        _contacts = contacts;
        _context = context;
        _signatures = signatures;
        _time = time;
    }

    /// <summary>The highest block of which this client has seen proof.</summary>
    public Height HeightSeen
    {
        get
        {
            lock (_gate) return _heightSeen;
        }
    }

    /// <summary>The genesis document behind the trusted hash; asked for once.</summary>
    /// <exception cref="ClientException">WrongChain where every gateway serves another.</exception>
    public async Task<Genesis> GenesisAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _genesis) is { } known) return known;
        Genesis genesis = await _contacts.AskAsync(
            "genesis",
            async (gateway, stop) => CheckGenesis(
                gateway.Address, await gateway.GetAsync(Routes.Genesis, ApiJson.Default.GenesisAnswer, null, stop).ConfigureAwait(false)),
            cancellation).ConfigureAwait(false);
        Volatile.Write(ref _genesis, genesis);
        return genesis;
    }

    public Task<ProvenRecord<AccountRecord>> AccountAsync(AccountId account, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Account(account), AccountRecord.Read, cancellation);

    public Task<ProvenRecord<BondRecord>> BondAsync(AccountId provider, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Bond(provider), BondRecord.Read, cancellation);

    public Task<ProvenRecord<OrderRecord>> OrderAsync(OrderId order, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Order(order), OrderRecord.Read, cancellation);

    public Task<ProvenRecord<LeaseRecord>> LeaseAsync(LeaseId lease, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Lease(lease), LeaseRecord.Read, cancellation);

    public Task<ProvenRecord<SupplyRecord>> SupplyAsync(CancellationToken cancellation) =>
        ReadAsync(StateKeys.Supply, SupplyRecord.Read, cancellation);

    /// <summary>Any record of the state with its proof.</summary>
    public async Task<ProvenRecord<T>> ReadAsync<T>(StateKey key, Func<WireReader, T> read, CancellationToken cancellation)
        where T : class
    {
        Genesis genesis = await GenesisAsync(cancellation).ConfigureAwait(false);
        await HearWitnessAsync(genesis, cancellation).ConfigureAwait(false);
        return await _contacts.AskAsync(
            $"{key.Family} {key.Id.ToShortString()}", (gateway, stop) => AskAsync(gateway, key, genesis, read, stop), cancellation).ConfigureAwait(false);
    }

    // A gateway can show an old state with a true proof as long as the bound on a header's age allows. A second one, asked now and then, bounds it
    // better: what it proves, the first may not go behind. Two that work together are not told apart from a slow chain.
    private async Task HearWitnessAsync(Genesis genesis, CancellationToken cancellation)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_witnessed is { } last && _time.GetElapsedTime(last, now) < _context.WitnessInterval) return;
            _witnessed = now;
        }

        await _contacts.AskOtherAsync(
            (gateway, stop) => AskAsync(gateway, StateKeys.Supply, genesis, SupplyRecord.Read, stop), cancellation).ConfigureAwait(false);
    }

    private async Task<ContactAnswer<ProvenRecord<T>>> AskAsync<T>(
        Gateway gateway, StateKey key, Genesis genesis, Func<WireReader, T> read, CancellationToken cancellation) where T : class
    {
        string path = Routes.State
            .Replace("{family}", key.Family.ToString(), StringComparison.Ordinal)
            .Replace("{id}", key.Id.ToString(), StringComparison.Ordinal);
        ContactAnswer<StateAnswer> answer = await gateway.GetAsync(path, ApiJson.Default.StateAnswer, null, cancellation).ConfigureAwait(false);
        return CheckState(gateway.Address, key, genesis, read, answer);
    }

    private ContactAnswer<Genesis> CheckGenesis(Uri address, ContactAnswer<GenesisAnswer> answer)
    {
        if (answer.Fault is { } fault) return ContactAnswer<Genesis>.Failed(fault, answer.Error);
        byte[] bytes = new byte[answer.Value!.Document is { } document ? document.Length : 0];
        if (answer.Value.Document is null || !Convert.TryFromBase64String(answer.Value.Document, bytes, out int count))
        {
            return ContactAnswer<Genesis>.Failed(ContactFaultKind.GatewayForged, address, "the genesis document is not base64");
        }

        ChainId served = new(Hasher.Tagged(HashDomain.Genesis, bytes.AsSpan(0, count)));
        if (served != _context.Chain)
        {
            return ContactAnswer<Genesis>.Failed(
                ContactFaultKind.WrongChain, address, $"it serves chain {served}, the context trusts {_context.Chain}");
        }

        return Genesis.TryDecode(bytes.AsMemory(0, count), out Genesis? genesis)
            ? ContactAnswer<Genesis>.Of(genesis!)
            : ContactAnswer<Genesis>.Failed(ContactFaultKind.WrongChain, address, "the trusted hash is of a document that is no genesis");
    }

    private ContactAnswer<ProvenRecord<T>> CheckState<T>(
        Uri address, StateKey key, Genesis genesis, Func<WireReader, T> read, ContactAnswer<StateAnswer> answer) where T : class
    {
        if (answer.Fault is { } fault) return ContactAnswer<ProvenRecord<T>>.Failed(fault, answer.Error);
        LightHorizon horizon;
        Instant now = new((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        lock (_gate) horizon = new LightHorizon(now, _context.HeaderAgeMax, _heightSeen, _verifiedDigest);
        LightVerdict verdict = LightRules.Check(answer.Value!, key, genesis, _context.Chain, _signatures, horizon, out ProvenState? state);
        T? record = null;
        if (verdict == LightVerdict.Accepted && state!.Value is { } value)
        {
            WireReader reader = new(value);
            record = read(reader);
            if (!reader.Succeeded) verdict = LightVerdict.RecordMalformed;
        }

        if (verdict != LightVerdict.Accepted) return ContactAnswer<ProvenRecord<T>>.Failed(KindOf(verdict), address, ReasonOf(verdict, key));
        Advance(state!.Header);
        return ContactAnswer<ProvenRecord<T>>.Of(new ProvenRecord<T>(record, state.Header.Height, state.Header.Time));
    }

    private void Advance(BlockHeader header)
    {
        lock (_gate)
        {
            if (header.Height < _heightSeen) return;
            _heightSeen = header.Height;
            _verifiedDigest = header.Digest;
        }
    }

    private static ContactFaultKind KindOf(LightVerdict verdict) => verdict switch
    {
        LightVerdict.Accepted => Invariant.Unreachable<ContactFaultKind>("an accepted answer is no fault"),
        LightVerdict.Malformed => ContactFaultKind.GatewayForged,
        LightVerdict.WrongChain => ContactFaultKind.GatewayForged,
        LightVerdict.NotFinalized => ContactFaultKind.GatewayForged,
        LightVerdict.ForeignValidators => ContactFaultKind.GatewayForged,
        LightVerdict.BelowQuorum => ContactFaultKind.GatewayForged,
        LightVerdict.SignatureWrong => ContactFaultKind.GatewayForged,
        LightVerdict.ProofWrong => ContactFaultKind.GatewayForged,
        LightVerdict.RecordMalformed => ContactFaultKind.GatewayForged,
        LightVerdict.Stale => ContactFaultKind.Stale,
        LightVerdict.FromTheFuture => ContactFaultKind.Stale,
        LightVerdict.Behind => ContactFaultKind.Behind,
    };

    private static string ReasonOf(LightVerdict verdict, StateKey key) => $"{verdict} for {key.Family} {key.Id.ToShortString()}";
}
