using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Capacity;

/// <summary>
/// A chain of four providers whose slices and epochs last six seconds: 2.5 s to answer, then openings until 4.25 s. A unit takes 200 of bond for processors,
/// 300 for space; a pool of 100 and 60 units of money, 10 at most for each unit of capacity. Everything is really searched, plotted and checked.
/// </summary>
internal sealed class CapacityWorld
{
    public static CapacityTerms Terms { get; } = CapacityTerms.Development with
    {
        Proofs = new CapacityParameters(
            CapacityTerms.Development.Proofs.Cpu with { WorkPerShare = 2, BucketNonces = 6, BucketBits = 3, UnitBits = 2, ReferenceRate = 1 },
            CapacityTerms.Development.Proofs.Space with { RowMemory = 8, UnitsMax = 8 }),
        Cpu = new KindTerms(new Amount(200), new Amount(100), new Amount(10)),
        Space = new KindTerms(new Amount(300), new Amount(60), new Amount(10)),
        AccusationDeposit = new Amount(50),
        BidsNeedProof = false,
    };

    public static readonly string[] Names = ["pat", "quin", "rob", "sue"];

    private readonly SortedDictionary<string, ShareTree> _trees = new(StringComparer.Ordinal);

    /// <param name="strangers">Further accounts, x0 and so on, with 500 each.</param>
    public CapacityWorld(CapacityTerms? terms = null, IWorkHashes? works = null, int strangers = 0)
    {
        ChainParameters parameters = LedgerWorld.Parameters with { Capacity = terms ?? Terms };
        Ledger = new LedgerWorld(parameters, [.. Names.Select(static name => (name, (UInt128)10_000, (UInt128)1_000)), ("ana", 5_000, 0), .. Strangers(strangers)], works);
    }

    public LedgerWorld Ledger { get; }

    public LedgerState State => Ledger.State;

    public CapacityTerms ChainTerms => State.Parameters.Capacity!;

    public static AccountId Account(string name) => LedgerWorld.Account(name);

    public CapacityDutyRecord Record(CapacityKind kind, string name) => State.Records.CapacityDuty(kind, Account(name))!;

    public UInt128 Balance(string name) => State.Records.Account(Account(name)).Balance.Units;

    public UInt128 Bonded(string name) => State.Records.Bond(Account(name)).Bonded.Units;

    public uint Number => CapacitySchedule.Of(ChainTerms, CapacityKind.Cpu).NumberAt(State.Time);

    public static Message.CommitCapacity Commit(string name, uint cpu, uint space, params string[] attributes) => new(
        LedgerWorld.Signer(name).PublicKey,
        [.. new[] { new CapacityUnits(CapacityKind.Cpu, cpu), new CapacityUnits(CapacityKind.Space, space) }.Where(static it => it.Units > 0)],
        "eu",
        [.. attributes]);

    /// <summary>A block so much later, with a beacon of its own.</summary>
    public BlockOutcome Block(Duration later, params Transaction[] transactions)
    {
        BlockContext context = BlockContext.After(State, State.Time + later);
        BlockTurn turn = new(new ValidatorIndex(0), []) { Beacon = Beacon.Next(State.Beacon, null) };
        ImmutableArray<ReadOnlyMemory<byte>> body = [.. transactions.Select(static it => (ReadOnlyMemory<byte>)it.Encode())];
        return Ledger.Take(BlockApplication.Apply(State, context with { Turn = turn }, body, Ledger.Verifier));
    }

    /// <summary>Messages of one sender in one transaction in a block of its own; its verdict by name.</summary>
    public string Send(string name, params Message[] messages)
    {
        BlockOutcome outcome = Block(Duration.FromMilliseconds(1), Ledger.Make(name, messages));
        return outcome.Verdict == BlockVerdict.TransactionRefused ? outcome.Refusal.Name : outcome.Verdict.ToString();
    }

    public void Do(string name, params Message[] messages) => Assert.Equal("Accepted", Send(name, messages));

    /// <summary>Empty blocks, half a second at most from one to the next, until so long after a period's start.</summary>
    public void MoveTo(uint number, long milliseconds)
    {
        Instant target = CapacitySchedule.Of(ChainTerms, CapacityKind.Cpu).StartOf(number) + Duration.FromMilliseconds(milliseconds);
        while (State.Time < target)
        {
            // A block stands at the very start of every slice.
            Instant next = CapacitySchedule.Of(ChainTerms, CapacityKind.Cpu).StartOf(Number + 1);
            long left = Math.Min((target - State.Time).Milliseconds, (next - State.Time).Milliseconds);
            Block(Duration.FromMilliseconds(Math.Min(left, 500)));
        }
    }

    /// <summary>All four commit, and their first period begins.</summary>
    public uint Begin(uint cpu = 1, uint space = 0, params string[] others)
    {
        foreach (string name in others.Length == 0 ? Names : others) Do(name, Commit(name, cpu, space));
        uint number = Number + 1;
        MoveTo(number, 100);
        return number;
    }

    public CapacityDuty Duty(CapacityKind kind, uint number, string name) =>
        CapacityDuty.Find(State.Records, State.Chain, ChainTerms, kind, number, Account(name))!;

