using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Settlement;

/// <summary>
/// The peer's purse: the only place that signs transactions of its account. Messages wait in order; one transaction is under way at a time and carries
/// what waits. Before it is sent it is tried on the finalized state, and again each time that goes on: a message that the ledger would refuse now is dropped
/// and said so, and the others are signed anew with the same number, so that it holds up nobody. Until a block has it, it is offered to the pool with each
/// block: a full lane, or a pool that has dropped it, costs a block and not a transaction's life. Accusations travel behind the rest and by
/// themselves: their lane may be crowded by others; so do proofs of fraud, one at a time, as each nearly fills a transaction, and the calendar's root of a day, which
/// somebody else may put there first. Nothing is kept on disk: who asked asks again after a restart, from what the ledger says.
/// </summary>
public sealed class PurseMachine(ISigner signer, ISignatureVerifier signatures)
{
    /// <summary>Blocks that a transaction may wait for: a few seconds at full pace.</summary>
    private const ulong BlocksToLive = 12;

    /// <summary>From this turn on each message has a transaction of its own.</summary>
    private const int FraudTurn = 2;
    private const int PublicationTurn = 3;

    private readonly AccountId _account = KeyPolicy.Single(signer.PublicKey).ToAccountId();
    private readonly List<Message> _waiting = [];

    // Signed with one number, the newest last: which of them a block has, its id tells.
    private readonly List<Transaction> _signed = [];
    private readonly List<PurseEffect> _effects = [];
    private LedgerState? _state;
    private Instant _now;

    /// <summary>The effects in their order; the array is the caller's.</summary>
    public ImmutableArray<PurseEffect> Step(PurseInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        switch (input)
        {
            case PurseInput.Asked m:
                _now = m.Now;
                Take(m.Message);
                if (_state is not null && _signed.Count == 0) Send(_state);
                break;
            case PurseInput.Advanced m:
                (_state, _now) = (m.State, m.Now);
                Review(m.State, m.Included);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        ImmutableArray<PurseEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    private void Take(Message message)
    {
        if (_waiting.Contains(message)) return;
        if (_waiting.Count == Limits.MempoolTransactionsPerSenderMax)
        {
            Say(LogLevel.Warning, $"{message.GetType().Name} dropped: {_waiting.Count} messages wait already");
            return;
        }

        int turn = TurnOf(message);
        int behind = _waiting.FindIndex(it => TurnOf(it) > turn);
        if (behind < 0) _waiting.Add(message);
        else _waiting.Insert(behind, message);
    }

    private void Review(LedgerState state, ImmutableArray<TransactionId> included)
    {
        if (_signed.Count > 0 && state.Records.Account(_account).Sequence > _signed[^1].Sequence)
        {
            Transaction known = _signed.Find(it => included.Contains(it.Id)) ?? _signed[^1];
            foreach (Message message in known.Messages) _waiting.Remove(message);
            _signed.Clear();
        }
        else if (_signed.Count > 0 && state.Height > _signed[^1].ExpiresAt)
        {
            _signed.Clear();
        }

        if (_signed.Count == 0 || !Stands(state, _signed[^1])) Send(state);
        else _effects.Add(new PurseEffect.Offer(_signed[^1]));
    }

    // Where its time is over, what was said with it does not wait until it expires.
    private bool Stands(LedgerState state, Transaction transaction)
    {
        TransactionOutcome outcome = Try(state, transaction);
        if (outcome.Verdict != TransactionVerdict.MessageRefused) return true;
        Drop(transaction.Messages[outcome.MessageIndex], outcome);
        return false;
    }

    private void Send(LedgerState state)
    {
        while (_waiting.Count > 0)
        {
            Transaction transaction = Sign(state);
            TransactionOutcome outcome = Try(state, transaction);
            if (outcome.IsAccepted)
            {
                _signed.Add(transaction);
                _effects.Add(new PurseEffect.Offer(transaction));
                return;
            }

            if (outcome.Verdict != TransactionVerdict.MessageRefused)
            {
                // The account cannot pay or is not there yet: wait for a ledger where it can.
                Say(LogLevel.Debug, $"transaction waits: {outcome}");
                return;
            }

            Drop(transaction.Messages[outcome.MessageIndex], outcome);
        }
    }

    private void Drop(Message message, TransactionOutcome outcome)
    {
        Say(LogLevel.Information, $"{message.GetType().Name} dropped: {outcome.Message}");
        _waiting.Remove(message);
    }

    private Transaction Sign(LedgerState state)
    {
        int turn = TurnOf(_waiting[0]);
        int others = _waiting.FindIndex(it => TurnOf(it) != turn);
        int count = Math.Min(others > 0 ? others : _waiting.Count, turn >= FraudTurn ? 1 : Limits.TransactionMessagesMax);
        return TransactionBuilder.Sign(
            signer,
            state.Chain,
            state.Records.Account(_account).Sequence,
            state.Parameters.TransactionFee,
            new Height(state.Height.Number + BlocksToLive),
            [.. _waiting.GetRange(0, count)]);
    }

    // Those of one turn travel together, those of a later one behind them; a proof of fraud fills a transaction.
    private static int TurnOf(Message message) => message switch
    {
        Message.AccuseCapacity => 1,
        Message.ReportFraud => FraudTurn,
        Message.PublishCalendar => PublicationTurn,
        _ => 0,
    };

    private TransactionOutcome Try(LedgerState state, Transaction transaction)
    {
        Instant soonest = state.Time + Duration.FromMilliseconds(1);
        BlockContext next = BlockContext.After(state, soonest > _now ? soonest : _now);
        BlockOutcome outcome = BlockApplication.Apply(state, next, [transaction.Encode()], signatures);
        return outcome.Verdict switch
        {
            BlockVerdict.Accepted => TransactionOutcome.Of(TransactionVerdict.Accepted),
            BlockVerdict.TransactionRefused => outcome.Refusal,
            _ => Invariant.Unreachable<TransactionOutcome>("a child of our own state: " + outcome.Verdict),
        };
    }

    private void Say(LogLevel level, string text) => _effects.Add(new PurseEffect.Say(level, text));
}
