using System;
using System.IO;
using System.Collections.Generic;
using System.Xml.Linq;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using Xunit;

namespace NodeRuntime.Simulation.Tests;

/// <summary>Canaries: an oracle that never objects proves nothing.</summary>
public sealed class OracleTests
{
    private readonly Oracle _oracle = new(new Auditor());

    [Fact]
    public void Two_blocks_of_one_height_are_a_violation()
    {
        _oracle.Finalized(0, new Height(5), Hasher.Sha256([1]));
        _oracle.Finalized(1, new Height(5), Hasher.Sha256([1]));
        Assert.Empty(_oracle.Violations);

        _oracle.Finalized(2, new Height(5), Hasher.Sha256([2]));
        Assert.Contains("agreement: peer 2", Assert.Single(_oracle.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vote_that_is_not_on_the_disk_is_a_violation_and_so_is_its_opposite()
    {
        ISigner signer = new SimulatedSignatures().CreateSigner(new Prng(1));
        VoteSlot slot = new(new Epoch(0), new View(3), VoteKind.Notarize);
        ValidatorIndex self = new(0);
        _oracle.Sent(0, self, Frame(slot, Hasher.Sha256([1]), self, signer));
        Assert.Contains("durability", Assert.Single(_oracle.Violations), StringComparison.Ordinal);

        _oracle.Sent(0, self, Frame(slot, Hasher.Sha256([2]), self, signer));
        Assert.Contains(_oracle.Violations, static violation => violation.StartsWith("double vote", StringComparison.Ordinal));
    }

    [Fact]
    public void The_host_cannot_reach_make_believe_signatures()
    {
        Assert.Equal("NodeRuntime.Simulation", typeof(SimulatedSignatures).Assembly.GetName().Name);
        SortedSet<string> reached = new(StringComparer.Ordinal);
        Walk(Path.Combine(SourceRoot(), "NodeRuntime.Host", "NodeRuntime.Host.csproj"), reached);

        Assert.Contains("NodeRuntime.Runtime", reached);
        Assert.DoesNotContain("NodeRuntime.Simulation", reached);
    }

    private static byte[] Frame(VoteSlot slot, Hash256 value, ValidatorIndex voter, ISigner signer) =>
        new ConsensusMessage.Voted(new Vote(slot, value, voter, signer.Sign(value))).Encode();

    private static void Walk(string project, SortedSet<string> reached)
    {
        foreach (XElement reference in XDocument.Load(project).Descendants("ProjectReference"))
        {
            string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value.Replace('\\', '/')));
            if (reached.Add(Path.GetFileNameWithoutExtension(path))) Walk(path, reached);
        }
    }

    private static string SourceRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NodeRuntime.sln"))) folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("these tests run inside a checkout"), "src");
    }
}
