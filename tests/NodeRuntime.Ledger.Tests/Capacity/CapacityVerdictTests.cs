using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>One way to be refused for each row, by its name.</summary>
public sealed class CapacityVerdictTests
{
    private const CapacityKind Cpu = CapacityKind.Cpu;
    private const CapacityKind Space = CapacityKind.Space;

    // Every verdict, and something that meets it.
    private static readonly List<(CapacityVerdict Verdict, string Story, Func<CapacityWorld, string> Play)> Rows =
    [
        (CapacityVerdict.NotOwnNode, "another's key", static it => it.Send("pat", CapacityWorld.Commit("quin", 1, 0))),
        (CapacityVerdict.UnitsMalformed, "a kind twice", static it => it.Send("pat", CapacityWorld.Commit("pat", 1, 0) with
        {
            Units = [new CapacityUnits(Cpu, 1), new CapacityUnits(Cpu, 2)],
        })),
        (CapacityVerdict.UnitsOutOfRange, "more than a peer may have", static it => it.Send("pat", CapacityWorld.Commit("pat", 5, 0))),
        (CapacityVerdict.UnitsOutOfRange, "none of what it has not", static it => it.Send("pat", CapacityWorld.Commit("pat", 0, 0) with
        {
            Units = [new CapacityUnits(Cpu, 0)],
        })),
        (CapacityVerdict.RegionMalformed, "a region in capitals", static it => it.Send("pat", CapacityWorld.Commit("pat", 1, 0) with { Region = "EU" })),
        (CapacityVerdict.AttributesMalformed, "attributes out of order", static it => it.Send("pat", CapacityWorld.Commit("pat", 1, 0, "b", "a"))),
        (CapacityVerdict.AttributesMalformed, "an attribute of other letters", static it => it.Send("pat", CapacityWorld.Commit("pat", 1, 0, "a b"))),
        (CapacityVerdict.CommitmentWithoutStake, "1,100 of collateral, 1,000 bonded", static it => it.Send("pat", CapacityWorld.Commit("pat", 4, 1))),
        (CapacityVerdict.CommitmentWithoutStake, "no bond at all", static it => it.Send("ana", CapacityWorld.Commit("ana", 0, 0))),
        (CapacityVerdict.ChangePending, "a change behind a change", static it => Begun(it, number =>
        {
            it.MoveTo(number, 3_000);
            it.Do("pat", CapacityWorld.Commit("pat", 2, 0));
            return it.Send("pat", CapacityWorld.Commit("pat", 1, 0));
        })),
        (CapacityVerdict.NotCommitted, "who sells nothing answers", static it => it.Send("ana", CapacityWorld.Answer(Cpu, it.Number, false, []))),
        (CapacityVerdict.NotCommitted, "who sells nothing withdraws", static it => it.Send("ana", new Message.WithdrawCapacity())),
        (CapacityVerdict.TooEarly, "a period that has not begun", static it => Begun(it, number => it.Send("pat", CapacityWorld.Answer(Cpu, number + 1, false, [])))),
        (CapacityVerdict.TooEarly, "an opening before the closing", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            return it.Send("pat", CapacityWorld.Answer(Cpu, number, true, [1]));
        })),
        (CapacityVerdict.TooEarly, "in the block that a period begins with", static it =>
        {
            it.Do("pat", CapacityWorld.Commit("pat", 1, 0));
            uint next = it.Number + 1;
            it.MoveTo(next, -1);
            return it.Send("pat", CapacityWorld.Answer(Cpu, next, false, []));
        }),
        (CapacityVerdict.Late, "a claim behind the last moment", static it => Begun(it, number =>
        {
            Message.AnswerCapacity claim = it.Claim(number, "pat");
            it.MoveTo(number, 2_700);
            return it.Send("pat", claim);
        })),
        (CapacityVerdict.Late, "a proof of space behind the last moment", static it => Begun(it, number =>
        {
            Message.AnswerCapacity proof = CapacityWorld.Answer(Space, number, false, it.Proof(number, "pat").Encode());
            it.MoveTo(number, 2_700);
            return it.Send("pat", proof);
        })),
        (CapacityVerdict.Late, "an opening behind the last moment", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            it.MoveTo(number, 5_000);
            return it.Send("pat", it.Open(number, "pat"));
        })),
        (CapacityVerdict.Late, "a period that is forgotten", static it => Begun(it, number =>
        {
            Message.AnswerCapacity claim = it.Claim(number, "pat");
            it.MoveTo(number + 6, 100);
            return it.Send("pat", claim);
        })),
        (CapacityVerdict.NotOwed, "a commitment that counts from the next period", static it => Begun(it, number =>
        {
            it.Do("sue", CapacityWorld.Commit("sue", 1, 0));
            return it.Send("sue", CapacityWorld.Answer(Cpu, number, false, []));
        })),
        (CapacityVerdict.AlreadyAnswered, "a claim replayed", static it => Begun(it, number =>
        {
            Message.AnswerCapacity claim = it.Claim(number, "pat");
            it.Do("pat", claim);
            return it.Send("pat", claim);
        })),
        (CapacityVerdict.NothingToOpen, "an opening of nothing", static it => Begun(it, number => it.Send("pat", CapacityWorld.Answer(Cpu, number, true, [])))),
        (CapacityVerdict.NothingToOpen, "an opening of space", static it => Begun(it, number => it.Send("pat", CapacityWorld.Answer(Space, number, true, [])))),
        (CapacityVerdict.ProofMalformed, "no bytes", static it => Begun(it, number => it.Send("pat", CapacityWorld.Answer(Cpu, number, false, [])))),
        (CapacityVerdict.ProofMalformed, "oversized", static it => Begun(it, number =>
            it.Send("pat", CapacityWorld.Answer(Space, number, false, new byte[Limits.CapacityProofBytesMax])))),
        (CapacityVerdict.ProofForeign, "another's claim", static it => Begun(it, number => it.Send("quin", it.Claim(number, "pat")))),
        (CapacityVerdict.ProofForeign, "the claim of another slice", static it => Claimed(it, static (_, claim) => claim with { Slice = new SliceNumber(1) })),
        (CapacityVerdict.ProofForeign, "another's proof of space", static it => Begun(it, number =>
            it.Send("quin", CapacityWorld.Answer(Space, number, false, it.Proof(number, "pat").Encode())))),
        (CapacityVerdict.WorkKindWrong, "RandomX where AES-ROMix is asked for", static it => Claimed(it, static (_, claim) => claim with { Kind = WorkKind.RandomX })),
        (CapacityVerdict.UnitsUnknown, "one unit too many", static it => Claimed(it, static (_, claim) => claim with { Units = (ushort)(claim.Units + 1) })),
        (CapacityVerdict.TooManyShares, "more than there are buckets", static it => Claimed(it, static (_, claim) => claim with
        {
            Found = claim.Found with { Count = 9 },
        })),
        (CapacityVerdict.RootWrong, "shares without a root", static it => Claimed(it, static (_, claim) => claim with { Found = claim.Found with { Hash = Hash256.Zero } })),
        (CapacityVerdict.RootWrong, "a way to another root", static it => Opened(it, static (_, opening) => opening with
        {
            Shares = opening.Shares.SetItem(0, opening.Shares[0] with { Share = opening.Shares[0].Share with { Offset = (ushort)(opening.Shares[0].Share.Offset ^ 1) } }),
        })),
        (CapacityVerdict.ProofForeign, "an opening of something else", static it => Opened(it, static (_, opening) => opening with { Commitment = Hash256.Zero })),
        (CapacityVerdict.NotDrawnShares, "a share too few", static it => Opened(it, static (_, opening) => opening with { Shares = opening.Shares[..^1] })),
        (CapacityVerdict.ShareMalformed, "a way too short", static it => Opened(it, static (_, opening) => opening with
        {
            Shares = opening.Shares.SetItem(0, opening.Shares[0] with { Siblings = opening.Shares[0].Siblings[..^1] }),
        })),
        (CapacityVerdict.IndexDuplicate, "a share twice", static it => Opened(it, static (_, opening) => opening with
        {
            Shares = opening.Shares.SetItem(1, opening.Shares[0]),
        })),
        (CapacityVerdict.IndexUnsorted, "shares out of order", static it => Opened(it, static (_, opening) => opening with
        {
            Shares = opening.Shares.SetItem(2, opening.Shares[0]),
        })),
        (CapacityVerdict.NonceOutOfRange, "a nonce that may not be tried", static it => Proved(it, static proof => proof with { Nonce = 200 })),
        (CapacityVerdict.SizeWrong, "a byte too few", static it => Proved(it, static proof => proof with { Indices = proof.Indices[..^1] })),
        (CapacityVerdict.PaddingNotZero, "bits behind the last number", static it => Proved(it, static proof => proof with
        {
            Indices = proof.Indices.SetItem(proof.Indices.Length - 1, (byte)(proof.Indices[^1] | 0x80)),
        }, units: 2)),
        (CapacityVerdict.IndexOutOfRange, "a label that nobody has", static it => Proved(it, static proof => proof with
        {
            Indices = [.. Enumerable.Repeat((byte)0xff, proof.Indices.Length - 1), 0x0f],
        }, units: 3)),
        (CapacityVerdict.IndexDuplicate, "a label twice", static it => Proved(it, static proof => proof with
        {
            Indices = [.. new byte[proof.Indices.Length]],
        })),
        (CapacityVerdict.IndexUnsorted, "labels out of order", static it => Proved(it, static proof => proof with
        {
            Indices = [0xff, 0x0f, .. new byte[proof.Indices.Length - 2]],
        })),
        (CapacityVerdict.NothingToReport, "a word about nothing", static it => Begun(it, number =>
        {
            it.MoveTo(number, 2_700);
            return it.Send("quin", it.Report(Cpu, number, "pat"));
        })),
        (CapacityVerdict.NothingToReport, "a word before the opening", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            it.MoveTo(number, 2_700);
            return it.Send("quin", it.Report(Cpu, number, "pat"));
        })),
        (CapacityVerdict.WrongSubject, "a word about another claim", static it => Told(it, static (world, number) =>
            world.Send("quin", world.Report(Cpu, number, "pat") with { Subject = Hash256.Zero }))),
        (CapacityVerdict.NotDrawn, "the provider's own word", static it => Told(it, static (world, number) => world.Send("pat", world.Report(Cpu, number, "pat")))),
        (CapacityVerdict.NotDrawn, "a stranger's word", static it => Told(it, static (world, number) => world.Send("ana", world.Report(Cpu, number, "pat")))),
        (CapacityVerdict.AlreadyReported, "a second word", static it => Told(it, static (world, number) =>
        {
            world.Do("quin", world.Report(Cpu, number, "pat"));
            return world.Send("quin", world.Report(Cpu, number, "pat", DutyFinding.Failed));
        })),
        (CapacityVerdict.Late, "a word behind the period", static it => Told(it, static (world, number) =>
        {
            Message.ReportCapacity word = world.Report(Cpu, number, "pat");
            world.MoveTo(number + 1, 0);
            return world.Send("quin", word);
        })),
        (CapacityVerdict.NothingToAccuse, "no answer", static it => Begun(it, number =>
            it.Send("ana", new Message.AccuseCapacity(Cpu, number, CapacityWorld.Account("pat"), [], new Amount(50))))),
        (CapacityVerdict.StakeTooLow, "less than the deposit", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            return it.Send("ana", Accuse(it, number, 0) with { Stake = new Amount(49) });
        })),
        (CapacityVerdict.BalanceTooLow, "more than there is", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            return it.Send("ana", Accuse(it, number, 0) with { Stake = new Amount(5_000) });
        })),
        (CapacityVerdict.BalanceTooLow, "no deposit", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            it.Do("ana", new Message.Transfer(CapacityWorld.Account("pat"), new Amount(4_960)));
            return it.Send("ana", Accuse(it, number, 0));
        })),
        (CapacityVerdict.FaultMalformed, "bytes that are no accusation", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            return it.Send("ana", Accuse(it, number, 0) with { Fault = [1, 2, 3] });
        })),
        (CapacityVerdict.FaultForeign, "a share that was never committed", static it => Begun(it, number =>
        {
            it.Do("pat", it.Claim(number, "pat"));
            ShareProof share = it.ShareAt("pat", 0);
            ShareFault other = new(it.Commitment(number, "pat"), share with { Share = share.Share with { Offset = 63 } });
            return it.Send("ana", Accuse(it, number, 0) with { Fault = [.. other.Encode()] });
        })),
        (CapacityVerdict.FaultForeign, "a position that no proof has", static it => Begun(it, number =>
        {
            SpaceProof proof = it.Proof(number, "pat");
            it.Do("pat", CapacityWorld.Answer(Space, number, false, proof.Encode()));
            return it.Send("ana", new Message.AccuseCapacity(Space, number, CapacityWorld.Account("pat"), [.. new SpaceFault(proof.Digest, 300).Encode()], new Amount(50)));
        })),
        (CapacityVerdict.MaintenanceTooLate, "it has begun", static it => Begun(it, _ => it.Send("pat", Maintenance(it, 0, 10)))),
        (CapacityVerdict.MaintenanceOutOfRange, "backwards", static it => Begun(it, _ => it.Send("pat", Maintenance(it, 20, 10)))),
        (CapacityVerdict.MaintenanceOutOfRange, "a day", static it => Begun(it, _ => it.Send("pat", Maintenance(it, 10, 90_000)))),
        (CapacityVerdict.MaintenanceOutOfRange, "until the end of time", static it => Begun(it, _ =>
            it.Send("pat", new Message.DeclareMaintenance(it.State.Time + Duration.FromSeconds(5), new Instant(long.MaxValue))))),
        (CapacityVerdict.MaintenanceUsedUp, "eight hours and one second", static it => Begun(it, _ =>
        {
            it.Do("pat", Maintenance(it, 100, 100 + (8 * 3600)));
            return it.Send("pat", Maintenance(it, 90, 91));
        })),
        (CapacityVerdict.MaintenanceUnderWay, "another while one lasts", static it => Begun(it, _ =>
        {
            it.Do("pat", Maintenance(it, 1, 100));
            it.Block(Duration.FromSeconds(2));
            return it.Send("pat", Maintenance(it, 200, 300));
        })),
    ];

    public static TheoryData<string> Stories => [.. Rows.Select(static row => row.Story)];

    [Theory]
    [MemberData(nameof(Stories))]
    public void A_message_is_refused_by_name(string story)
    {
        (CapacityVerdict verdict, _, Func<CapacityWorld, string> play) = Rows.Single(row => row.Story == story);
        Assert.Equal("Capacity." + verdict, play(new CapacityWorld()));
    }

    [Fact]
    public void A_chain_without_capacity_knows_none_of_it()
    {
        LedgerWorld world = new(LedgerWorld.Parameters, [("pat", 10_000, 1_000)]);
        Message[] messages =
        [
            CapacityWorld.Commit("pat", 1, 0), new Message.WithdrawCapacity(), CapacityWorld.Answer(Cpu, 1, false, []),
            new Message.ReportCapacity(Cpu, 1, CapacityWorld.Account("pat"), Hash256.Zero, DutyFinding.Passed),
            new Message.AccuseCapacity(Cpu, 1, CapacityWorld.Account("pat"), [], new Amount(50)), new Message.DeclareMaintenance(Instant.Epoch, Instant.Epoch),
        ];
        Assert.All(messages, message =>
            Assert.Equal("Capacity.NotOnThisChain", world.Apply(Duration.FromMilliseconds(1), world.Make("pat", message)).Refusal.Name));
    }

    [Fact]
    public void Every_verdict_has_a_row() => Assert.Equal(
        Enum.GetValues<CapacityVerdict>().Except([CapacityVerdict.Accepted, CapacityVerdict.NotOnThisChain]).Order(),
        Rows.Select(static row => row.Verdict).Distinct().Order());

    private static string Begun(CapacityWorld world, Func<uint, string> then) => then(world.Begin(1, 1, "pat", "quin"));

    private static string Claimed(CapacityWorld world, Func<CapacityWorld, ShareCommitment, ShareCommitment> corrupt) => Begun(world, number =>
    {
        _ = world.Claim(number, "pat");
        return world.Send("pat", CapacityWorld.Answer(Cpu, number, false, corrupt(world, world.Commitment(number, "pat")).Encode()));
    });

    private static string Opened(CapacityWorld world, Func<CapacityWorld, ShareOpening, ShareOpening> corrupt) => Begun(world, number =>
    {
        world.Do("pat", world.Claim(number, "pat"));
        world.MoveTo(number, 2_700);
        return world.Send("pat", CapacityWorld.Answer(Cpu, number, true, corrupt(world, world.Opening(number, "pat")).Encode()));
    });

    private static string Told(CapacityWorld world, Func<CapacityWorld, uint, string> then) => Begun(world, number =>
    {
        world.Do("pat", world.Claim(number, "pat"));
        world.MoveTo(number, 2_700);
        world.Do("pat", world.Open(number, "pat"));
        return then(world, number);
    });

    private static string Proved(CapacityWorld world, Func<SpaceProof, SpaceProof> corrupt, uint units = 1)
    {
        uint number = world.Begin(0, units, "pat");
        return world.Send("pat", CapacityWorld.Answer(Space, number, false, corrupt(world.Proof(number, "pat")).Encode()));
    }

    private static Message.AccuseCapacity Accuse(CapacityWorld world, uint number, uint rank) => new(
        Cpu, number, CapacityWorld.Account("pat"), [.. new ShareFault(world.Commitment(number, "pat"), world.ShareAt("pat", rank)).Encode()], new Amount(50));

    private static Message.DeclareMaintenance Maintenance(CapacityWorld world, long from, long until) =>
        new(world.State.Time + Duration.FromSeconds(from), world.State.Time + Duration.FromSeconds(until));
}
