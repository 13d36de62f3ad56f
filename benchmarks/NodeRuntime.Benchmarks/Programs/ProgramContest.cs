using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>
/// Runs one program by all contestants in turns: each does slices of about the same time, the order turns around every round, and the
/// fastest slice of each counts. The work is the same to the bit, so whatever made a slice slower was not the work.
/// </summary>
internal static class ProgramContest
{
    private const int Rounds = 15;
    private const double SliceSeconds = 0.04;

    /// <summary>By then V8 has replaced its first compiler's code, function by function, and the runtime its own.</summary>
    private const double WarmUpSeconds = 0.3;

    private const int WarmUpSlices = 3;

    /// <summary>Units per second of each.</summary>
    public static double[] Hold(IReadOnlyList<IContestant> contestants)
    {
        uint expected = contestants[0].Run(1).Checksum;
        uint[] units = new uint[contestants.Count];
        double[] best = new double[contestants.Count];
        for (int i = 0; i < units.Length; i++)
        {
            uint checksum = contestants[i].Run(1).Checksum;
            Invariant.Holds(checksum == expected);
            units[i] = Calibrate(contestants[i]);
        }

        for (int round = 0; round < Rounds; round++)
        {
            for (int turn = 0; turn < units.Length; turn++)
            {
                int i = round % 2 == 0 ? turn : units.Length - 1 - turn;
                // An interpreter's slice is long whatever it is given: three are enough.
                if (contestants[i] is InterpreterContestant && round >= 3) continue;
                best[i] = Math.Max(best[i], units[i] / contestants[i].Run(units[i]).Seconds);
            }
        }

        return best;
    }

    private static uint Calibrate(IContestant contestant)
    {
        if (contestant is InterpreterContestant) return 1;
        double spent = 0;
        uint units = 1;
        for (int slices = 0; ;)
        {
            double taken = contestant.Run(units).Seconds;
            spent += taken;
            if (taken >= SliceSeconds / 2) slices++;
            else units *= 2;
            if (spent >= WarmUpSeconds && slices >= WarmUpSlices) return (uint)Math.Max(1, units * SliceSeconds / taken);
        }
    }
}
