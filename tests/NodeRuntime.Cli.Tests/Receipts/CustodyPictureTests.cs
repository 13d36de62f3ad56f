using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Cli.Results;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Tests.Receipts;

/// <summary>A custody as people see it, from events made by hand.</summary>
public sealed class CustodyPictureTests
{
    private static readonly ImmutableArray<CustodyStep> Steps = MakeSteps();
    private static readonly CustodyGraph Graph = CustodyGraph.TryOf(Steps)!;
    private static readonly ImmutableArray<CustodyEvent> Events = [.. Graph.Nodes.Select(EventOf)];

    [Fact]
    public void The_tree_shows_what_came_last_first_and_what_has_two_children_once()
    {
        string[] lines = [.. CustodyText.LinesOf(Graph, Events).Select(static line => line.Split("  20")[0].Split("  (")[0])];
        Assert.Equal(
            ["send result 5555555555555555", "├─ process-input", "│  ├─ receive", "│  └─ receive", "│     ·  7777777777777777 is not known here", "└─ process-output", "   └─ process-input"],
            lines);
        Assert.EndsWith("(above)", CustodyText.LinesOf(Graph, Events).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_is_whole_says_everything_in_words_and_runs_nothing()
    {
        string svg = CustodySvg.Draw(Graph, Events, "Custody of <\"a&b\">", "OK Accepted");
        XElement root = XDocument.Parse(svg).Root!;
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal("Custody of <\"a&b\">", root.Element(ns + "title")!.Value);
        Assert.Equal(("img", "title desc"), (root.Attribute("role")!.Value, root.Attribute("aria-labelledby")!.Value));
        Assert.StartsWith("5 events, OK Accepted. ", root.Element(ns + "desc")!.Value, StringComparison.Ordinal);
        Assert.Equal(5, root.Elements(ns + "g").Count(g => g.Element(ns + "title") is not null));
        // Five arrows: two pieces to the run, the run to its output and, past it, to the sending, the output to the sending.
        Assert.Equal(5, root.Elements(ns + "path").Count());
        Assert.DoesNotContain(root.Descendants(), static it => it.Name.LocalName is "script" or "a" or "image" or "style" or "use" or "foreignObject");
        Assert.DoesNotContain(root.Descendants().Attributes(), static it => it.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase) || it.Name.LocalName == "href");
        // Every word is in the picture's own frame.
        int width = int.Parse(root.Attribute("width")!.Value, System.Globalization.CultureInfo.InvariantCulture);
        foreach (XElement box in root.Descendants(ns + "rect").Skip(1)) Assert.InRange((int)box.Attribute("x")! + (int)box.Attribute("width")!, 0, width);
    }

    [Fact]
    public void Equal_events_give_equal_bytes_in_whatever_order_they_came()
    {
        CustodyGraph other = CustodyGraph.TryOf([.. Steps.Reverse()])!;
        Assert.Equal(CustodySvg.Draw(Graph, Events, "t", "v"), CustodySvg.Draw(other, [.. other.Nodes.Select(EventOf)], "t", "v"));
    }

    [Fact]
    public void A_receipts_file_and_its_custodys_find_each_other()
    {
        Assert.Equal(Path.GetFullPath("a/custody.cbor"), CustodyCheck.BesideReceipt("a/receipt.cbor"));
        Assert.Equal(Path.GetFullPath("a/77.custody"), CustodyCheck.BesideReceipt("a/77.receipt"));
        Assert.Equal(Path.GetFullPath("a/receipt.cbor"), CustodyCheck.BesideCustody("a/custody.cbor"));
        Assert.Equal(Path.GetFullPath("a/77.receipt"), CustodyCheck.BesideCustody("a/77.custody"));
    }

    private static CustodyEvent EventOf(CustodyNode node) => new(
        node.Leaf.ToString(), node.Event.Sequence, string.Empty, EventKindWords.Of(node.Event.Kind), node.Event.Kind == EventKind.Send ? "result" : string.Empty,
        new string('5', 64), node.Event.Actor.ToString(), string.Empty, Words.Time(new Instant((long)(node.Event.Time / 1000))), node.Event.Zone, string.Empty, "ROUND", "OK", "none", "none",
        [.. node.Event.Parents.Select(static it => it.ToString())], [.. node.Missing.Select(static it => it.ToString())], node.Layer);

    private static ImmutableArray<CustodyStep> MakeSteps()
    {
        ImmutableArray<CustodyStep>.Builder steps = ImmutableArray.CreateBuilder<CustodyStep>();
        Hash256 Add(EventKind kind, params Hash256[] parents)
        {
            ulong number = (ulong)steps.Count + 1;
            EventLeaf leaf = new(
                kind, new Salt(new byte[Salt.ByteCount]), Hasher.Sha256([(byte)number]), Hasher.Sha256("actor"u8), (1_800_000_000UL + number) * 1_000_000_000, number, [.. parents], null, "EE");
            byte[] record = leaf.Encode();
            steps.Add(new CustodyStep(record, null));
            return RecordHash.Leaf(record);
        }

        Hash256 first = Add(EventKind.Receive), second = Add(EventKind.Receive, Enumerable.Repeat(Convert.FromHexString(new string('7', 64)), 1).Select(static it => new Hash256(it)).ToArray());
        Hash256 run = Add(EventKind.ProcessInput, first, second), made = Add(EventKind.ProcessOutput, run);
        Add(EventKind.Send, made, run);
        return steps.ToImmutable();
    }
}
