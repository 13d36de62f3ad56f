using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Api;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Runtime;

namespace NodeRuntime.Host.Api;

/// <summary>From what the peer publishes to what the API says.</summary>
internal static class ApiAnswers
{
    /// <summary>Of so many providers as an answer may have, in the order of accounts.</summary>
    public static CapacitiesAnswer Capacities(LedgerTip tip, AccountId from)
    {
        LedgerState state = tip.State;
        if (state.Parameters.Capacity is not { } terms) return new CapacitiesAnswer(tip.Height.Number, []);
        List<KeyValuePair<AccountId, CapacityProviderRecord>> providers = state.Records.CapacityProviders(from, Limits.ProvidersPerAnswerMax + 1);
        ImmutableArray<CapacityAnswer>.Builder answers = ImmutableArray.CreateBuilder<CapacityAnswer>();
        foreach ((AccountId account, _) in providers.Take(Limits.ProvidersPerAnswerMax)) answers.Add(Capacity(state, terms, account)!);
        string next = providers.Count > Limits.ProvidersPerAnswerMax ? providers[^1].Key.ToString() : string.Empty;
        return new CapacitiesAnswer(tip.Height.Number, answers.ToImmutable(), next);
    }

    /// <summary>Null where nobody of that id has registered any.</summary>
    public static CapacityPeerAnswer? CapacityOf(LedgerTip tip, PeerId peer)
    {
        LedgerState state = tip.State;
        if (state.Parameters.Capacity is not { } terms) return null;
        foreach ((AccountId account, CapacityProviderRecord provider) in state.Records.CapacityProviders(default, Limits.MembersKnownMax))
        {
            if (provider.Peer != peer) continue;
            CapacityMaintenance maintenance = provider.Maintenance;
            bool isDeclared = maintenance.Until > maintenance.From;
            ImmutableArray<CapacityKindAnswer>.Builder kinds = ImmutableArray.CreateBuilder<CapacityKindAnswer>();
            foreach (CapacityKind kind in Enum.GetValues<CapacityKind>())
            {
                if (CapacityKindStanding.Of(state, terms, kind, account) is { } standing) kinds.Add(Kind(standing));
            }

            return new CapacityPeerAnswer(
                tip.Height.Number, TimeText(state.Time), Capacity(state, terms, account)!, state.Records.Bond(account).Bonded.ToString(),
                CapacityRules.CollateralOf(state.Records, terms, account).ToString(),
                new MaintenanceAnswer(
                    isDeclared ? TimeText(maintenance.From) : string.Empty, isDeclared ? TimeText(maintenance.Until) : string.Empty,
                    maintenance.Used.Seconds, terms.MaintenanceMax.Seconds),
                kinds.ToImmutable());
        }

        return null;
    }

    public static StatusAnswer Status(PeerNode node)
    {
        SupplyRecord? supply = node.Tip?.State.Supply;
        PublicKey key = node.Ports.Signer.PublicKey;
        ImmutableArray<SupervisorAnswer>.Builder supervisors = ImmutableArray.CreateBuilder<SupervisorAnswer>();
        foreach (ActorStatus actor in node.System.Status().Actors)
        {
            if (actor.Path.ToString() == "/") continue;
            supervisors.Add(new SupervisorAnswer(
                actor.Path.ToString(), actor.State.ToString(), actor.MailboxLength, actor.Processed, actor.Shed, actor.Restarts, actor.LastFailure));
        }

        return new StatusAnswer
        {
            Chain = node.Model.Chain.ToString(),
            ChainName = node.Model.Genesis.Name,
            Peer = key.ToPeerId().ToString(),
            Account = KeyPolicy.Single(key).ToAccountId().ToString(),
            Version = node.Model.Version,
            Roles = RolesOf(node),
            FinalizedHeight = node.Tip?.Height.Number ?? 0,
            FinalizedDigest = (node.Tip?.Certified?.Header.Digest ?? Hash256.Zero).ToString(),
            LedgerTime = TimeText(node.Tip?.State.Time ?? Instant.Epoch),
            View = node.Consensus.View.Number,
            Consensus = node.Consensus.Mode.ToString(),
            Outlook = node.Consensus.Outlook.ToString(),
            Sync = SyncText(node),
            FirstBlock = node.Consensus.FirstBlock.Number,
            SnapshotHeight = node.Snapshots.Newest.Number,
            Validators = node.Consensus.Validators,
            Epoch = node.Consensus.Epoch.Number,
            PeersConnected = node.Membership.PeersConnected,
            MembersKnown = node.Membership.Members.Length,
            TransactionsPending = node.Consensus.TransactionsPending,
            LeasesHeld = node.Workload.LeasesHeld,
            SandboxReady = node.Ports.Sandbox.Readiness.IsReady,
            SandboxDetail = node.Ports.Sandbox.Readiness.Reason,
            Supply = Supply(supply),
            Capacity = node.Tip?.State is { Parameters.Capacity: { } terms } state ? Capacity(state, terms, KeyPolicy.Single(key).ToAccountId()) : null,
            Provenance = node.Provenance is not { } events ? null : new ProvenanceAnswer(
                events.LastClosed?.Second ?? 0, events.LastSettled?.Second ?? 0, events.Taken, events.Settled, events.Promises, events.Refused, events.Repeated,
                events.Children, events.CalendarSize),
            Supervisors = supervisors.ToImmutable(),
        };
    }

