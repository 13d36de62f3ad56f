using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Support;

/// <summary>
/// Plays a script of the ledger, a line at a time, each transaction in a block of its own one millisecond after the last:
///
///     genesis alice 1000 pat 0/200           who holds what: balance, or balance/bond
///     parameters attempts=1 faucet=0         before the first other line
///     alice: transfer bob 5 -> Accepted      a transaction and its verdict; "; " between messages
///     alice: order job price=2 seconds=10 -> Accepted
///     pat: bid job 2 -> Accepted
///     +1s                                    an empty block, so much later (s or ms)
///     alice has 974                          pat bonds 200/0 leases 1
///     punish pat by tom -> Accepted          evidence against a validator's key, in a block of its own; "+1s" before the arrow: later
///     pat is jailed for 500                  or free
///     job is Leased escrow 20                job/0 is Settled paid 2 refunded 18
///     saw LeaseOpened                        what the last block made happen, in order
///
/// Empty lines and what follows # are for the reader. After every block the full audit must be sound.
/// </summary>
internal sealed class LedgerTable
{
    private readonly SortedDictionary<string, OrderId> _orders = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _verdicts;
    private ChainParameters _parameters = LedgerWorld.Parameters;
    private LedgerWorld? _world;

    private LedgerTable(SortedSet<string> verdicts) => _verdicts = verdicts;

    private LedgerWorld World => _world ?? throw new InvalidOperationException("a script begins with genesis");

    /// <returns>Every verdict that the script met.</returns>
    public static SortedSet<string> Play(string script)
    {
        SortedSet<string> verdicts = new(StringComparer.Ordinal);
        LedgerTable table = new(verdicts);
        int number = 0;
        foreach (string raw in script.Split('\n'))
        {
            number++;
            string line = raw.Split('#')[0].Trim();
            if (line.Length == 0) continue;
            try
            {
                table.PlayLine(line);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"line {number}: {line}: {exception.Message}", exception);
            }
        }

