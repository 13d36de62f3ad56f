using System;
using System.Collections.Immutable;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>
/// Who looks at a provider's answer: seats that the closing's beacon draws among the providers of its kind, its own left out. One hash for each, however
/// many there are. Who took a seat behind the closing is not drawn; seats are given up only while nobody is (<see cref="CapacitySchedule"/>).
/// </summary>
public static class VerifierSeats
{
    /// <returns>In the order of seats; fewer than the chain draws where there are no more, none before the closing.</returns>
    public static ImmutableArray<AccountId> Drawn(LedgerRecords records, CapacityDuty duty)
    {
        if (duty.Period.Closing is not { } closing) return [];
        uint own = duty.Record.Seat;
        uint others = closing.Seats - (own < closing.Seats ? 1u : 0);
        Hash256 seed = Hasher.Tagged(HashDomain.CapacityDuty, closing.Beacon.AsSpan(), duty.Provider.Peer.Hash.AsSpan());
        ImmutableArray<AccountId>.Builder drawn = ImmutableArray.CreateBuilder<AccountId>();
        foreach (uint index in BeaconDraw.Distinct(HashDomain.CapacityDuty, seed, others, duty.Terms.Proofs.Cpu.Verifiers))
        {
            // The own seat is left out, what is behind it moves up.
            uint seat = index >= own ? index + 1 : index;
            if (records.CapacitySeat(duty.Kind, seat) is { } record) drawn.Add(record.Account);
        }

        return drawn.ToImmutable();
    }
}
