using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Membership;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime.Gateway;

/// <summary>
/// The API's side of the actor system: keeps the providers' signed declines, so that an owner can ask why nobody bids,
/// and the last that each job here printed. The oldest are forgotten first. What the ledger holds is read from the <see cref="LedgerTip"/>, not from here.
/// </summary>
public sealed class GatewaySupervisor(NodeModel model, NodePorts ports, NodeDoors doors) : Actor<GatewayCommand>
{
    private readonly SortedDictionary<OrderId, List<Decline>> _declines = [];
    private readonly Queue<OrderId> _byAge = [];
    private readonly PrintTails _prints = new();

    protected override void Receive(GatewayCommand message)
    {
        switch (message)
        {
            case GatewayCommand.Declined m:
                Keep(m.Decline);
                doors.Membership.Tell(new MembershipCommand.Publish(Decline.Topic, m.Decline.Encode()));
                break;
            case GatewayCommand.TopicDelivered m:
                if (m.Topic == Decline.Topic) Hear(Decline.Decode(m.Bytes));
                break;
            case GatewayCommand.Printed m:
                _prints.Add(m.Print);
                Context.Publish(m.Print);
                break;
            case GatewayCommand.AskPrints m:
                m.Reply.Tell(_prints.Of(m.Order));
                break;
            case GatewayCommand.AskWhy m:
                m.Reply.Tell(_declines.TryGetValue(m.Order, out List<Decline>? declines) ? [.. declines] : ImmutableArray<Decline>.Empty);
                break;
            default:
                Invariant.Break("a command without a rule");
                break;
        }
    }

    private void Hear(Decline? decline)
    {
        if (decline is null || decline.Check(model.Chain, ports.Signatures) != DeclineVerdict.Accepted) return;
        Keep(decline);
    }

    private void Keep(Decline decline)
    {
        if (!_declines.TryGetValue(decline.Order, out List<Decline>? known))
        {
            known = [];
            _declines.Add(decline.Order, known);
            _byAge.Enqueue(decline.Order);
            if (_byAge.Count > Limits.DeclinesMax / Limits.BidsPerOrderMax) _declines.Remove(_byAge.Dequeue());
        }

        known.RemoveAll(other => other.ProviderKey == decline.ProviderKey);
        if (known.Count < Limits.BidsPerOrderMax) known.Add(decline);
    }
}
