using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NodeRuntime.Architecture.Tests;

/// <summary>
/// What the banned-symbols analyzer cannot see: floating point by keyword, async, mutable statics, and the project
/// property that switches the analyzer on.
/// </summary>
public sealed class DeterminismTests
{
    private static readonly string[] Pure =
        ["Primitives", "Crypto", "Proofs", "Provenance", "Posture", "Actors", "Wasm", "Consensus", "Ledger", "Membership", "Capacity", "Workload", "Api", "Runtime", "Simulation"];

    // Guest floats are the guest's semantics.
    public static TheoryData<string> WithoutFloats => [.. Pure.Except(["Wasm"])];

    public static TheoryData<string> PureAssemblies => [.. Pure];

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void A_pure_assembly_runs_the_analyzer(string assembly)
    {
        string project = Path.Combine(Repository.Root, "src", "NodeRuntime." + assembly, "NodeRuntime." + assembly + ".csproj");
        Assert.Contains("<PureCore>true</PureCore>", File.ReadAllText(project), StringComparison.Ordinal);
        Assert.DoesNotContain("RS0030", File.ReadAllText(project), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WithoutFloats))]
    public void A_pure_assembly_has_no_floating_point(string assembly) => Assert.Empty(Find(assembly, IsFloat));

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void A_pure_assembly_has_no_async(string assembly) => Assert.Empty(Find(assembly, static node => node switch
    {
        MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword),
        AnonymousFunctionExpressionSyntax function => function.Modifiers.Any(SyntaxKind.AsyncKeyword),
        LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.AsyncKeyword),
        _ => false,
    }));

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void A_pure_assembly_has_no_static_that_can_change(string assembly) => Assert.Empty(Find(assembly, static node => node switch
    {
        FieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.StaticKeyword)
            && !field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword),
        PropertyDeclarationSyntax property => property.Modifiers.Any(SyntaxKind.StaticKeyword)
            && property.AccessorList?.Accessors.Any(SyntaxKind.SetAccessorDeclaration) == true,
        _ => false,
    }));

    [Theory]
    [MemberData(nameof(PureAssemblies))]
    public void A_pure_assembly_silences_no_analyzer_of_its_kind(string assembly) => Assert.All(
        Repository.SourcesOf(assembly),
        static path => Assert.DoesNotContain("RS0030", File.ReadAllText(path), StringComparison.Ordinal));

    [Fact]
    public void The_check_itself_sees_what_it_forbids()
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText("class C { static int _x; double D; async void M() { } }").GetRoot();
        Assert.Single(root.DescendantNodes(), IsFloat);
    }

    private static bool IsFloat(SyntaxNode node) => node is PredefinedTypeSyntax type
        && (type.Keyword.IsKind(SyntaxKind.FloatKeyword) || type.Keyword.IsKind(SyntaxKind.DoubleKeyword)
            || type.Keyword.IsKind(SyntaxKind.DecimalKeyword));

    private static List<string> Find(string assembly, Func<SyntaxNode, bool> isForbidden)
    {
        List<string> found = [];
        foreach (string path in Repository.SourcesOf(assembly))
        {
            SyntaxTree tree = CSharpSyntaxTree.ParseText(File.ReadAllText(path));
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes().Where(isForbidden))
            {
                int line = tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;
                found.Add($"{Path.GetRelativePath(Repository.Root, path)}:{line} {node.ToString().Split('\n')[0]}");
            }
        }

        return found;
    }
}