    /// <summary>What an honest peer commits to; its tree is kept for the opening. Forged: every share is moved to another nonce.</summary>
    public Message.AnswerCapacity Claim(uint number, string name, bool isForged = false)
    {
        SliceDuty duty = Duty(CapacityKind.Cpu, number, name).Slice;
        using IWorkMemory memory = PortableWorkHashes.Instance.Open(WorkKind.AesRoMix, duty.Key, WorkMode.Light)!;
        using IWorkHash hash = memory.CreateHash();
        ImmutableArray<Share>.Builder shares = ImmutableArray.CreateBuilder<Share>();
        for (uint unit = 0; unit < duty.Units; unit++)
        {
            ShareSearch search = new(duty.Parameters, duty.Beacon, duty.Owner, unit);
            search.Step(hash, 1_000);
            shares.AddRange(isForged ? search.Shares.Select(share => Forge(duty, share, hash)) : search.Shares);
        }

        ShareTree tree = new(shares.ToImmutable(), duty.Parameters.TreeDepth);
        _trees[name] = tree;
        return Answer(CapacityKind.Cpu, number, false, CommitmentOf(duty, tree).Encode());
    }

    /// <summary>A claim of these shares, whether they are any or not.</summary>
    public Message.AnswerCapacity ClaimOf(uint number, string name, params ImmutableArray<Share> shares)
    {
        ShareTree tree = new(shares, ChainTerms.Proofs.Cpu.TreeDepth);
        _trees[name] = tree;
        return Answer(CapacityKind.Cpu, number, false, CommitmentOf(Duty(CapacityKind.Cpu, number, name).Slice, tree).Encode());
    }

    public ShareOpening Opening(uint number, string name)
    {
        CapacityDuty duty = Duty(CapacityKind.Cpu, number, name);
        return ShareRules.Open(ChainTerms.Proofs.Cpu, CommitmentOf(duty.Slice, _trees[name]), _trees[name], duty.Period.Closing!.Beacon);
    }

    public Message.AnswerCapacity Open(uint number, string name) => Answer(CapacityKind.Cpu, number, true, Opening(number, name).Encode());

    public ShareCommitment Commitment(uint number, string name) => CommitmentOf(Duty(CapacityKind.Cpu, number, name).Slice, _trees[name]);

    public ShareProof ShareAt(string name, uint rank) => _trees[name].Prove(rank);

    /// <summary>What an honest peer proves of its space. The plot is made anew each time.</summary>
    public SpaceProof Proof(uint number, string name)
    {
        SpaceChallenge challenge = Duty(CapacityKind.Space, number, name).Challenge;
        IArgon2id argon2 = SystemArgon2.Open().Create();
        SpaceScan scan = new(challenge);
        byte[] rows = new byte[challenge.Parameters.UnitByteCount];
        for (uint place = 0; place < challenge.ScannedUnits; place++)
        {
            for (uint row = 0; row < challenge.Parameters.UnitRows; row++)
            {
                Span<byte> output = rows.AsSpan((int)row * SpaceParameters.RowByteCount, SpaceParameters.RowByteCount);
                challenge.Identity.MakeRow(challenge.Parameters, argon2, ((ulong)challenge.UnitAt(place) * challenge.Parameters.UnitRows) + row, output);
            }

            scan.Append(rows);
        }

        return scan.Proof!;
    }

    public static Message.AnswerCapacity Answer(CapacityKind kind, uint number, bool isOpening, byte[] proof) => new(kind, number, isOpening, [.. proof]);

    public IEnumerable<string> Drawn(CapacityKind kind, uint number, string name) =>
        VerifierSeats.Drawn(State.Records, Duty(kind, number, name)).Select(static account => Names.Single(it => Account(it) == account));

    public Message.ReportCapacity Report(CapacityKind kind, uint number, string name, DutyFinding finding = DutyFinding.Passed) => new(
        kind, number, Account(name), State.Records.CapacityAnswer(kind, number, Account(name))?.Subject ?? Hash256.Zero, finding);

    /// <summary>A whole slice as honest peers play it, but for those who stay away; up to the end of its reports.</summary>
    public void PlaySlice(uint number, params string[] absent)
    {
        string[] present = [.. Names.Where(name => !absent.Contains(name) && State.Records.CapacityDuty(CapacityKind.Cpu, Account(name)) is not null)];
        MoveTo(number, 100);
        foreach (string name in present) Do(name, Claim(number, name));
        MoveTo(number, 2_700);
        foreach (string name in present) Do(name, Open(number, name));
        foreach (string name in present)
        {
            foreach (string verifier in Drawn(CapacityKind.Cpu, number, name).Except(absent)) Do(verifier, Report(CapacityKind.Cpu, number, name));
        }

        MoveTo(number, 5_900);
    }

    private static IEnumerable<(string, UInt128, UInt128)> Strangers(int count) => Enumerable.Range(0, count).Select(static i => ($"x{i}", (UInt128)500, (UInt128)0));

    private static ShareCommitment CommitmentOf(SliceDuty duty, ShareTree tree) => new(duty.Owner, duty.Slice, duty.Parameters.Kind, duty.Units, tree.Root);

    private static Share Forge(SliceDuty duty, Share share, IWorkHash hash)
    {
        for (ushort offset = 0; offset < duty.Parameters.BucketNonces; offset++)
        {
            Share forged = share with { Offset = offset };
            if (!forged.Hits(duty.Parameters, duty.Beacon, duty.Owner, hash)) return forged;
        }

        return share;
    }
}
