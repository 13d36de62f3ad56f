using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Publications;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Tests.Publications;

/// <summary>One root of the calendar a day, the first that is shown; sizes and days only grow. After every block the whole state is added up.</summary>
public sealed class PublicationTests
{
    private const ulong Day = 86_400;

    // Ledger time begins in this second of the first day.
    private const ulong Second = 1_000;

    private readonly LedgerWorld _world = NewWorld();

    [Fact]
    public void The_first_root_of_a_day_stands_on_the_ledger_with_a_proof()
    {
        Message.PublishCalendar published = Publish(5, Second);
        Do(published);
        PublicationRecord record = Assert.Single(_world.Events.OfType<LedgerEvent.CalendarPublished>()).Record;
        Assert.Equal(
            new PublicationRecord(
                new PublicationDay(0), 5, published.Root, Instant.FromMilliseconds((long)Second * 1000), new Epoch(0), _world.State.Height, LedgerWorld.Account("pub")),
            record);
        Assert.Equal(record, _world.State.Records.Publication(new PublicationDay(0)));
        Assert.Equal(record, _world.State.Records.LastPublication);
        foreach (StateKey key in (StateKey[])[StateKeys.Publication(new PublicationDay(0)), StateKeys.LastPublication])
        {
            Assert.Equal(StateProofVerdict.Included, _world.State.Prove(key).Verify(_world.State.Root, key, out ReadOnlyMemory<byte> value));
            Assert.Equal(record, PublicationRecord.Read(new WireReader(value)));
        }

        // It costs the fee, and earns nothing.
        Assert.Equal(new Amount(999), _world.State.Records.Account(LedgerWorld.Account("pub")).Balance);
    }

    public static TheoryData<string> Refusals => [.. Enum.GetNames<PublicationVerdict>().Where(static it => it != nameof(PublicationVerdict.Accepted))];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_is_no_root_of_the_day_is_refused_by_name(string expected)
    {
        PublicationVerdict verdict = Enum.Parse<PublicationVerdict>(expected);
        if (verdict is PublicationVerdict.DayTaken or PublicationVerdict.NotLarger) Do(Publish(5, Second));
        if (verdict == PublicationVerdict.NotLarger) WaitUntil(Day + 5);
        if (verdict == PublicationVerdict.Stale) WaitUntil(Second + Limits.PublicationSecondsBehindMax + 1);
        if (verdict == PublicationVerdict.DayTooYoung) WaitUntil(Day + Limits.PublicationSecondsFresh - 2);
        Message.PublishCalendar right = Publish(9, Second);
        Message.PublishCalendar publication = verdict switch
        {
            PublicationVerdict.LeafMalformed => right with { Last = [1, 2, 3] },
            PublicationVerdict.LeafMisplaced => Sign(_world.State.Chain, right with { Size = 8 }, "validator"),
            PublicationVerdict.LinesUnsorted => right with { Lines = [right.Lines[0], right.Lines[0]] },
            PublicationVerdict.SignerForeign => Sign(_world.State.Chain, right, "pub"),
            PublicationVerdict.BelowQuorum => right with { Lines = [] },
            PublicationVerdict.NotYet => Publish(9, Second + Limits.PublicationSecondsAheadMax + 2),
            PublicationVerdict.Stale or PublicationVerdict.DayTaken => right,
            PublicationVerdict.DayTooYoung => Publish(9, Day - 1),
            PublicationVerdict.NotLarger => Publish(5, Day + 1),
            _ => throw new ArgumentOutOfRangeException(nameof(expected)),
        };
        BlockOutcome outcome = _world.Apply(Duration.FromMilliseconds(1), _world.Make("pub", publication));
        Assert.Equal("Publications." + expected, outcome.Refusal.Name);
        Assert.Equal(verdict, Check(publication));
    }

    [Fact]
    public void A_line_that_is_wrong_or_of_another_chain_is_told_with_the_signatures_of_the_transaction()
    {
        Message.PublishCalendar right = Publish(5, Second);
        Message.PublishCalendar[] wrong =
        [
            right with { Root = LedgerWorld.Spec },
            right with { Size = 6 },
            right with { Lines = [right.Lines[0] with { Key = LedgerWorld.Signer("pub").PublicKey }] },
            Sign(new ChainId(LedgerWorld.Spec), right, "validator"),
        ];
        foreach (Message.PublishCalendar it in wrong)
        {
            Assert.Equal(nameof(TransactionVerdict.MessageSignatureWrong), _world.Apply(Duration.FromMilliseconds(1), _world.Make("pub", it)).Refusal.Name);
        }
    }

