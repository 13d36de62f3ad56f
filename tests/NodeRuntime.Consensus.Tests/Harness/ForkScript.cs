using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// Two sides and a network that is drawn anew every so often: honest nodes fall to one side or the other, of each pair of twins one instance
/// stands on either side; sometimes all hear all for a moment. At the end everybody may talk, so that what is known spreads.
/// </summary>
internal static class ForkScript
{
    public static void Run(SmallWorld world)
    {
        int validators = world.Plan.Validators;
        int twins = world.Plan.Twins;
        world.StartAll();
        for (int phase = 0; phase < 6; phase++)
        {
            bool isWhole = world.Prng.NextChance(250);
            int offset = world.Prng.NextBelow(2);
            foreach (SmallNode node in world.Nodes)
            {
                // The second instances follow the validators in the list; honest nodes are dealt out in turn, so that both sides can have a quorum.
                bool isSecond = node.IsTwin && node.Number >= validators;
                int side = node.IsTwin ? (isSecond ? 1 : 0) : (node.Number - twins + offset) % 2;
                if (!node.IsTwin && world.Prng.NextChance(150)) side = 1 - side;
                world.Side(node.Number, isWhole ? 0 : side);
            }

            if (world.Plan.HasCrashes && world.Prng.NextChance(400)) CrashOne(world);
            world.RunFor(world.Prng.NextDuration(Duration.FromMilliseconds(200), Duration.FromMilliseconds(1500)));
        }

        foreach (SmallNode node in world.Nodes) world.Side(node.Number, 0);
        world.RunFor(Duration.FromSeconds(1));
    }

    private static void CrashOne(SmallWorld world)
    {
        SmallNode node = world.Nodes[world.Prng.NextBelow(world.Nodes.Count)];
        if (!node.IsUp) return;
        node.Crash();
        world.After(Duration.FromMilliseconds(400), () =>
        {
            if (!node.IsUp) world.Restart(node);
        });
    }
}
