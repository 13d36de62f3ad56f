using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Host.Telemetry;

namespace NodeRuntime.Host.Api;

/// <summary>Figures in the Prometheus text format.</summary>
internal static class MetricsText
{
    public static string Of(ImmutableArray<Figure> figures)
    {
        StringBuilder text = new();
        foreach (Figure figure in figures)
        {
            text.Append("# TYPE ").Append(figure.Name).Append(figure.Kind == FigureKind.Counter ? " counter\n" : " gauge\n");
            text.Append(figure.Name).Append(' ').Append(figure.Value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }
}
