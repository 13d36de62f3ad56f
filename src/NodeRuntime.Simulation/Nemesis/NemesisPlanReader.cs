using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Nemesis;

/// <summary>Where and why a plan cannot be read. Lines are counted from 1.</summary>
public sealed record NemesisPlanError(int Line, string Message);

/// <summary>
/// Reads a plan: the few forms of YAML that it needs and no others, every unknown word an error with its line. Any text gives a
/// plan or an error.
/// <code>
/// name: leader-assassin
/// about: Whoever leads is killed.
/// peers: 4
/// length: 60s
/// heal: 40s
/// steps:
///   - at: 3s
///     do: crash
///     on: leader
///     every: 5s
///     for: 3s
/// </code>
/// </summary>
public static class NemesisPlanReader
{
    public const int CharactersMax = 32 * 1024;
    public const int StepsMax = 64;
    private const int PeersMax = 100;
    private const int RateMax = 1_000_000_000;
    private static readonly Duration LengthMax = Duration.FromMinutes(24 * 60);

    public static NemesisPlanError? Read(string text, out NemesisPlan? plan)
    {
        plan = null;
        if (text.Length > CharactersMax) return new NemesisPlanError(1, $"a plan has at most {CharactersMax} characters");
        Reading reading = new();
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (reading.Take(i + 1, lines[i].TrimEnd('\r')) is { } error) return error;
        }

