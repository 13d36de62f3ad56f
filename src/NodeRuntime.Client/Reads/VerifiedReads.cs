using System;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
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
    private readonly TrustFiles _files;
    private Genesis? _genesis;
    private LightClient? _light;
    private Height _heightSeen;
    private long? _witnessed;

    internal VerifiedReads(ContactList contacts, ClientContext context, ISignatureVerifier signatures, TimeProvider time)
    {
        _contacts = contacts;
        _context = context;
        _signatures = signatures;
        _time = time;
        _files = new TrustFiles(context.TrustFolder, context.Chain);
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
    /// <exception cref="ClientException">WrongChain where every gateway serves another; ChainForked where this client has proof of a fork.</exception>
    public async Task<Genesis> GenesisAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _genesis) is { } known) return known;
        Genesis genesis = await _contacts.AskAsync(
            "genesis",
            async (gateway, stop) => CheckGenesis(
                gateway.Address, await gateway.GetAsync(Routes.Genesis, ApiJson.Default.GenesisAnswer, null, stop).ConfigureAwait(false)),
            cancellation).ConfigureAwait(false);
        lock (_gate) _light ??= OpenLight(genesis);
        Volatile.Write(ref _genesis, genesis);
        return genesis;
    }

    /// <summary>Who votes, as far as seals have proven it to this client; null before the first read.</summary>
    public ValidatorSet? Validators
    {
        get
        {
            lock (_gate) return _light?.Validators;
        }
    }

    public Task<ProvenRecord<AccountRecord>> AccountAsync(AccountId account, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Account(account), AccountRecord.Read, cancellation);

    public Task<ProvenRecord<CapacityProviderRecord>> CapacityProviderAsync(AccountId provider, CancellationToken cancellation) =>
        ReadAsync(StateKeys.CapacityProvider(provider), CapacityProviderRecord.Read, cancellation);

    public Task<ProvenRecord<BondRecord>> BondAsync(AccountId provider, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Bond(provider), BondRecord.Read, cancellation);

    public Task<ProvenRecord<OrderRecord>> OrderAsync(OrderId order, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Order(order), OrderRecord.Read, cancellation);

    public Task<ProvenRecord<LeaseRecord>> LeaseAsync(LeaseId lease, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Lease(lease), LeaseRecord.Read, cancellation);

    /// <summary>The set in force.</summary>
    public Task<ProvenRecord<EpochRecord>> EpochAsync(CancellationToken cancellation) =>
        ReadAsync(StateKeys.Epoch, EpochRecord.Read, cancellation);

    /// <summary>The set that is due; none where its absence is proven.</summary>
    public Task<ProvenRecord<EpochRecord>> EpochDueAsync(CancellationToken cancellation) =>
        ReadAsync(StateKeys.EpochDue, EpochRecord.Read, cancellation);

    public Task<ProvenRecord<ValidatorRecord>> ValidatorAsync(AccountId account, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Validator(account), ValidatorRecord.Read, cancellation);

    /// <summary>How far a validator's key has shown its chain of reveals; no record where it committed to none.</summary>
    public Task<ProvenRecord<RevealRecord>> RevealAsync(PublicKey validator, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Reveal(validator), RevealRecord.Read, cancellation);

    /// <summary>The chain's randomness after the block whose state is proven.</summary>
    public Task<ProvenRecord<BeaconRecord>> BeaconAsync(CancellationToken cancellation) =>
        ReadAsync(StateKeys.Beacon, BeaconRecord.Read, cancellation);

    /// <summary>The root of the calendar of events that stands on the ledger for a day.</summary>
    public Task<ProvenRecord<PublicationRecord>> PublicationAsync(PublicationDay day, CancellationToken cancellation) =>
        ReadAsync(StateKeys.Publication(day), PublicationRecord.Read, cancellation);

    /// <summary>The newest of them.</summary>
    public Task<ProvenRecord<PublicationRecord>> LastPublicationAsync(CancellationToken cancellation) =>
        ReadAsync(StateKeys.LastPublication, PublicationRecord.Read, cancellation);

    public Task<ProvenRecord<SupplyRecord>> SupplyAsync(CancellationToken cancellation) =>
        ReadAsync(StateKeys.Supply, SupplyRecord.Read, cancellation);

    /// <summary>Any record of the state with its proof.</summary>
    public async Task<ProvenRecord<T>> ReadAsync<T>(StateKey key, Func<WireReader, T> read, CancellationToken cancellation)
        where T : class
    {
        await GenesisAsync(cancellation).ConfigureAwait(false);
        await HearWitnessAsync(cancellation).ConfigureAwait(false);
        return await _contacts.AskAsync(
            $"{key.Family} {key.Id.ToShortString()}", (gateway, stop) => AskAsync(gateway, key, read, stop), cancellation).ConfigureAwait(false);
    }

    // A gateway can show an old state with a true proof as long as the bound on a header's age allows. A second one, asked now and then, bounds it
    // better: what it proves, the first may not go behind. Two that work together are not told apart from a slow chain. Where the two show what
    // excludes each other, both signed by a quorum, the chain has forked.
    private async Task HearWitnessAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_witnessed is { } last && _time.GetElapsedTime(last, now) < _context.WitnessInterval) return;
            _witnessed = now;
        }

        await _contacts.AskOtherAsync(
            (gateway, stop) => AskAsync(gateway, StateKeys.Supply, SupplyRecord.Read, stop), cancellation).ConfigureAwait(false);
    }

    private async Task<ContactAnswer<ProvenRecord<T>>> AskAsync<T>(
        Gateway gateway, StateKey key, Func<WireReader, T> read, CancellationToken cancellation) where T : class
    {
        string path = Routes.State
            .Replace("{family}", key.Family.ToString(), StringComparison.Ordinal)
            .Replace("{id}", key.Id.ToString(), StringComparison.Ordinal);
        ContactAnswer<StateAnswer> answer = await gateway.GetAsync(path, ApiJson.Default.StateAnswer, null, cancellation).ConfigureAwait(false);
        if (answer.Fault is { } fault) return ContactAnswer<ProvenRecord<T>>.Failed(fault, answer.Error);
        if (LightRules.Decode(answer.Value!) is not { } decoded) return Refused<T>(gateway.Address, key, LightVerdict.Malformed);
        if (await FollowAsync(gateway, decoded.Certified.Header, cancellation).ConfigureAwait(false) is { } behind)
        {
            return ContactAnswer<ProvenRecord<T>>.Failed(behind, null);
        }

        return CheckState(gateway.Address, key, read, decoded);
    }

    // From the newest set that is proven to the header's, seal by seal. Whoever shows a header has the seals before it.
    private async Task<ContactFault?> FollowAsync(Gateway gateway, BlockHeader header, CancellationToken cancellation)
    {
        while (header.Chain == _context.Chain)
        {
            uint epoch = Validators!.Epoch.Number;
            if (header.Epoch.Number <= epoch) return null;
            ContactAnswer<SealsAnswer> answer = await gateway.GetAsync(
                $"{Routes.Seals}?from={epoch}", ApiJson.Default.SealsAnswer, null, cancellation).ConfigureAwait(false);
            if (answer.Fault is { } fault) return fault;
            if (answer.Value!.Seals.IsDefaultOrEmpty) return null;
            foreach (string text in answer.Value.Seals)
            {
                if (Take(LightRules.DecodeSeal(text)) is not SealVerdict.Accepted)
                {
                    return new ContactFault(ContactFaultKind.GatewayForged, gateway.Address, $"{LightVerdict.SealWrong} after epoch {epoch}");
                }
            }

            lock (_gate) _files.Save(_light!.Sets);
        }

        return null;
    }

    private SealVerdict? Take(Seal? seal)
    {
        if (seal is null) return null;
        lock (_gate)
        {
            SealVerdict verdict = _light!.Follow(seal);
            StopIfForked();
            return verdict;
        }
    }

    private LightClient OpenLight(Genesis genesis)
    {
        if (_files.LoadFork() is { } fork && fork.Verify(genesis.ValidatorSet, _context.Chain, _signatures) == ForkVerdict.Accepted) throw Forked(fork);
        LightClient light = new(_context.Chain, genesis.ValidatorSet, _signatures);
        foreach (Seal seal in _files.LoadSeals().Seals)
        {
            if (light.Follow(seal) != SealVerdict.Accepted) throw _files.DamagedSeals();
        }

        return light;
    }

    // No gateway is at fault and none can mend it: whoever goes on would choose one of two histories by chance.
    private void StopIfForked()
    {
        if (_light!.Fork is not { } fork) return;
        _files.Save(fork);
        throw Forked(fork);
    }

    private ClientException Forked(ForkProof fork) => new(
        ClientFailure.ChainForked,
        $"the chain has forked: in epoch {fork.Second.Header.Epoch} its validators finalized two blocks that exclude each other, at heights "
        + $"{fork.First.Header.Height} and {fork.Second.Header.Height}",
        $"trust nothing of this chain until its operators have settled it; the proof lies {_files.ForkPlace}");

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

    private ContactAnswer<ProvenRecord<T>> CheckState<T>(Uri address, StateKey key, Func<WireReader, T> read, DecodedState answer)
        where T : class
    {
        Instant now = new((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        ProvenState? state;
        LightVerdict verdict;
        lock (_gate)
        {
            verdict = LightRules.Check(answer, key, _light!, new LightHorizon(now, _context.HeaderAgeMax, _heightSeen), out state);
            StopIfForked();
        }

        T? record = null;
        if (verdict == LightVerdict.Accepted && state!.Value is { } value)
        {
            WireReader reader = new(value);
            record = read(reader);
            if (!reader.Succeeded) verdict = LightVerdict.RecordMalformed;
        }

        if (verdict != LightVerdict.Accepted) return Refused<T>(address, key, verdict);
        Advance(state!.Header);
        return ContactAnswer<ProvenRecord<T>>.Of(new ProvenRecord<T>(record, state.Header.Height, state.Header.Time) { Evidence = new StateEvidence(answer.Certified, answer.Proof) });
    }

    private static ContactAnswer<ProvenRecord<T>> Refused<T>(Uri address, StateKey key, LightVerdict verdict) where T : class =>
        ContactAnswer<ProvenRecord<T>>.Failed(KindOf(verdict), address, ReasonOf(verdict, key));

    private void Advance(BlockHeader header)
    {
        lock (_gate)
        {
            if (header.Height > _heightSeen) _heightSeen = header.Height;
        }
    }

    private static ContactFaultKind KindOf(LightVerdict verdict) => verdict switch
    {
        LightVerdict.Accepted => Invariant.Unreachable<ContactFaultKind>("an accepted answer is no fault"),
        LightVerdict.Malformed => ContactFaultKind.GatewayForged,
        LightVerdict.WrongChain => ContactFaultKind.GatewayForged,
        LightVerdict.NotFinalized => ContactFaultKind.GatewayForged,
        LightVerdict.SealWrong => ContactFaultKind.GatewayForged,
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
