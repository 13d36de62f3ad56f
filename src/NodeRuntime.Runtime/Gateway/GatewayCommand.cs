using System;
using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Primitives;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime.Gateway;

/// <summary>What the API's side of the actor system hears.</summary>
public abstract record GatewayCommand
{
    private GatewayCommand()
    {
    }

    /// <summary>Our own workload does not bid, and says why.</summary>
    public sealed record Declined(Decline Decline) : GatewayCommand;

    /// <summary>A topic's message came in by gossip.</summary>
    public sealed record TopicDelivered(ushort Topic, ReadOnlyMemory<byte> Bytes) : GatewayCommand;

    /// <summary>A job that runs here printed something.</summary>
    public sealed record Printed(JobPrint Print) : GatewayCommand;

    /// <summary>What did a job print last, as far as it is kept?</summary>
    public sealed record AskPrints(OrderId Order, ActorRef<ImmutableArray<JobPrint>> Reply) : GatewayCommand;

    /// <summary>Which providers said why they would not bid?</summary>
    public sealed record AskWhy(OrderId Order, ActorRef<ImmutableArray<Decline>> Reply) : GatewayCommand;
}