        return reading.Finish(lines.Length, out plan);
    }

    private sealed class Reading
    {
        private readonly SortedDictionary<string, (int Line, string Value)> _head = new(StringComparer.Ordinal);
        private readonly List<(int Line, SortedDictionary<string, (int Line, string Value)> Fields)> _steps = [];
        private bool _isInSteps;

        public NemesisPlanError? Take(int number, string line)
        {
            if (line.Contains('\t', StringComparison.Ordinal)) return new NemesisPlanError(number, "tabs do not indent: use spaces");
            string content = StripComment(line).TrimEnd();
            if (content.Length == 0) return null;
            int indent = content.Length - content.TrimStart().Length;
            content = content.TrimStart();
            if (!_isInSteps) return indent == 0 ? Head(number, content) : new NemesisPlanError(number, "only steps are indented");
            bool begins = content.StartsWith("- ", StringComparison.Ordinal);
            if (begins && indent == 2)
            {
                if (_steps.Count == StepsMax) return new NemesisPlanError(number, $"a plan has at most {StepsMax} steps");
                _steps.Add((number, new(StringComparer.Ordinal)));
                content = content[2..].TrimStart();
            }
            else if (begins || indent != 4 || _steps.Count == 0)
            {
                return new NemesisPlanError(number, "a step begins with two spaces and a dash; its other lines with four spaces");
            }

            return Field(number, content, _steps[^1].Fields);
        }

        private NemesisPlanError? Head(int number, string content)
        {
            if (content == "steps:")
            {
                _isInSteps = true;
                return null;
            }

            return Field(number, content, _head);
        }

        private static NemesisPlanError? Field(int number, string content, SortedDictionary<string, (int Line, string Value)> fields)
        {
            int colon = content.IndexOf(": ", StringComparison.Ordinal);
            if (colon <= 0) return new NemesisPlanError(number, $"'{Short(content)}' is not of the form `name: value`");
            string name = content[..colon];
            string value = content[(colon + 2)..].Trim();
            if (fields.ContainsKey(name)) return new NemesisPlanError(number, $"'{Short(name)}' is given twice");
            fields.Add(name, (number, value));
            return null;
        }

        public NemesisPlanError? Finish(int lines, out NemesisPlan? plan)
        {
            plan = null;
            Words head = new(_head);
            string name = head.Text("name", string.Empty);
            string about = head.Text("about", string.Empty);
            int peers = head.Number("peers", 4, 1, PeersMax);
            Duration length = head.Time("length", Duration.Zero);
            Duration heal = head.Time("heal", Duration.Zero);
            if (head.End() is { } wrong) return wrong;
            if (!IsName(name)) return new NemesisPlanError(head.LineOf("name", lines), "a plan needs a `name:` of small letters, digits and dashes, at most 40");
            if (length <= Duration.Zero || length > LengthMax) return new NemesisPlanError(head.LineOf("length", lines), "a plan needs a `length:` of at most a day");
            if (heal < Duration.Zero || heal >= length) return new NemesisPlanError(head.LineOf("heal", lines), "`heal:` must lie before the plan's end");
            ImmutableArray<NemesisStep>.Builder steps = ImmutableArray.CreateBuilder<NemesisStep>();
            foreach ((int line, SortedDictionary<string, (int Line, string Value)> fields) in _steps)
            {
                if (Step(line, new Words(fields), heal, out NemesisStep? step) is { } error) return error;
                steps.Add(step!);
            }

            plan = new NemesisPlan { Name = name, About = about, Peers = peers, Length = length, HealAt = heal, Steps = steps.ToImmutable() };
            return null;
        }

        private static NemesisPlanError? Step(int line, Words words, Duration heal, out NemesisStep? step)
        {
            step = null;
            if (!words.Has("at")) return new NemesisPlanError(line, "a step needs `at:`");
            if (!words.Has("do")) return new NemesisPlanError(line, "a step needs `do:`");
            (NemesisTarget target, int peer) = words.Target();
            NemesisStep read = new()
            {
                At = words.Time("at", Duration.Zero),
                Act = words.Choice("do", NemesisAct.Crash),
                Target = target,
                Peer = peer,
                Every = words.Time("every", Duration.Zero),
                Lasts = words.Time("for", Duration.Zero),
                By = words.Time("by", Duration.Zero),
                Rate = words.Number("rate", 0, 1, RateMax),
                Links = Links(words),
            };
            read = read.Act switch
            {
                NemesisAct.Cut => read with { Shape = words.Choice("shape", CutShape.Isolate) },
                NemesisAct.Disk => read with { Disk = words.Choice("how", DiskFault.Slow) },
                NemesisAct.Clock => read with { Clock = words.Choice("how", ClockFault.Jump) },
                NemesisAct.Be => read with { Misdeed = words.Choice("how", FaultClass.Withholder) },
                _ => read,
            };
            if (words.End() is { } error) return error;
            if (read.At >= heal) return new NemesisPlanError(words.LineOf("at", line), "a step lies before `heal:`");
            if (read.Every > Duration.Zero && read.Every < Duration.FromMilliseconds(10)) return new NemesisPlanError(words.LineOf("every", line), "`every:` is at least 10ms");
            if (read.Act == NemesisAct.Flap && read.By < Duration.FromMilliseconds(10)) return new NemesisPlanError(line, "a flap needs its period, `by:`, of at least 10ms");
            if (read.Act is NemesisAct.Drip or NemesisAct.Flood && read.Rate == 0) return new NemesisPlanError(line, "it needs a `rate:`");
            if (read.Act == NemesisAct.Be && read.Misdeed < FaultClass.Twins) return new NemesisPlanError(words.LineOf("how", line), "nobody can be that");
            step = read;
            return null;
        }

        private static LinkConditions Links(Words words)
        {
            LinkConditions calm = LinkConditions.Calm;
            (Duration least, Duration most) = words.Range("delay", calm.DelayMin, calm.DelayMax);
            return calm with
            {
                DelayMin = least,
                DelayMax = most,
                IsCloud = words.Flag("cloud"),
                LossPerMille = words.PerMille("loss"),
                BurstPerMille = words.PerMille("burst"),
                DuplicationPerMille = words.PerMille("duplicate"),
                ReplayPerMille = words.PerMille("replay"),
                ReorderPerMille = words.PerMille("reorder"),
                TruncationPerMille = words.PerMille("truncate"),
                FlipPerMille = words.PerMille("flip"),
                BytesPerSecond = words.Number("bytes-per-second", 0, 1, RateMax),
            };
        }

        private static bool IsName(string name)
        {
            if (name.Length is 0 or > 40) return false;
            foreach (char letter in name)
            {
                if (letter is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) return false;
            }

            return true;
        }

        private static string StripComment(string line)
        {
            if (line.StartsWith('#')) return string.Empty;
            int hash = line.IndexOf(" #", StringComparison.Ordinal);
            return hash < 0 ? line : line[..hash];
        }
    }

    /// <summary>The fields of one block: what was asked for is known, the rest is an error. The first error is kept.</summary>
    private sealed class Words(SortedDictionary<string, (int Line, string Value)> fields)
    {
        private readonly SortedSet<string> _known = new(StringComparer.Ordinal);
        private NemesisPlanError? _error;

        public bool Has(string name) => fields.ContainsKey(name);

        public int LineOf(string name, int otherwise) => fields.TryGetValue(name, out (int Line, string Value) field) ? field.Line : otherwise;

        public string Text(string name, string otherwise) => Find(name) ?? otherwise;

        public int Number(string name, int otherwise, int least, int most)
        {
            if (Find(name) is not { } value) return otherwise;
            bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            return isNumber && number >= least && number <= most ? number : Fail(name, otherwise, $"a whole number from {least} to {most}");
        }

        public Duration Time(string name, Duration otherwise) => Find(name) is { } value ? ParseTime(name, value) : otherwise;

        public (Duration Least, Duration Most) Range(string name, Duration least, Duration most)
        {
            if (Find(name) is not { } value) return (least, most);
            int dots = value.IndexOf("..", StringComparison.Ordinal);
            if (dots < 0) return Fail(name, (least, most), "two times such as 10ms..80ms");
            Duration from = ParseTime(name, value[..dots]);
            Duration to = ParseTime(name, value[(dots + 2)..]);
            return from <= to ? (from, to) : Fail(name, (least, most), "the shorter time first");
        }

        public int PerMille(string name)
        {
            if (Find(name) is not { } value) return 0;
            bool isShare = value.EndsWith('%')
                && int.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int percent)
                && percent is >= 0 and <= 100;
            return isShare ? int.Parse(value.AsSpan(0, value.Length - 1), CultureInfo.InvariantCulture) * 10 : Fail(name, 0, "whole percents such as 20%");
        }

        public bool Flag(string name) => Find(name) switch
        {
            null or "no" => false,
            "yes" => true,
            _ => Fail(name, false, "yes or no"),
        };

        // `crash-at-effect` names CrashAtEffect.
        public T Choice<T>(string name, T otherwise)
            where T : struct, Enum
        {
            if (Find(name) is not { } value) return otherwise;
            List<string> words = [];
            foreach (T choice in Enum.GetValues<T>())
            {
                string word = WordOf(choice.ToString());
                if (word == value) return choice;
                words.Add(word);
            }

            return Fail(name, otherwise, "one of " + string.Join(", ", words));
        }

        public (NemesisTarget Target, int Peer) Target()
        {
            if (fields.TryGetValue("on", out (int Line, string Value) field) && field.Value.StartsWith("peer-", StringComparison.Ordinal))
            {
                _known.Add("on");
                bool isNumber = int.TryParse(field.Value.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int peer) && peer < PeersMax;
                return isNumber ? (NemesisTarget.Peer, peer) : Fail("on", (NemesisTarget.Peer, 0), "peer-0 to peer-99");
            }

            return (Choice("on", NemesisTarget.Random), 0);
        }

        public NemesisPlanError? End()
        {
            if (_error is not null) return _error;
            foreach ((string name, (int line, string _)) in fields)
            {
                if (!_known.Contains(name)) return new NemesisPlanError(line, $"'{Short(name)}' is not known here");
            }

            return null;
        }

        private string? Find(string name)
        {
            _known.Add(name);
            return fields.TryGetValue(name, out (int Line, string Value) field) ? field.Value : null;
        }

        private Duration ParseTime(string name, string value)
        {
            (string unit, long factor)[] units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
            foreach ((string unit, long factor) in units)
            {
                if (!value.EndsWith(unit, StringComparison.Ordinal)) continue;
                bool isNumber = long.TryParse(value.AsSpan(0, value.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number);
                if (isNumber && number <= LengthMax.Milliseconds / factor) return Duration.FromMilliseconds(number * factor);
            }

            return Fail(name, Duration.Zero, "a time such as 250ms, 5s, 2m, at most a day");
        }

        private T Fail<T>(string name, T otherwise, string expected)
        {
            _error ??= new NemesisPlanError(fields[name].Line, $"`{name}: {Short(fields[name].Value)}`: expected {expected}");
            return otherwise;
        }

        private static string WordOf(string name)
        {
            System.Text.StringBuilder word = new();
            foreach (char letter in name)
            {
                if (char.IsUpper(letter) && word.Length > 0) word.Append('-');
                word.Append(char.ToLowerInvariant(letter));
            }

            return word.ToString();
        }
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
