using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// One case of twins: in each of the first views, who hears whom. The machines are split into two sides; whoever holds a key of
/// the first F validators stands there twice and can be on both. Which of the views the doubled key leads is part of the case. After
/// these views everybody hears everybody.
/// </summary>
/// <param name="Sides">For each view from 1 on, a bit for each machine: its side.</param>
/// <param name="LeadsView">The view that validator 0 leads; 0 for none of them. Free where negative.</param>
public sealed record TwinsCase(int Validators, ImmutableArray<uint> Sides, int LeadsView)
{
    public const int EnumeratedViews = 3;

    /// <summary>Five machines on two sides, the first always on the same one: 16 ways in each of three views, and four leaders.</summary>
    public const int EnumeratedCount = 16 * 16 * 16 * 4;

    private static readonly Duration Split = Duration.FromSeconds(5);

    /// <summary>All cases of four validators, one of them doubled, over three views.</summary>
    public static TwinsCase Enumerated(int number)
    {
        Invariant.Holds(number is >= 0 and < EnumeratedCount);
        ImmutableArray<uint>.Builder sides = ImmutableArray.CreateBuilder<uint>(EnumeratedViews);
        int rest = number / 4;
        for (int view = 0; view < EnumeratedViews; view++)
        {
            sides.Add((uint)(rest % 16) << 1);
            rest /= 16;
        }

        return new TwinsCase(4, sides.MoveToImmutable(), number % 4);
    }

    /// <summary>A case of seven validators, two of them doubled, over six views, drawn from the seed.</summary>
    public static TwinsCase Sampled(ulong seed)
    {
        Prng prng = new(seed ^ 0x7415_0000_0000_0000);
        ImmutableArray<uint>.Builder sides = ImmutableArray.CreateBuilder<uint>(6);
        for (int view = 0; view < 6; view++) sides.Add((uint)prng.NextBelow(1UL << 9));
        return new TwinsCase(7, sides.MoveToImmutable(), -1);
    }

    /// <summary>The run of this case.</summary>
    public AgreementConfig ToConfig(ulong seed, Mutant mutant = Mutant.None) => new()
    {
        Seed = seed,
        Validators = Validators,
        TransferEvery = Duration.FromSeconds(2),
        Mutant = mutant,
        Twins = this,
        Plan = new NemesisPlan
        {
            Name = "twins",
            Peers = Validators,
            Length = Split + Duration.FromSeconds(1),
            HealAt = Split,
            Steps = [new NemesisStep { At = Duration.Zero, Act = NemesisAct.Be, Target = NemesisTarget.Faulty, Misdeed = Atlas.FaultClass.Twins }],
        },
    };

    internal bool Fits(Genesis genesis)
    {
        if (LeadsView < 0) return true;
        for (int view = 1; view <= EnumeratedViews; view++)
        {
            bool leads = LeaderSchedule.LeaderOf(genesis.ChainId, genesis.ValidatorSet, new View((ulong)view)).Number == 0;
            if (leads != (view == LeadsView)) return false;
        }

        return true;
    }

    /// <summary>Votes, proposals and certificates by their view; everything else by the view its sender is in.</summary>
    internal bool Hears(AgreementNode from, AgreementNode to, Frame frame)
    {
        View view = frame.Message switch
        {
            ConsensusMessage.Propose m => m.Block.Header.View,
            ConsensusMessage.Reseal m => m.LeaderVote.Slot.View,
            ConsensusMessage.Voted m => m.Vote.Slot.View,
            ConsensusMessage.Certified m => m.Certificate.Slot.View,
            _ => from.EnteredView,
        };
        if (view.Number > (ulong)Sides.Length) return true;
        uint sides = Sides[(int)Math.Max(view.Number, 1) - 1];
        return ((sides >> from.Number) & 1) == ((sides >> to.Number) & 1);
    }
}