    [Fact]
    public void Two_roots_of_one_day_do_not_stand_in_one_block()
    {
        BlockOutcome outcome = _world.Apply(
            Duration.FromMilliseconds(1), _world.Make("pub", Publish(5, Second)), _world.Make("other", Publish(6, Second + 1)));
        Assert.Equal((1, "Publications.DayTaken"), (outcome.RefusedIndex, outcome.Refusal.Name));
    }

    [Theory]
    [InlineData(0, PublicationVerdict.BelowQuorum)]
    [InlineData(1, PublicationVerdict.BelowQuorum)]
    [InlineData(2, PublicationVerdict.BelowQuorum)]
    [InlineData(3, PublicationVerdict.Accepted)]
    [InlineData(4, PublicationVerdict.Accepted)]
    public void It_takes_a_quorum_of_who_validates_now(int signers, PublicationVerdict expected)
    {
        string[] names = ["a", "b", "c", "d"];
        Genesis genesis = _world.Genesis with { Validators = [.. names.Select(static it => new GenesisValidator(LedgerWorld.Signer(it).PublicKey, 5))] };
        LedgerState state = LedgerState.FromGenesis(genesis);
        Message.PublishCalendar publication = Sign(state.Chain, Unsigned(5, Second), names[..signers]);
        Assert.Equal(expected, PublicationRules.Check(state, publication, state.Time));
    }

    [Fact]
    public void The_lines_of_as_many_validators_as_there_may_be_fit_into_a_transaction()
    {
        string[] names = [.. Enumerable.Range(0, Limits.ValidatorsMax).Select(static it => "v" + it)];
        Genesis genesis = _world.Genesis with { Validators = [.. names.Select(static it => new GenesisValidator(LedgerWorld.Signer(it).PublicKey, 1))] };
        LedgerState state = LedgerState.FromGenesis(genesis);
        Message.PublishCalendar publication = Sign(state.Chain, Unsigned(5_000, Second), names);
        Assert.Equal(PublicationVerdict.Accepted, PublicationRules.Check(state, publication, state.Time));
        // A calendar of a century has a way of 32 hashes.
        Message.PublishCalendar longest = publication with { Path = [.. Enumerable.Repeat(LedgerWorld.Spec, 32)] };
        Assert.True(_world.Make("pub", longest).Encode().Length <= Limits.TransactionBytesMax);
    }

    [Fact]
    public void A_calendar_that_stands_still_has_its_root_of_the_day_when_the_day_is_a_minute_old()
    {
        Do(Publish(5, Second));
        WaitUntil(Day + 10);
        Message.PublishCalendar stopped = Publish(900, Day - 3);
        Assert.Equal(PublicationVerdict.DayTooYoung, Check(stopped));
        WaitUntil(Day + Limits.PublicationSecondsFresh);
        Do(stopped);
        PublicationRecord record = _world.State.Records.LastPublication!;
        Assert.Equal((1u, 900UL, Day - 3), (record.Day.Number, record.Size, (ulong)record.Second.Milliseconds / 1000));
        Assert.Equal(2, _world.State.Records.Publications(new PublicationDay(0), 10).Count);
        Assert.Equal(record, Assert.Single(_world.State.Records.Publications(new PublicationDay(1), 10)));
        Assert.Single(_world.State.Records.Publications(new PublicationDay(0), 1));
    }

    [Theory]
    [InlineData(31UL)]
    [InlineData(32UL)]
    public void Whatever_is_shown_in_whatever_order_days_and_sizes_grow_and_no_day_has_two(ulong seed)
    {
        Prng prng = new(seed);
        ulong largest = 0;
        SortedSet<string> said = [];
        for (int i = 0; i < 120; i++)
        {
            _world.Do(Duration.FromSeconds(prng.NextBelow(6 * 3600)));
            ulong now = (ulong)_world.State.Time.Milliseconds / 1000;
            ulong second = now + 90 - Math.Min(now, (ulong)prng.NextBelow(5000));
            ulong size = 1 + (ulong)prng.NextBelow(20 + i);
            BlockOutcome outcome = _world.Apply(Duration.FromMilliseconds(1), _world.Make("pub", Publish(size, second)));
            said.Add(outcome.Verdict == BlockVerdict.Accepted ? "Accepted" : outcome.Refusal.Name);
            if (outcome.Verdict != BlockVerdict.Accepted) continue;
            Assert.True(size > largest);
            largest = size;
        }

        List<PublicationRecord> records = _world.State.Records.Publications(new PublicationDay(0), int.MaxValue);
        for (int i = 1; i < records.Count; i++)
        {
            Assert.True(records[i - 1].Day.CompareTo(records[i].Day) < 0 && records[i - 1].Size < records[i].Size && records[i - 1].Second < records[i].Second);
        }

        Assert.True(records.Count > 3 && said.Count >= 4, string.Join(", ", said));
    }

