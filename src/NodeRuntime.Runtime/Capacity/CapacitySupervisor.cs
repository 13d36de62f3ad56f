using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Settlement;

namespace NodeRuntime.Runtime.Capacity;

/// <summary>Drives the machine of a peer's capacity: tells it what the ledger and the engine say, and does what it asks.</summary>
public sealed class CapacitySupervisor : Actor<CapacityCommand>
{
    private const string Stream = "capacity";
    private const string Timer = "tick";

    private readonly NodePorts _ports;
    private readonly ICapacityEngine _engine;
    private readonly ActorRef<SettlementCommand> _settlement;
    private readonly CapacityMachine _machine;
    private ActorRef<CapacityCommand>? _self;

    public CapacitySupervisor(NodeModel model, NodePorts ports, CapacityPlan plan, ICapacityEngine engine, ActorRef<SettlementCommand> settlement)
    {
        _ports = ports;
        _engine = engine;
        _settlement = settlement;
        Span<byte> secret = stackalloc byte[Hash256.ByteCount];
        ports.Entropy.Fill(secret);
        _machine = new CapacityMachine(model.Chain, ports.Signer.PublicKey, plan, new Hash256(secret));
    }

    protected override void PreStart()
    {
        _self = Context.Self;
        Recover();
        Context.Subscribe<LedgerTip>(static tip => new CapacityCommand.Advanced(tip));
        Context.StartPeriodicTimer(Timer, new CapacityCommand.Tick(), Duration.FromSeconds(1));
    }

    protected override void Receive(CapacityCommand message)
    {
        switch (message)
        {
            case CapacityCommand.Advanced m:
                Step(new CapacityInput.Advanced(m.Tip.State, Context.Now) { Events = m.Tip.Events });
                break;
            case CapacityCommand.Tick:
                Step(new CapacityInput.Ticked(Context.Now));
                break;
            case CapacityCommand.Done m:
                Step(new CapacityInput.Done(m.Result));
                break;
            case CapacityCommand.Written m:
                // What is not durable is not committed to: start again from what is.
                if (m.Verdict != JournalVerdict.Written) Invariant.Break("the log of capacity cannot be written: " + m.Verdict);
                Step(new CapacityInput.Stored(m.Work));
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    // The last slice's shares are all that matters.
    private void Recover()
    {
        if (_ports.Journal.Last(Stream) is not { } last || _ports.Journal.Read(Stream, last) is not { } bytes) return;
        CapacityWork work = CapacityWork.Decode(bytes) ?? Invariant.Unreachable<CapacityWork>("a log that we did not write");
        Step(new CapacityInput.Recovered(work));
    }

    private void Step(CapacityInput input)
    {
        foreach (CapacityEffect effect in _machine.Step(input)) Do(effect);
    }

    private void Do(CapacityEffect effect)
    {
        switch (effect)
        {
            case CapacityEffect.Start m:
                ActorRef<CapacityCommand> self = _self!;
                _engine.Start(m.Task, result => self.Tell(new CapacityCommand.Done(result)));
                break;
            case CapacityEffect.Cancel m:
                _engine.Cancel(m.Number);
                break;
            case CapacityEffect.Store m:
                Store(m.Work);
                break;
            case CapacityEffect.Submit m:
                _settlement.Tell(new SettlementCommand.Submit(m.Message));
                break;
            case CapacityEffect.Warn m:
                Context.Publish(new NodeLog(LogLevel.Warning, "capacity", m.Text));
                break;
            default:
                Invariant.Break("an effect without a rule");
                break;
        }
    }

    private void Store(CapacityWork work)
    {
        ActorRef<CapacityCommand> self = _self!;
        ImmutableArray<JournalWrite> writes =
        [
            new JournalWrite.Put(Stream, work.Period, work.Encode()),
            new JournalWrite.TruncateBelow(Stream, work.Period),
        ];
        _ports.Journal.Write(new JournalBatch(writes), verdict => self.Tell(new CapacityCommand.Written(work, verdict)));
    }
}
