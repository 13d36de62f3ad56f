using System;
using System.IO;
using System.Linq;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Capacity.Tests.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests;

/// <summary>The example of docs/capacity.md: its lines stand here too, in order, and run.</summary>
public sealed class DocumentedExampleTests
{
    [Fact]
    public void It_does_what_the_page_says()
    {
        PlotScenario plot = new(units: 2);
        SpaceParameters parameters = plot.Parameters;
        ChainId chain = PlotScenario.Chain;
        PublicKey nodeKey = PlotScenario.Commitment.NodeKey;
        Hash256 registrationBlock = PlotScenario.Commitment.Registration, beacon = Hasher.Sha256([1]), verifierSeed = Hasher.Sha256([2]);
        IArgon2id argon2 = SystemArgon2.Open().Create();
        Func<uint, byte[]> rowsOf = plot.Unit;

        PlotIdentity identity = PlotIdentity.Of(chain, nodeKey, registrationBlock, SpaceCommitment.ParameterSetFirst);
        SpaceChallenge challenge = new(parameters, beacon, identity, units: 2);
        SpaceScan scan = new(challenge);
        for (uint place = 0; place < challenge.ScannedUnits; place++) scan.Append(rowsOf(challenge.UnitAt(place)));
        SpaceProof proof = scan.Proof!;
        SpaceOutcome outcome = SpaceRules.CheckSample(challenge, proof, argon2, verifierSeed);

        Assert.Equal(SpaceVerdict.Accepted, outcome.Verdict);
    }

    [Fact]
    public void The_page_shows_these_very_lines()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "capacity.md"));
        string[] shown = page.Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] here = [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "DocumentedExampleTests.cs")).Select(static line => line.Trim())];
        int at = 0;
        foreach (string line in shown)
        {
            at = Array.IndexOf(here, line.Trim(), at) + 1;
            Assert.True(at > 0, "not run: " + line);
        }
    }
}
