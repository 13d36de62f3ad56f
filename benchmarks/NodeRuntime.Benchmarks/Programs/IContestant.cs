using System;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>One way to run a program: so many units of its work, again and again.</summary>
internal interface IContestant : IDisposable
{
    string Name { get; }

    /// <summary>Does <paramref name="units"/> of work; gives the checksum and the processor seconds it took.</summary>
    (uint Checksum, double Seconds) Run(uint units);
}
