using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>
/// What an engine did with a module, as lines of text: instantiation, each call with its log and its results or trap, then memories,
/// globals and tables. Two engines that agree write the same lines. A line that begins with <see cref="Limit"/> says that a limit of the
/// engine's own ended the run there: what would have come behind it is unknown.
/// </summary>
internal sealed class Transcript
{
    public const string Limit = "limit ";

    /// <summary>Beyond these a call's log is only counted and hashed.</summary>
    private const int LogLinesKept = 16;

    private readonly List<string> _lines = [];
    private int _logged;
    private uint _logHash = 2166136261;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Calls begun before a limit ended the run, and whether instantiation came to its end.</summary>
    public int Calls { get; set; }

    public bool Instantiated { get; set; }

    /// <summary>What instantiation and each call used: our executors must agree on it, V8 has none.</summary>
    public List<long> Fuel { get; } = [];

    public bool EndedByLimit => _lines.Count > 0 && _lines[^1].StartsWith(Limit, StringComparison.Ordinal);

    public void Add(string line) => _lines.Add(line);

    public void Log(string line)
    {
        _logged++;
        foreach (byte next in Encoding.ASCII.GetBytes(line)) _logHash = unchecked((_logHash ^ next) * 16777619);
        if (_logged <= LogLinesKept) _lines.Add("  log " + line);
    }

    /// <summary>Closes the log of a call or of the instantiation.</summary>
    public void EndLog()
    {
        if (_logged > LogLinesKept)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"  logged {_logged} {_logHash:x8}"));
        }

        _logged = 0;
        _logHash = 2166136261;
    }
}
