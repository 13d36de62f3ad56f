using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using NodeRuntime.Cli.Results;
using NodeRuntime.Provenance.Custody;

namespace NodeRuntime.Cli.Receipts;

/// <summary>
/// A custody as a picture: a column for each layer, an arrow from each event to those that came after it. The same events give the same bytes. It holds no
/// script, no link and no style from elsewhere; every text is escaped; who cannot see it has a title, a description and a title for each event.
/// </summary>
internal static class CustodySvg
{
    private const int BoxWidth = 270;
    private const int BoxHeight = 104;
    private const int GapX = 70;
    private const int GapY = 26;
    private const int Margin = 24;
    private const int HeadHeight = 44;
    private const int LineHeight = 18;

    public static string Draw(CustodyGraph graph, ImmutableArray<CustodyEvent> events, string title, string verdict)
    {
        (int X, int Y)[] places = Place(graph, out int columns, out int rows);
        int width = (2 * Margin) + (Math.Max(columns, 1) * (BoxWidth + GapX)) - GapX;
        int height = (2 * Margin) + HeadHeight + (Math.Max(rows, 1) * (BoxHeight + GapY)) - GapY;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\"");
        svg.Append(" role=\"img\" aria-labelledby=\"title desc\" font-family=\"monospace\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title id=\"title\">{Escape(title)}</title>\n<desc id=\"desc\">{Escape(Describe(events, verdict))}</desc>\n");
        svg.Append("<defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#444444\"/></marker></defs>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin}\" y=\"{Margin + 14}\" font-size=\"15\" fill=\"#111111\">{Escape(title)}: {Escape(verdict)}</text>\n");
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            foreach (int parent in graph.Nodes[i].Parents) DrawArrow(svg, places[parent], places[i]);
        }

        for (int i = 0; i < graph.Nodes.Length; i++) DrawBox(svg, places[i], events[i]);
        return svg.Append("</svg>\n").ToString();
    }

    // Nodes stand in layers already, and in each in the order of time and leaf.
    private static (int X, int Y)[] Place(CustodyGraph graph, out int columns, out int rows)
    {
        SortedDictionary<int, int> filled = [];
        (int X, int Y)[] places = new (int, int)[graph.Nodes.Length];
        columns = rows = 0;
        for (int i = 0; i < places.Length; i++)
        {
            int layer = graph.Nodes[i].Layer, row = filled.GetValueOrDefault(layer);
            filled[layer] = row + 1;
            places[i] = (Margin + (layer * (BoxWidth + GapX)), Margin + HeadHeight + (row * (BoxHeight + GapY)));
            columns = Math.Max(columns, layer + 1);
            rows = Math.Max(rows, row + 1);
        }

        return places;
    }

    private static void DrawArrow(StringBuilder svg, (int X, int Y) from, (int X, int Y) to)
    {
        int x1 = from.X + BoxWidth, y1 = from.Y + (BoxHeight / 2), x2 = to.X, y2 = to.Y + (BoxHeight / 2), bend = GapX / 2;
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}\" fill=\"none\" stroke=\"#444444\" marker-end=\"url(#end)\"/>\n");
    }

    private static void DrawBox(StringBuilder svg, (int X, int Y) at, CustodyEvent it)
    {
        // The word stands beside the colour: nobody needs to tell green from red.
        string stroke = it.Result == "OK" ? "#1b6e32" : it.Result.StartsWith("FAIL", StringComparison.Ordinal) ? "#a31515" : "#8a6100";
        svg.Append(CultureInfo.InvariantCulture, $"<g><title>{Escape(CustodyText.LineOf(it))}</title>");
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{at.X}\" y=\"{at.Y}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"6\" fill=\"#f7f7f7\" stroke=\"{stroke}\" stroke-width=\"2\"/>");
        string[] lines =
        [
            it.About.Length > 0 ? $"{it.Kind}: {it.About} {Short(it.Digest)}" : $"{it.Kind}, number {it.Id}",
            it.Time,
            $"by {Short(it.Actor)} in {it.Zone}" + (it.Unknown.IsEmpty ? string.Empty : $", {it.Unknown.Length} before unknown"),
            $"machine {Short(it.MachineState)}",
            $"{it.State} {it.Result}",
        ];
        for (int i = 0; i < lines.Length; i++)
        {
            string weight = i == 0 ? " font-weight=\"bold\"" : string.Empty, fill = i == lines.Length - 1 ? stroke : "#111111";
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{at.X + 10}\" y=\"{at.Y + 18 + (i * LineHeight)}\" fill=\"{fill}\"{weight}>{Escape(lines[i])}</text>");
        }

        svg.Append("</g>\n");
    }

    private static string Describe(ImmutableArray<CustodyEvent> events, string verdict) =>
        $"{events.Length} events, {verdict}. " + string.Join("; ", events.Select(CustodyText.LineOf));

    private static string Short(string text) => text.Length > 12 ? text[..12] : text;

    // What XML cannot hold at all becomes a question mark.
    private static string Escape(string text)
    {
        StringBuilder escaped = new(text.Length);
        foreach (char character in text)
        {
            escaped.Append(character switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                < ' ' or '\uFFFE' or '\uFFFF' => "?",
                _ when char.IsSurrogate(character) => "?",
                _ => character.ToString(),
            });
        }

        return escaped.ToString();
    }
}
