using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Runtime.Settlement;

/// <summary>
/// The peer's purse: the only place that signs transactions of its account. Messages wait in order; one transaction is
/// under way at a time and carries what waits. Before it is sent it is tried on the finalized state: a message that the
/// ledger would refuse now is dropped and said so, so that it cannot hold up the others. What is not included before its
/// expiry is signed anew. Nothing is kept on disk: who asked asks again after a restart, from what the ledger says.
/// </summary>
public sealed class SettlementSupervisor(NodeModel model, NodePorts ports, NodeDoors doors)
    : Actor<SettlementCommand>
{
    /// <summary>Blocks that a transaction may wait for: a few seconds at full pace.</summary>
    private const ulong BlocksToLive = 12;

    private readonly AccountId _account = KeyPolicy.Single(ports.Signer.PublicKey).ToAccountId();
    private readonly List<Message> _waiting = [];
    private LedgerTip? _tip;
    private Transaction? _underWay;

    protected override void PreStart() => Context.Subscribe<LedgerTip>(static tip => new SettlementCommand.Advanced(tip));

    protected override void Receive(SettlementCommand message)
    {
        switch (message)
        {
            case SettlementCommand.Submit m:
                Submit(m.Message);
                break;
            case SettlementCommand.Advanced m:
                _tip = m.Tip;
                Review(m.Tip.State);
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }

        if (_tip is not null && _underWay is null && _waiting.Count > 0) Send(_tip.State);
    }

    private void Submit(Message message)
    {
        if (_waiting.Contains(message)) return;
        if (_waiting.Count == Limits.MempoolTransactionsPerSenderMax)
        {
            Say(LogLevel.Warning, $"{message.GetType().Name} dropped: {_waiting.Count} messages wait already");
            return;
        }

        _waiting.Add(message);
    }

    // Included when the account's sequence number has moved past it; given up when it can no longer be included.
    private void Review(LedgerState state)
    {
        if (_underWay is null) return;
        if (state.Records.Account(_account).Sequence > _underWay.Sequence)
        {
            _waiting.RemoveRange(0, _underWay.Messages.Length);
            _underWay = null;
        }
        else if (state.Height > _underWay.ExpiresAt)
        {
            _underWay = null;
        }
    }

    private void Send(LedgerState state)
    {
        while (_waiting.Count > 0)
        {
            Transaction transaction = Sign(state);
            TransactionOutcome outcome = Try(state, transaction);
            if (outcome.IsAccepted)
            {
                _underWay = transaction;
                doors.Consensus.Tell(new ConsensusCommand.Submit(transaction.Encode(), null));
                return;
            }

            if (outcome.Verdict != TransactionVerdict.MessageRefused)
            {
                // The account cannot pay or is not there yet: wait for a ledger where it can.
                Say(LogLevel.Debug, $"transaction waits: {outcome}");
                return;
            }

            Say(LogLevel.Information, $"{_waiting[outcome.MessageIndex].GetType().Name} dropped: {outcome.Message}");
            _waiting.RemoveAt(outcome.MessageIndex);
        }
    }

    private Transaction Sign(LedgerState state)
    {
        int count = System.Math.Min(_waiting.Count, Limits.TransactionMessagesMax);
        return TransactionBuilder.Sign(
            ports.Signer,
            model.Chain,
            state.Records.Account(_account).Sequence,
            state.Parameters.TransactionFee,
            new Height(state.Height.Number + BlocksToLive),
            [.. _waiting.GetRange(0, count)]);
    }

    private TransactionOutcome Try(LedgerState state, Transaction transaction)
    {
        BlockContext next = BlockContext.After(state, LaterOf(state.Time + Duration.FromMilliseconds(1), Context.Now));
        BlockOutcome outcome = BlockApplication.Apply(state, next, [transaction.Encode()], ports.Signatures);
        return outcome.Verdict switch
        {
            BlockVerdict.Accepted => TransactionOutcome.Of(TransactionVerdict.Accepted),
            BlockVerdict.TransactionRefused => outcome.Refusal,
            _ => Invariant.Unreachable<TransactionOutcome>("a child of our own state: " + outcome.Verdict),
        };
    }

    private static Instant LaterOf(Instant left, Instant right) => left > right ? left : right;

    private void Say(LogLevel level, string text) => Context.Publish(new NodeLog(level, "settlement", text));
}
