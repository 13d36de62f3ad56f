using System;
using System.Collections.Generic;

namespace NodeRuntime.Simulation.Atlas;

/// <summary>How often each class of faults struck and each rule acted. A class that was never met was never tested.</summary>
public sealed class Marks
{
    private static readonly FaultClass[] Classes = Enum.GetValues<FaultClass>();
    private static readonly ProtocolRule[] Rules = Enum.GetValues<ProtocolRule>();

    private readonly long[] _faults = new long[Classes.Length];
    private readonly long[] _rules = new long[Rules.Length];

    public long this[FaultClass fault] => _faults[(int)fault];

    public long this[ProtocolRule rule] => _rules[(int)rule];

    public void Note(FaultClass fault) => _faults[(int)fault]++;

    public void Note(ProtocolRule rule) => _rules[(int)rule]++;

    public void Add(Marks other)
    {
        for (int i = 0; i < _faults.Length; i++) _faults[i] += other._faults[i];
        for (int i = 0; i < _rules.Length; i++) _rules[i] += other._rules[i];
    }

    /// <summary>What never happened, by name, in the order of the atlas.</summary>
    public List<string> Missing()
    {
        List<string> missing = [];
        foreach (FaultClass fault in Classes)
        {
            if (this[fault] == 0) missing.Add(fault.ToString());
        }

        foreach (ProtocolRule rule in Rules)
        {
            if (this[rule] == 0) missing.Add(rule.ToString());
        }

        return missing;
    }
}
