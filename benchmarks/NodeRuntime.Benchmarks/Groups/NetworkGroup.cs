using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Network;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Two processes on one machine that send each other small messages over mutual TLS.</summary>
internal static class NetworkGroup
{
    private const string Name = "network";

    public static IEnumerable<BenchmarkRow> Run()
    {
        foreach (int window in (int[])[1, 50, 1500])
        {
            using EchoClient client = new(window);
            IEnumerable<BenchmarkRow> rows = Contest.Hold(
                Clock.Wall, Name, $"echo over TLS, {window:N0} under way", "messages/s", client.Frames(), new Limit("bare TLS stream", client.Bytes()));
            foreach (BenchmarkRow row in rows) yield return row;
        }
    }
}
