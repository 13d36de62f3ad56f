using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Tests;

/// <summary>Five hundred histories, each with its seed: changes that are seen, changes that are not, losses, looks that are whole and looks that are not.</summary>
public sealed class GapPropertyTests
{
    private const int Histories = 500;
    private const int Steps = 60;

    [Fact]
    public void No_history_with_a_loss_is_good_over_the_gap_and_every_violation_that_was_seen_is_one_interval()
    {
        for (ulong seed = 0; seed < Histories; seed++) Run(seed);
    }

    private static void Run(ulong seed)
    {
        Prng prng = new(seed);
        Rig rig = new([Rig.Tree()]);
        Thing[] things = [Rig.File("/opt/a"), Rig.File("/opt/b"), Rig.File("/opt/c")];
        foreach (Thing thing in things) rig.World[thing] = "one";
        rig.Started().Looked();

        // What a witness who misses nothing that was said would write down.
        SortedDictionary<string, Instant> open = [];
        List<(string Path, Instant From, Instant Until)> seen = [];
        Instant? lostAt = null;
        for (int step = 0; step < Steps; step++)
        {
            rig.Pass(1 + (long)prng.NextBelow(3));
            Thing thing = things[(int)prng.NextBelow(3)];
            switch (prng.NextBelow(6))
            {
                case 0 or 1:
                    string? value = prng.NextBelow(3) switch { 0 => "one", 1 => "two", _ => null };
                    rig.See(thing, value);
                    Note(thing.Path, value == "one", rig.Now, rig.Now);
                    break;
                case 2:
                    rig.Observe(new Observation.Flashed(thing, Thing.Altered, rig.Now, rig.Now, EdgeCause.FileEvent));
                    if (!open.ContainsKey(thing.Path)) seen.Add((thing.Path, rig.Now, rig.Now));
                    break;
                case 3:
                    // Nobody sees it: a watch that does not say so has lost it.
                    rig.World[thing] = prng.NextBelow(2) == 0 ? "one" : "two";
                    Lose();
                    break;
                case 4:
                    Lose();
                    break;
                default:
                    if (rig.NextScan() is not { } scan) break;
                    bool isWhole = prng.NextBelow(3) > 0, isDisturbed = prng.NextBelow(3) == 0;
                    Instant since = lostAt ?? rig.Now;
                    rig.Look(scan, isWhole, isDisturbed ? Lose : null);
                    foreach (Thing one in things)
                    {
                        string? now = rig.World.GetValueOrDefault(one);
                        if (now is not null || isWhole) Note(one.Path, now == "one", since, rig.Now);
                    }

                    if (isWhole && !isDisturbed) lostAt = null;
                    break;
            }

            ControlState state = rig.StateOf("tree");
            if (lostAt is not null) Assert.NotEqual(ControlState.Good, state);
            Assert.Equal(open.Count > 0 ? ControlState.Bad : lostAt is not null ? ControlState.Unknown : ControlState.Good, state);
        }

        // Each violation is in the edges once, with its beginning and its end.
        PostureEdge[] ends = [.. rig.Edges.Where(static edge => edge.From == ControlState.Bad)];
        Assert.Equal(seen.Select(static it => (it.Path, (Instant?)it.From, it.Until)), ends.Select(static edge => (edge.Path, edge.Began, edge.At)));
        PostureEdge[] begins = [.. rig.Edges.Where(static edge => edge.To == ControlState.Bad)];
        Assert.Equal(seen.Count + open.Count, begins.Length);
        Assert.Equal(begins.Select(static edge => edge.Since).Order(), seen.Select(static it => it.From).Concat(open.Values).Order());

        void Note(string path, bool isGood, Instant since, Instant at)
        {
            if (isGood && open.Remove(path, out Instant began)) seen.Add((path, began, at));
            else if (!isGood) open.TryAdd(path, since);
        }

        void Lose()
        {
            rig.Lose();
            lostAt ??= rig.Now;
        }
    }
}
