using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class MessageQueueTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    public void Behaves_as_a_queue_under_any_mix_of_calls(ulong seed)
    {
        Prng prng = new(seed);
        MessageQueue<int> queue = new();
        Queue<int> model = new();
        int[] taken = new int[700];
        for (int step = 0; step < 5_000; step++)
        {
            int burst = prng.NextBelow(prng.NextChance(20) ? 2_000 : 12);
            for (int n = 0; n < burst; n++)
            {
                queue.Enqueue(step + n);
                model.Enqueue(step + n);
            }

            int want = prng.NextBelow(prng.NextChance(20) ? 700 : 14);
            int moved = queue.DequeueInto(taken.AsSpan(0, want));
            Assert.Equal(Math.Min(want, model.Count), moved);
            for (int n = 0; n < moved; n++) Assert.Equal(model.Dequeue(), taken[n]);
            if (moved > 0 && prng.NextChance(300))
            {
                // What was taken last goes back to the front, in reverse.
                int back = prng.NextBelow(moved) + 1;
                for (int n = 1; n <= back; n++) queue.EnqueueFirst(taken[moved - n]);
                int[] rest = model.ToArray();
                model.Clear();
                for (int n = moved - back; n < moved; n++) model.Enqueue(taken[n]);
                foreach (int later in rest) model.Enqueue(later);
            }

            bool found = queue.TryDequeue(out int item);
            Assert.Equal(model.TryDequeue(out int expected), found);
            if (found) Assert.Equal(expected, item);
            Assert.Equal(model.Count, queue.Count);
        }
    }
}
