using System;
using NodeRuntime.Actors.Testing;

namespace NodeRuntime.Actors.Tests;

public sealed class AllocationTests
{
    private readonly TestKit _kit = new();

    [Fact]
    public void A_tell_and_its_delivery_allocate_nothing_once_the_queues_have_grown()
    {
        ActorRef<string> actor = _kit.Spawn(Props.Create(static () => new Reading()), "reading");
        Round(actor, 10_000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Round(actor, 100_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // Not one byte a message: what remains is what a run of the tests itself may allocate once.
        Assert.InRange(allocated, 0, 1000);
        Assert.Equal(110_000, _kit.System.Status().Actors[1].Processed);
    }

    private void Round(ActorRef<string> actor, int messages)
    {
        for (int told = 0; told < messages; told += 100)
        {
            for (int n = 0; n < 100; n++) actor.Tell("read");
            _kit.Dispatcher.Settle();
        }
    }

    private sealed class Reading : Actor<string>
    {
        private long _letters;

        protected override void Receive(string message) => _letters += message.Length;
    }
}
