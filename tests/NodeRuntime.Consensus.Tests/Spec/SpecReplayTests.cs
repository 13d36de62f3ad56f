using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Spec;

/// <summary>Recorded runs of the protocol's model (docs/spec), shown to real machines: vote for vote they must do what the model did.</summary>
public sealed class SpecReplayTests
{
    private static readonly string Runs = Path.Combine(AppContext.BaseDirectory, "spec", "runs.txt");

    [Fact]
    public void The_machines_vote_as_the_model_does_in_every_recorded_run()
    {
        SortedDictionary<string, int> seen = new(StringComparer.Ordinal);
        int runs = 0;
        SpecWorld? world = null;
        int line = 0;
        foreach (string text in File.ReadLines(Runs))
        {
            line++;
            if (text.Length == 0)
            {
                world = null;
                runs++;
                continue;
            }

            string[] words = text.Split(' ');
            int[] numbers = Array.ConvertAll([.. words[1..4], .. words[5..]], static word => int.Parse(word, CultureInfo.InvariantCulture));
            if (words[0] == "init") world ??= new SpecWorld();
            else world!.Show(words[0], numbers[0], numbers[1], numbers[2]);
            seen[words[0]] = seen.GetValueOrDefault(words[0]) + 1;

            string expected = string.Join(' ', words[5..]);
            Assert.True(expected == Standing(world![numbers[0]]), $"line {line}: {text}\nthe machine: {Standing(world[numbers[0]])}");
        }

        // A recording that shows little proves little.
        Assert.InRange(runs, 100, 1000);
        Assert.All(
            ["proposal", "body", "notarization", "nullification", "finalization", "timer"],
            what => Assert.True(seen.GetValueOrDefault(what) >= 20, $"{what} was shown {seen.GetValueOrDefault(what)} times"));
    }

    private static string Standing(SpecWorld.SpecPeer peer)
    {
        List<int> standing = [peer.View];
        foreach (VoteKind kind in (VoteKind[])[VoteKind.Notarize, VoteKind.Finalize])
        {
            for (int view = 1; view <= 3; view++) standing.Add(peer.VoteIn(kind, view));
        }

        standing.Add(peer.Floor);
        return string.Join(' ', standing);
    }
}
