using System;
using System.Collections.Generic;

namespace NodeRuntime.Benchmarks.Harness;

/// <summary>
/// Times a subject and its limits in turns within one run: after a warm-up each gets a slice, in an order that turns
/// around every round, and the median slice counts. So a machine that slows down meanwhile slows both sides.
/// </summary>
internal static class Contest
{
    private const int Rounds = 9;

    /// <summary>Long beside a timer's tick, short enough for many turns.</summary>
    private const double SliceSeconds = 0.03;

    /// <summary>The just-in-time compiler promotes hot code in the background after about this long.</summary>
    private const double WarmUpSeconds = 0.25;

    private const int TimesMax = 1 << 28;

    /// <summary>Work on one thread, by processor time.</summary>
    public static IEnumerable<BenchmarkRow> Hold(string group, string name, string unit, Work subject, params Limit[] limits) =>
        Hold(Clock.Processor, group, name, unit, subject, limits);

    public static IEnumerable<BenchmarkRow> Hold(
        Clock clock, string group, string name, string unit, Work subject, params Limit[] limits)
    {
        Work[] works = new Work[limits.Length + 1];
        works[0] = subject;
        for (int i = 0; i < limits.Length; i++) works[i + 1] = limits[i].Work;
        double[] rates = Measure(clock, works);
        for (int i = 0; i < limits.Length; i++)
        {
            yield return new BenchmarkRow(group, name, rates[0], unit, rates[i + 1], limits[i].Name, rates[0] / rates[i + 1]);
        }
    }

    /// <summary>Units per second of each, measured in turns.</summary>
    private static double[] Measure(Clock clock, Work[] works)
    {
        int[] times = new int[works.Length];
        double[][] rates = new double[works.Length][];
        for (int i = 0; i < works.Length; i++)
        {
            rates[i] = new double[Rounds];
            if (works[i].RecordedRate is { } recorded) Array.Fill(rates[i], recorded);
            else times[i] = Calibrate(clock, works[i]);
        }

        for (int round = 0; round < Rounds; round++)
        {
            for (int turn = 0; turn < works.Length; turn++)
            {
                int i = round % 2 == 0 ? turn : works.Length - 1 - turn;
                if (works[i].RecordedRate is not null) continue;
                rates[i][round] = times[i] * works[i].UnitsEach / Time(clock, works[i], times[i]);
            }
        }

        return Array.ConvertAll(rates, MedianOf);
    }

    /// <summary>Warms up and finds how many times fill a slice.</summary>
    private static int Calibrate(Clock clock, Work work)
    {
        double start = clock.Seconds();
        int times = 1;
        while (true)
        {
            double taken = Time(clock, work, times);
            if (taken >= SliceSeconds / 2 && clock.Seconds() - start >= WarmUpSeconds)
            {
                return (int)Math.Clamp(times * SliceSeconds / taken, 1, TimesMax);
            }

            if (taken < SliceSeconds / 2 && times < TimesMax / 2) times *= 2;
        }
    }

    private static double Time(Clock clock, Work work, int times)
    {
        double start = clock.Seconds();
        work.Run(times);
        double taken = clock.Seconds() - start;
        work.Clean?.Invoke();
        return taken;
    }

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
