using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace NodeRuntime.Architecture.Tests;

/// <summary>Who may know whom. The table is the design's; a reference that is not in it fails here.</summary>
public sealed class ReferenceTableTests
{
    // assembly <- what it may reference. Levels go up from line to line.
    private const string Table = """
        Primitives  <-
        Crypto      <- Primitives
        Capacity    <- Primitives Crypto
        Proofs      <- Primitives Crypto Capacity
        Provenance  <- Primitives Crypto Proofs
        Posture     <- Primitives Crypto Proofs
        Actors      <- Primitives
        Wasm        <- Primitives
        Consensus   <- Primitives Crypto Proofs
        Ledger      <- Primitives Crypto Proofs Provenance Capacity
        Membership  <- Primitives Crypto Proofs
        Workload    <- Primitives Crypto Proofs Wasm
        Api         <- Primitives Crypto Proofs
        Runtime     <- Primitives Crypto Proofs Provenance Posture Actors Wasm Consensus Ledger Membership Capacity Workload Api
        Network     <- Primitives Crypto Actors
        Persistence <- Primitives Crypto Proofs Actors Capacity
        Sandbox     <- Primitives Crypto Actors Wasm Workload
        Watch       <- Primitives Crypto Proofs Posture
        Host        <- Primitives Crypto Proofs Provenance Posture Actors Wasm Consensus Ledger Membership Capacity Workload Api Runtime Network Persistence Sandbox Watch
        Client      <- Primitives Crypto Proofs Provenance Api Network Actors
        Simulation  <- Primitives Crypto Proofs Provenance Actors Wasm Consensus Ledger Membership Capacity Workload Api Runtime
        Cli         <- Primitives Crypto Proofs Provenance Posture Actors Wasm Consensus Ledger Membership Capacity Workload Api Runtime Network Persistence Sandbox Watch Host Client Simulation
        """;

    private static readonly string[] WordsThatSayNothing = ["Common", "Core", "Shared", "Utils", "Helpers"];

    public static TheoryData<string> Assemblies => [.. Edges().Keys];

    [Fact]
    public void Every_project_stands_in_the_table_and_every_line_has_its_project() =>
        Assert.Equal(Edges().Keys.Order(), Repository.Projects().Select(Repository.AssemblyOf).Order());

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_project_names_only_the_references_of_its_line(string assembly)
    {
        string path = Path.Combine(Repository.Root, "src", "NodeRuntime." + assembly, "NodeRuntime." + assembly + ".csproj");
        IEnumerable<string> named = XDocument.Load(path).Descendants("ProjectReference")
            .Select(static reference => Repository.AssemblyOf((string)reference.Attribute("Include")!));

        Assert.Empty(named.Except(Edges()[assembly]));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_built_assembly_uses_only_the_references_of_its_line(string assembly)
    {
        string file = assembly == "Cli" ? "noderuntime.dll" : "NodeRuntime." + assembly + ".dll";
        using PEReader image = new(File.OpenRead(Path.Combine(AppContext.BaseDirectory, file)));
        MetadataReader metadata = image.GetMetadataReader();
        IEnumerable<string> used = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(static name => name.StartsWith("NodeRuntime.", StringComparison.Ordinal))
            .Select(static name => name["NodeRuntime.".Length..]);

        Assert.Empty(used.Except(Edges()[assembly]));
    }

    [Fact]
    public void The_table_points_downward_only()
    {
        List<string> below = [];
        foreach ((string assembly, string[] references) in Edges())
        {
            Assert.Empty(references.Except(below));
            below.Add(assembly);
        }
    }

    [Fact]
    public void No_folder_is_named_by_a_word_that_says_nothing()
    {
        IEnumerable<string> folders = Directory
            .EnumerateDirectories(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .SelectMany(static path => Path.GetFileName(path).Split('.'));

        Assert.Empty(folders.Intersect(WordsThatSayNothing));
    }

    private static OrderedDictionary<string, string[]> Edges()
    {
        OrderedDictionary<string, string[]> edges = [];
        foreach (string line in Table.Split('\n'))
        {
            string[] sides = line.Split("<-");
            edges.Add(sides[0].Trim(), sides[1].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        return edges;
    }
}
