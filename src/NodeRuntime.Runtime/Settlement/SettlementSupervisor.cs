using NodeRuntime.Actors;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Settlement;

/// <summary>Drives the peer's purse: tells it what is asked and how the ledger goes on, and offers to the pool what it signs.</summary>
public sealed class SettlementSupervisor(NodePorts ports, NodeDoors doors) : Actor<SettlementCommand>
{
    private readonly PurseMachine _purse = new(ports.Signer, ports.Signatures);
    private TransactionId? _entered;
    private Epoch _epoch;

    protected override void PreStart() => Context.Subscribe<LedgerTip>(static tip => new SettlementCommand.Advanced(tip));

    protected override void Receive(SettlementCommand message)
    {
        switch (message)
        {
            case SettlementCommand.Submit m:
                Step(new PurseInput.Asked(m.Message, Context.Now));
                break;
            case SettlementCommand.Advanced m:
                _epoch = m.Tip.State.Validators.Epoch;
                Step(new PurseInput.Advanced(m.Tip.State, m.Tip.Included, Context.Now));
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    // Offered with each block until one has it; signed once.
    private void EnterSignature(Transaction transaction)
    {
        if (_entered == transaction.Id) return;
        _entered = transaction.Id;
        KeyUse use = new(KeyPurpose.Transaction, ports.Signer.PublicKey, _epoch, transaction.Id.Hash);
        Context.Publish(new PeerAct(EventKind.KeyUse, use.Content, PeerAct.CustodyOfKeys));
    }

    private void Step(PurseInput input)
    {
        foreach (PurseEffect effect in _purse.Step(input))
        {
            switch (effect)
            {
                case PurseEffect.Offer m:
                    EnterSignature(m.Transaction);
                    doors.Consensus.Tell(new ConsensusCommand.Submit(m.Transaction.Encode(), null));
                    break;
                case PurseEffect.Say m:
                    Context.Publish(new NodeLog(m.Level, "settlement", m.Text));
                    break;
                default:
                    Invariant.Break("an effect without a rule");
                    break;
            }
        }
    }
}
