using System;
using System.Collections.Generic;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>Whatever is sent, in whatever order: nothing throws, the audit is sound after each block, and no period mints more than its pool.</summary>
public sealed class CapacityStreamTests
{
    [Fact]
    public void Any_order_of_messages_keeps_the_ledger_sound()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        (CapacityWorld world, UInt128 minted) = Run(seed: 11, seen);
        Assert.Contains(nameof(CapacityVerdict.Accepted), seen);
        // Much of what a random sender says is refused, for many reasons.
        Assert.True(seen.Count > 8, string.Join(' ', seen));
        UInt128 periods = world.Number - world.State.Records.CapacityKind(CapacityKind.Cpu).First + 1;
        Assert.True(minted > 0 && minted <= periods * 160, $"{minted} in {periods}");
        (CapacityWorld again, _) = Run(seed: 11, []);
        Assert.Equal(world.State.Root, again.State.Root);
    }

    private static (CapacityWorld World, UInt128 Minted) Run(ulong seed, SortedSet<string> seen)
    {
        Prng prng = new(seed);
        CapacityWorld world = new();
        UInt128 minted = world.State.Supply.Minted.Units;
        uint first = world.Number;
        while (world.Number < first + 6)
        {
            string name = CapacityWorld.Names[(int)prng.NextBelow(4)];
            string other = CapacityWorld.Names[(int)prng.NextBelow(4)];
            if (prng.NextBelow(4) == 0) world.MoveTo(world.Number, (long)prng.NextBelow(6_100));
            uint number = world.Number;
            CapacityKind kind = prng.NextBelow(3) == 0 ? CapacityKind.Space : CapacityKind.Cpu;
            if (Choose(world, (int)prng.NextBelow(9), kind, number, name, other) is { } message) seen.Add(world.Send(name, message));
        }

        return (world, world.State.Supply.Minted.Units - minted);
    }

    private static Message? Choose(CapacityWorld world, int choice, CapacityKind kind, uint number, string name, string other)
    {
        CapacityDuty? duty = CapacityDuty.Find(world.State.Records, world.State.Chain, world.ChainTerms, kind, number, CapacityWorld.Account(name));
        bool isOwed = duty is { IsOwed: true };
        CapacityAnswerRecord? own = world.State.Records.CapacityAnswer(kind, number, CapacityWorld.Account(name));
        bool isOpenable = duty?.Period.Closing is not null && own is not null && kind == CapacityKind.Cpu;
        return choice switch
        {
            0 => CapacityWorld.Commit(name, 1, kind == CapacityKind.Space ? 1u : 0u),
            1 or 2 or 3 when isOpenable => world.Open(number, name),
            1 or 2 when isOwed && kind == CapacityKind.Cpu => world.Claim(number, name, isForged: other == "sue"),
            1 or 2 when isOwed => CapacityWorld.Answer(kind, number, false, world.Proof(number, name).Encode()),
            4 or 5 or 6 => world.Report(kind, number, other, other == "rob" ? DutyFinding.Failed : DutyFinding.Passed),
            7 when own is not null && kind == CapacityKind.Cpu && isOwed => new Message.AccuseCapacity(
                kind, number, CapacityWorld.Account(name), [.. new ShareFault(world.Commitment(number, name), world.ShareAt(name, 0)).Encode()], new Amount(50)),
            8 when other == "quin" => new Message.WithdrawCapacity(),
            8 when other == "pat" => new Message.DeclareMaintenance(world.State.Time + Duration.FromSeconds(1), world.State.Time + Duration.FromSeconds(9)),
            _ => null,
        };
    }
}