    [Fact]
    public void No_mutation_of_a_publication_puts_another_root_on_the_ledger()
    {
        Prng prng = new(8);
        Message.PublishCalendar right = Publish(5, Second);
        WireWriter writer = new();
        right.Write(writer);
        byte[] encoded = writer.ToArray();
        SortedSet<string> said = [];
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. encoded];
            for (int change = 1 + prng.NextBelow(2); change > 0; change--) bytes[prng.NextBelow(bytes.Length)] ^= (byte)(1 << prng.NextBelow(8));
            WireReader reader = new(bytes);
            Message read = Message.Read(reader);
            if (!reader.Succeeded || read is not Message.PublishCalendar changed)
            {
                said.Add("Malformed");
                continue;
            }

            BlockOutcome outcome = BlockApplication.Apply(
                _world.State, BlockContext.After(_world.State, _world.State.Time + Duration.FromMilliseconds(1)), [_world.Make("pub", changed).Encode()], _world.Verifier);
            said.Add(outcome.Verdict == BlockVerdict.Accepted ? "Accepted" : outcome.Refusal.Name);
            if (outcome.Verdict == BlockVerdict.Accepted) Assert.Equal(encoded, bytes);
        }

        Assert.True(said.Count >= 4, string.Join(", ", said));
    }

    [Fact]
    public void A_state_whose_publications_do_not_grow_is_not_sound()
    {
        Do(Publish(5, Second));
        WaitUntil(Day + 100);
        Do(Publish(6, Day + 99));
        StateTree tree = _world.State.Tree;
        PublicationRecord first = _world.State.Records.Publication(new PublicationDay(0))!, last = _world.State.Records.LastPublication!;
        StateKey key = StateKeys.Publication(first.Day);
        StateTree[] broken =
        [
            tree.Remove(StateKeys.LastPublication),
            tree.Remove(StateKeys.Publication(last.Day)),
            tree.Set(key, Bytes(first with { Size = 6 })),
            tree.Set(key, Bytes(first with { Second = last.Second })),
            tree.Set(key, Bytes(first with { Height = last.Height })),
            tree.Set(StateKeys.LastPublication, Bytes(last with { Size = 7 })),
        ];
        foreach (StateTree it in broken) Assert.Equal(AuditVerdict.PublicationsDiffer, LedgerAudit.Run(it));
        Assert.Equal(AuditVerdict.RecordMalformed, LedgerAudit.Run(tree.Set(key, Bytes(last))));
    }

    private static LedgerWorld NewWorld() => new(LedgerWorld.Parameters, [("pub", 1000, 0), ("other", 1000, 0)]);

    private PublicationVerdict Check(Message.PublishCalendar publication) =>
        PublicationRules.Check(_world.State, publication, _world.State.Time + Duration.FromMilliseconds(1));

    private void Do(Message.PublishCalendar publication) => _world.Do(Duration.FromMilliseconds(1), _world.Make("pub", publication));

    private void WaitUntil(ulong second) => _world.Do(Instant.FromMilliseconds((long)second * 1000) - _world.State.Time);

    private Message.PublishCalendar Publish(ulong size, ulong second) => Sign(_world.State.Chain, Unsigned(size, second), "validator");

    // What is under the root but the last second is nobody's business here.
    private static Message.PublishCalendar Unsigned(ulong size, ulong second)
    {
        RoundLeaf last = new(new Round(second), LedgerWorld.Spec, 1, 3, LedgerWorld.Spec, LedgerWorld.Spec, RoundMark.Live);
        Hash256[] leaves = [.. Enumerable.Range(0, (int)size - 1).Select(static i => Hasher.Sha256(BitConverter.GetBytes(i))), last.Hash];
        return new Message.PublishCalendar(size, MerkleTree.Root(leaves), [.. last.Encode()], MerkleTree.ProveInclusion(leaves, leaves.Length - 1).Path, []);
    }

    private static Message.PublishCalendar Sign(ChainId chain, Message.PublishCalendar publication, params string[] signers)
    {
        string text = new Checkpoint(Checkpoint.OriginOf(chain), publication.Size, publication.Root).Text;
        Hash256 digest = ValidatorNote.SigningDigest(chain, text);
        ImmutableArray<CheckpointLine> lines = [.. signers.Select(it => new CheckpointLine(LedgerWorld.Signer(it).PublicKey, LedgerWorld.Signer(it).Sign(digest))).OrderBy(static it => it.Key)];
        return publication with { Lines = lines };
    }

    private static byte[] Bytes(PublicationRecord record)
    {
        WireWriter writer = new();
        record.Write(writer);
        return writer.ToArray();
    }
}