    public static ValidatorsAnswer Validators(LedgerState state)
    {
        EpochRecord epoch = state.Records.Epoch;
        return new ValidatorsAnswer
        {
            Epoch = epoch.Validators.Epoch.Number,
            Since = epoch.Since.Number,
            TotalWeight = epoch.Validators.TotalWeight,
            Quorum = epoch.Validators.Quorum,
            Validators = [.. epoch.Validators.Members.Select(member => Validator(state, member))],
            Due = state.ValidatorsDue is { } due ? [.. due.Members.Select(member => Validator(state, member))] : [],
        };
    }

    private static CapacityAnswer? Capacity(LedgerState state, CapacityTerms terms, AccountId account) =>
        CapacityStanding.Of(state.Records, terms, account) is not { } it ? null : new CapacityAnswer(
            it.Peer.ToString(), account.ToString(), it.Region, it.IsProven, it.CpuUnits, it.Cpu.MilliHashes, it.Cpu.Error, it.SpaceUnits, it.Grade, it.Faults,
            it.Convictions, it.Earned.ToString());

    private static CapacityKindAnswer Kind(CapacityKindStanding it) => new()
    {
        Kind = it.Kind.ToString(),
        Committed = it.Committed,
        Next = it.Next,
        NextFrom = it.NextFrom,
        Proven = it.Proven,
        Leased = it.Leased,
        Stage = it.Stage.ToString(),
        Period = it.Period,
        ChallengedAt = TimeText(it.ChallengedAt),
        LastProven = it.LastProven,
        Deadline = TimeText(it.Deadline),
        FaultsInRow = it.FaultsInRow,
        Faults = it.Faults,
        Convictions = it.Convictions,
        Collateral = it.Collateral.ToString(),
        Earned = it.Earned.ToString(),
    };

    private static ValidatorAnswer Validator(LedgerState state, ValidatorMember member) => new(
        member.Key.ToString(), member.Weight, member.Peer.ToString(), state.Records.ValidatorOf(member.Key)?.ToString() ?? string.Empty);

    private static string SyncText(PeerNode node)
    {
        ConsensusStatus consensus = node.Consensus;
        ulong height = node.Tip?.Height.Number ?? 0;
        if (node.Snapshots.Restoring is { ChunksTotal: > 0 } progress)
        {
            return string.Create(CultureInfo.InvariantCulture, $"snapshot at height {progress.Height}: {progress.ChunksKept} of {progress.ChunksTotal} chunks");
        }

        if (node.Snapshots.Restoring is not null) return "looking for a snapshot";
        if (consensus.Stranded is { } block) return string.Create(CultureInfo.InvariantCulture, $"stranded: every peer in sight has pruned block {block}");
        return consensus.Mode == ConsensusMode.Syncing
            ? string.Create(CultureInfo.InvariantCulture, $"blocks: height {height} of {consensus.SyncTarget}")
            : "in step";
    }

    public static PeersAnswer Peers(PeerNode node)
    {
        ImmutableArray<PeerAnswer>.Builder peers = ImmutableArray.CreateBuilder<PeerAnswer>();
        foreach (MemberView member in node.Membership.Members)
        {
            peers.Add(new PeerAnswer
            {
                Peer = member.Key.ToPeerId().ToString(),
                Account = KeyPolicy.Single(member.Key).ToAccountId().ToString(),
                Key = member.Key.ToString(),
                Address = member.Address,
                Api = member.Api,
                Roles = member.Roles,
                Region = member.Region,
                State = member.State,
            });
        }

        return new PeersAnswer(peers.ToImmutable());
    }

    public static JobAnswer Job(LedgerTip tip, OrderId id, OrderRecord order)
    {
        LedgerRecords records = tip.State.Records;
        LeaseId? leaseId = records.CurrentLease(id);
        LeaseRecord? lease = leaseId is { } known ? records.Lease(known) : null;
        return new JobAnswer
        {
            Id = id.ToString(),
            Owner = order.Owner.ToString(),
            OrderState = order.State.ToString(),
            Lease = leaseId?.ToString() ?? string.Empty,
            LeaseState = lease?.State.ToString() ?? string.Empty,
            Provider = lease?.Provider.ToString() ?? string.Empty,
            PricePerSecond = (lease?.PricePerSecond ?? Amount.Zero).ToString(),
            ChargedSeconds = lease?.ChargedSeconds ?? 0,
            Paid = (lease?.Paid ?? Amount.Zero).ToString(),
            Refunded = (lease?.Refunded ?? Amount.Zero).ToString(),
            Escrow = order.Escrow.ToString(),
            Attempts = order.Attempts,
            Bids = records.Bids(id).Bids.Length,
            Height = tip.Height.Number,
        };
    }

    private static SupplyAnswer Supply(SupplyRecord? supply) => supply is null
        ? new SupplyAnswer("0", "0", "0", true)
        : new SupplyAnswer(supply.Minted.ToString(), supply.Burned.ToString(), supply.Held.ToString(), supply.IsConserved);

    private static ImmutableArray<string> RolesOf(PeerNode node)
    {
        ImmutableArray<string>.Builder roles = ImmutableArray.CreateBuilder<string>();
        PeerId own = node.Ports.Signer.PublicKey.ToPeerId();
        if (node.Tip is { } tip && tip.State.Validators.Members.Any(member => member.Peer == own)) roles.Add("validator");
        if (node.Model.Provider is not null) roles.Add("provider");
        if (node.Model.Api.Length != 0) roles.Add("gateway");
        return roles.ToImmutable();
    }

    private static string TimeText(Instant instant) =>
        DateTime.UnixEpoch.AddMicroseconds(instant.Microseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
