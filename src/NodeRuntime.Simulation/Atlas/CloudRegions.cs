using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Atlas;

/// <summary>
/// Ten places of a public cloud and what a frame takes between them: half of the round trips that such clouds publish for
/// their regions, rounded to whole milliseconds. The figures are ours, in the shape of the published ones (consensus papers
/// evaluate on such a table); nothing depends on one of them being exact.
/// </summary>
internal static class CloudRegions
{
    public const int Count = 10;

    // Virginia, Ohio, Oregon, Sao Paulo, Ireland, Frankfurt, Mumbai, Singapore, Tokyo, Sydney. Milliseconds, one way.
    private static readonly byte[] Milliseconds =
    [
        1, 6, 32, 57, 34, 45, 93, 107, 73, 98,
        6, 1, 25, 62, 39, 49, 97, 101, 66, 94,
        32, 25, 1, 88, 60, 70, 108, 82, 48, 69,
        57, 62, 88, 1, 89, 101, 150, 163, 128, 155,
        34, 39, 60, 89, 1, 13, 61, 87, 101, 128,
        45, 49, 70, 101, 13, 1, 56, 81, 112, 139,
        93, 97, 108, 150, 61, 56, 1, 28, 63, 76,
        107, 101, 82, 163, 87, 81, 28, 1, 34, 46,
        73, 66, 48, 128, 101, 112, 63, 34, 1, 54,
        98, 94, 69, 155, 128, 139, 76, 46, 54, 1,
    ];

    /// <summary>Peers are spread over the regions in turn.</summary>
    public static Duration Between(int from, int to) =>
        Duration.FromMilliseconds(Milliseconds[(from % Count * Count) + (to % Count)]);
}
