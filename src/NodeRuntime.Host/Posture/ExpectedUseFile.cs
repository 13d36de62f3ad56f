using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Host.Config;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;
using YamlDotNet.RepresentationModel;

namespace NodeRuntime.Host.Posture;

/// <summary>Reads <c>expected-use.yaml</c>; docs/posture.md has its schema, and complaints are those of <see cref="ControlsFile"/>.</summary>
public static class ExpectedUseFile
{
    private const string VersionNow = "1";

    private const int QuietSecondsMax = 7 * 24 * 3600;

    private static readonly Duration QuietDefault = Duration.FromMinutes(10);

    private static readonly string[] Weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <exception cref="ConfigException">The file cannot stand: path, line, column, verdict, and why.</exception>
    /// <param name="names">What an actor may be called instead of its id, such as <c>${self}</c>.</param>
    public static UsePlan Load(string path, IReadOnlyDictionary<string, ImmutableArray<Hash256>> names) =>
        Parse(DeclaredYaml.Read(path, Limits.UseFileBytesMax, "a file of expected uses"), path, names);

    public static UsePlan Parse(string text, string path, IReadOnlyDictionary<string, ImmutableArray<Hash256>> names)
    {
        DeclaredYaml yaml = new(path);
        return new Reading(yaml, names).File(yaml.Root(text, "'version: 1' and 'classes'"));
    }

    /// <summary>One file, on the way through its nodes.</summary>
    private sealed class Reading(DeclaredYaml yaml, IReadOnlyDictionary<string, ImmutableArray<Hash256>> names)
    {
        private int _digests;

        public UsePlan File(YamlNode root)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(root, "version", "unlabelled", "quiet", "classes");
            if (fields.Text("version") != VersionNow) throw yaml.Wrong(fields.Node("version"), ControlsVerdict.VersionUnknown, "this program reads version 1");
            string unlabelled = fields.Has("unlabelled") ? fields.Text("unlabelled") : "unknown";
            if (unlabelled is not ("unknown" or "ignore")) throw yaml.Wrong(fields.Node("unlabelled"), ControlsVerdict.ValueMalformed, "neither unknown nor ignore");
            Duration quiet = QuietOf(fields, QuietDefault);
            ImmutableArray<DataClass>.Builder classes = ImmutableArray.CreateBuilder<DataClass>();
            SortedSet<string> ids = new(StringComparer.Ordinal) { UsePlan.Unlabelled };
            foreach (YamlNode node in yaml.Items(fields.Node("classes"), Limits.UseClassesMax))
            {
                DataClass it = ClassOf(node, quiet);
                if (!ids.Add(it.Id)) throw yaml.Wrong(node, ControlsVerdict.IdTwice, $"'{it.Id}' is there already");
                classes.Add(it);
            }

            return new UsePlan(classes.ToImmutable(), unlabelled == "ignore", quiet);
        }

        private DataClass ClassOf(YamlNode node, Duration quiet)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(node, "id", "title", "contents", "expected", "quiet");
            string id = fields.Text("id");
            if (!DeclaredYaml.IsWord(id)) throw yaml.Wrong(fields.Node("id"), ControlsVerdict.ValueMalformed, $"'{id}' is no word of 1 to {Limits.PostureWordCharactersMax} small letters, digits and hyphens");
            ImmutableArray<ExpectedUse>? expected = null;
            if (fields.Has("expected"))
            {
                ImmutableArray<ExpectedUse>.Builder uses = ImmutableArray.CreateBuilder<ExpectedUse>();
                foreach (YamlNode use in yaml.Items(fields.Node("expected"), Limits.UseEntriesMax)) uses.Add(UseOf(use));
                expected = uses.ToImmutable();
            }