        return verdicts;
    }

    private void PlayLine(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "parameters") _parameters = WithParameters(words);
        else if (words[0] == "genesis") _world = new LedgerWorld(_parameters, Holders(words));
        else if (words[0][0] == '+') World.Do(Time(words[0][1..]));
        else if (words[0] == "saw") Assert.Equal(words[1..], World.Events.Select(happened => happened.GetType().Name));
        else if (words[0] == "punish") Punish(words);
        else if (words[0].EndsWith(':')) PlayTransaction(words[0][..^1], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        else if (words[1] == "has") Assert.Equal(Number(words[2]), BalanceOf(words[0]));
        else if (words[1] == "bonds") CheckBond(words);
        else if (words[1] == "is" && words[2] is "jailed" or "free") CheckJail(words);
        else if (words[1] == "is" && words[0].Contains('/', StringComparison.Ordinal)) CheckLease(words);
        else if (words[1] == "is") CheckOrder(words);
        else throw new InvalidOperationException("not a line of a script");
    }

    private ChainParameters WithParameters(string[] words)
    {
        ChainParameters parameters = _parameters;
        foreach (string word in words[1..])
        {
            (string name, string value) = Pair(word);
            parameters = name switch
            {
                "attempts" => parameters with { AttemptsMax = (byte)Number(value) },
                "faucet" => parameters with { FaucetAmount = new Amount(Number(value)) },
                "fee" => parameters with { TransactionFee = new Amount(Number(value)) },
                "votes" => parameters with { BondPerVote = new Amount(Number(value)), ValidatorBondMin = new Amount(Number(value) * 2) },
                "slash" => parameters with { Slashing = parameters.Slashing with { EquivocationBasisPoints = (ushort)Number(value) } },
                "harmed" => parameters with { Slashing = parameters.Slashing with { HarmedBasisPoints = (ushort)Number(value) } },
                "reporter" => parameters with { Slashing = parameters.Slashing with { ReporterBasisPoints = (ushort)Number(value) } },
                "penalty" => parameters with { MissedResultPenaltyBasisPoints = (ushort)Number(value) },
                _ => throw new InvalidOperationException("no parameter " + name),
            };
        }

        return parameters;
    }

    private static IEnumerable<(string Name, UInt128 Balance, UInt128 Bond)> Holders(string[] words)
    {
        for (int i = 1; i < words.Length; i += 2)
        {
            string[] amounts = words[i + 1].Split('/');
            yield return (words[i], Number(amounts[0]), amounts.Length > 1 ? Number(amounts[1]) : 0);
        }
    }

    private void PlayTransaction(string name, string rest)
    {
        string[] halves = rest.Split("->", StringSplitOptions.TrimEntries);
        string[] parts = halves[0].Split(';', StringSplitOptions.TrimEntries);
        ulong sequence = World.Sequence(name);
        Message[] messages = [.. parts.Select((part, index) => Parse(name, sequence, index, part.Split(' ')))];
        BlockOutcome outcome = World.Apply(Duration.FromMilliseconds(1), World.Make(name, sequence, messages));
        string verdict = outcome.Verdict == BlockVerdict.TransactionRefused ? outcome.Refusal.Name : outcome.Verdict.ToString();
        _verdicts.Add(verdict);
        Assert.Equal(halves[1], verdict);
    }

    private void Punish(string[] words)
    {
        Duration later = words[4][0] == '+' ? Time(words[4][1..]) : Duration.FromMilliseconds(1);
        BlockOutcome outcome = World.Punish(later, words[3], words[1].Split(','));
        _verdicts.Add(outcome.Verdict.ToString());
        Assert.Equal(words[^1], outcome.Verdict.ToString());
    }

    private void CheckJail(string[] words)
    {
        JailRecord? jail = World.State.Records.Jail(LedgerWorld.Signer(words[0]).PublicKey);
        Assert.Equal(words[2] == "jailed", jail is not null);
        if (jail is not null) Assert.Equal(Number(words[4]), jail.Taken.Units);
    }

    private Message Parse(string sender, ulong sequence, int index, string[] words) => words[0] switch
    {
        "transfer" => new Message.Transfer(Recipient(words[1]), new Amount(Number(words[2]))),
        "faucet" => new Message.Faucet(Recipient(words[1])),
        "bond" => new Message.Bond(new Amount(Number(words[1]))),
        "unbond" => new Message.Unbond(new Amount(Number(words[1]))),
        "declare" => LedgerWorld.Declare(World.State.Chain, sender, words[1], words[^1]),
        "declare-with" => Possession.Declare(
            World.State.Chain, LedgerWorld.Account(sender), LedgerWorld.Signer(words[2]), LedgerWorld.Signer(words[^1]), LedgerWorld.Reveals(words[1]).Anchor),
        "leave" => new Message.LeaveValidators(),
        "order" => PlaceOrder(sender, sequence, index, words),
        "cancel" => new Message.CancelOrder(Order(words[1])),
        "bid" => new Message.PlaceBid(Order(words[1]), new Amount(Number(words[2]))),
        "ready" => Ready(sender, words),
        "result" => new Message.ReportResult(Lease(words[1]), words.Length > 2 ? Hash256.Zero : Hasher.Sha256([1])),
        "acknowledge" => new Message.AcknowledgeResult(Lease(words[1])),
        "close" => new Message.CloseLease(Lease(words[1])),
        _ => throw new InvalidOperationException("no message " + words[0]),
    };

    private Message.PlaceOrder PlaceOrder(string sender, ulong sequence, int index, string[] words)
    {
        OrderTerms terms = LedgerWorld.Terms;
        foreach (string word in words[2..])
        {
            (string name, string value) = Pair(word);
            terms = name switch
            {
                "spec" => terms with { SpecCommitment = Hash256.Zero },
                "price" => terms with { PricePerSecondMax = new Amount(Number(value)) },
                "seconds" => terms with { SecondsMax = (uint)Number(value) },
                "ready" => terms with { ReadyWithin = Time(value) },
                "expires" => terms with { ExpiresAfter = Time(value) },
                "fuel" => terms with { FuelMax = (ulong)Number(value) },
                "pages" => terms with { MemoryPagesMax = (uint)Number(value) },
                "input" => terms with { InputBytes = (ulong)Number(value) },
                "output" => terms with { OutputBytesMax = (ulong)Number(value) },
                "region" => terms with { Region = value },
                _ => throw new InvalidOperationException("no term " + name),
            };
        }

        _orders[words[1]] = StateKeys.OrderOf(LedgerWorld.Account(sender), sequence, index);
        return new Message.PlaceOrder(terms);
    }

    /// <summary>"ready job/0 alice": the owner whose key signs; "wrong" after it spoils what was signed.</summary>
    private Message.ReportReady Ready(string sender, string[] words)
    {
        Message.ReportReady ready = World.Ready(Lease(words[1]), words[2], sender);
        if (words.Length == 3) return ready;
        Hash256 other = Hasher.Sha256([9]);
        return ready with { HandOver = other, OwnerSignature = LedgerWorld.Signer(words[2]).Sign(other) };
    }

    private UInt128 BalanceOf(string name) => World.State.Records.Account(LedgerWorld.Account(name)).Balance.Units;

    private void CheckBond(string[] words)
    {
        BondRecord bond = World.State.Records.Bond(LedgerWorld.Account(words[0]));
        Assert.Equal(words[2], $"{bond.Bonded}/{bond.Unbonding}");
        if (words.Length > 3) Assert.Equal(Number(words[4]), bond.OpenLeases);
    }

    private void CheckOrder(string[] words)
    {
        OrderRecord? order = World.State.Records.Order(Order(words[0]));
        Assert.Equal(words[2], order?.State.ToString() ?? "Gone");
        if (words.Length > 3) Assert.Equal(Number(words[4]), order!.Escrow.Units);
    }

    private void CheckLease(string[] words)
    {
        LeaseRecord? lease = World.State.Records.Lease(Lease(words[0]));
        Assert.Equal(words[2], lease?.State.ToString() ?? "Gone");
        for (int i = 3; i < words.Length; i += 2)
        {
            string actual = words[i] switch
            {
                "paid" => lease!.Paid.ToString(),
                "refunded" => lease!.Refunded.ToString(),
                "penalty" => lease!.Penalty.ToString(),
                "seconds" => lease!.ChargedSeconds.ToString(CultureInfo.InvariantCulture),
                "price" => lease!.PricePerSecond.ToString(),
                "by" => lease!.Provider == LedgerWorld.Account(words[i + 1]) ? words[i + 1] : "another",
                _ => throw new InvalidOperationException("no field " + words[i]),
            };
            Assert.Equal(words[i + 1], actual);
        }
    }

    private OrderId Order(string name) => _orders.TryGetValue(name, out OrderId id) ? id : new OrderId(Hasher.Sha256([42]));

    private LeaseId Lease(string name)
    {
        string[] parts = name.Split('/');
        return StateKeys.LeaseOf(Order(parts[0]), (byte)Number(parts[1]));
    }

    private static AccountId Recipient(string name) => name == "nobody" ? default : LedgerWorld.Account(name);

    private static UInt128 Number(string text) => UInt128.Parse(text, CultureInfo.InvariantCulture);

    private static (string Name, string Value) Pair(string word)
    {
        string[] parts = word.Split('=');
        return (parts[0], parts[1]);
    }

    private static Duration Time(string text) => text.EndsWith("ms", StringComparison.Ordinal)
        ? Duration.FromMilliseconds((long)Number(text[..^2]))
        : Duration.FromSeconds((long)Number(text[..^1]));
}