            return new DataClass(id, fields.Has("title") ? fields.Text("title") : id, List(fields, "contents", DigestOf), expected, QuietOf(fields, quiet));
        }

        private ExpectedUse UseOf(YamlNode node)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(node, "kinds", "who", "modules", "zones", "hours");
            ImmutableArray<Hash256>.Builder who = ImmutableArray.CreateBuilder<Hash256>();
            foreach (ImmutableArray<Hash256> actors in List(fields, "who", ActorOf)) who.AddRange(actors);
            return new ExpectedUse(List(fields, "kinds", KindOf), who.ToImmutable(), List(fields, "modules", DigestOf), List(fields, "zones", ZoneOf), List(fields, "hours", HoursOf));
        }

        // A key that is there says something: an empty list would expect nobody, and be read as everybody.
        private ImmutableArray<T> List<T>(DeclaredYaml.Fields fields, string name, Func<YamlNode, T> read)
        {
            if (!fields.Has(name)) return [];
            ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>();
            foreach (YamlNode node in yaml.Items(fields.Node(name), Limits.UseEntriesMax)) items.Add(read(node));
            return items.Count > 0 ? items.ToImmutable() : throw yaml.Wrong(fields.Node(name), ControlsVerdict.ValueMalformed, "nothing is listed: leave the key out where it does not matter");
        }

        private EventKind KindOf(YamlNode node) => EventKindWords.TryParse(yaml.TextOf(node))
            ?? throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{yaml.TextOf(node)}' is no kind of event: {string.Join(", ", EventKindWords.All)}");

        private ImmutableArray<Hash256> ActorOf(YamlNode node)
        {
            string text = yaml.TextOf(node);
            if (text.StartsWith("${", StringComparison.Ordinal) && text.EndsWith('}'))
            {
                return names.TryGetValue(text[2..^1], out ImmutableArray<Hash256> ids)
                    ? ids
                    : throw yaml.Wrong(node, ControlsVerdict.PlaceUnknown, $"'{text}' is nobody's name: {string.Join(", ", names.Keys)}");
            }

            return Hash256.TryParse(text, out Hash256 actor) ? [actor] : throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{text}' is no account or peer: 64 hexadecimal digits");
        }

        private Hash256 DigestOf(YamlNode node)
        {
            if (++_digests > Limits.UseDigestsMax) throw yaml.Wrong(node, ControlsVerdict.TooMany, $"more than {Limits.UseDigestsMax} contents and modules");
            return Hash256.TryParse(yaml.TextOf(node), out Hash256 digest) ? digest : throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, "no SHA-256: 64 hexadecimal digits");
        }

        private string ZoneOf(YamlNode node) => Zone.IsZone(yaml.TextOf(node))
            ? yaml.TextOf(node)
            : throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{yaml.TextOf(node)}' is no zone: two capital letters, and behind a dash the site in small ones");

        private HourWindow HoursOf(YamlNode node)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(node, "days", "from", "until");
            int days = 0;
            foreach (int day in List(fields, "days", DayOf)) days |= 1 << day;
            int from = MinuteOf(fields.Node("from")), until = MinuteOf(fields.Node("until"));
            if (from == HourWindow.MinutesPerDay || from == until) throw yaml.Wrong(fields.Node("from"), ControlsVerdict.ValueMalformed, "a window begins before 24:00, and ends at another time");
            return new HourWindow(days == 0 ? HourWindow.EveryDay : (byte)days, from, until);
        }

        private int DayOf(YamlNode node)
        {
            int day = Array.IndexOf(Weekdays, yaml.TextOf(node));
            return day >= 0 ? day : throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{yaml.TextOf(node)}' is none of {string.Join(", ", Weekdays)}");
        }

        private int MinuteOf(YamlNode node)
        {
            string text = yaml.TextOf(node);
            if (text == "24:00") return HourWindow.MinutesPerDay;
            return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
                ? (time.Hour * 60) + time.Minute
                : throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{text}' is no time of day in UTC, such as 08:30, in quotes");
        }

        private Duration QuietOf(DeclaredYaml.Fields fields, Duration otherwise)
        {
            if (!fields.Has("quiet")) return otherwise;
            return int.TryParse(fields.Text("quiet"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= QuietSecondsMax
                ? Duration.FromSeconds(seconds)
                : throw yaml.Wrong(fields.Node("quiet"), ControlsVerdict.ValueMalformed, $"no number of seconds from 1 to {QuietSecondsMax}");
        }
    }
}
