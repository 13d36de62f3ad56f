using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Host.Config;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using YamlDotNet.RepresentationModel;

namespace NodeRuntime.Host.Posture;

/// <summary>What is wrong with a file of controls; in the order in which it is looked for.</summary>
public enum ControlsVerdict
{
    Accepted,
    Unreadable,
    TooLarge,
    NotYaml,
    VersionUnknown,
    KeyUnknown,
    KeyMissing,
    KeyOutOfPlace,
    ValueMalformed,
    PlaceUnknown,
    IdTwice,
    TooMany,
}

/// <summary>What a person declared.</summary>
public sealed record DeclaredControls(ImmutableArray<Control> Controls, ImmutableArray<Rollout> Rollouts);

/// <summary>
/// Reads <c>controls.yaml</c>; docs/posture.md has its schema. By hand, node by node, so that every complaint has a line, and says with its name what is wrong.
/// </summary>
public static class ControlsFile
{
    private const int VersionNow = 1;

    /// <exception cref="ConfigException">The file cannot stand: path, line, column, verdict, and why.</exception>
    /// <param name="places">What <c>${program}</c>, <c>${folder}</c> and <c>${data}</c> are.</param>
    public static DeclaredControls Load(string path, IReadOnlyDictionary<string, string> places) =>
        Parse(DeclaredYaml.Read(path, Limits.PostureControlsBytesMax, "a file of controls"), path, places);

    public static DeclaredControls Parse(string text, string path, IReadOnlyDictionary<string, string> places)
    {
        DeclaredYaml yaml = new(path);
        return new Reading(yaml, places).File(yaml.Root(text, "'version: 1' and 'controls'"));
    }

    /// <summary>One file, on the way through its nodes.</summary>
    private sealed class Reading(DeclaredYaml yaml, IReadOnlyDictionary<string, string> places)
    {
        private static readonly string[] OfRules = ["mode", "owner", "values", "optional", "allow"];

        public DeclaredControls File(YamlNode root)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(root, "version", "controls", "rollouts");
            if (fields.Text("version") != VersionNow.ToString(CultureInfo.InvariantCulture)) throw yaml.Wrong(fields.Node("version"), ControlsVerdict.VersionUnknown, "this program reads version 1");
            ImmutableArray<Control>.Builder controls = ImmutableArray.CreateBuilder<Control>();
            SortedSet<string> ids = new(StringComparer.Ordinal);
            foreach (YamlNode node in yaml.Items(fields.Node("controls"), Limits.PostureControlsMax))
            {
                Control control = ControlOf(node);
                if (!ids.Add(control.Id)) throw yaml.Wrong(node, ControlsVerdict.IdTwice, $"'{control.Id}' stands there twice");
                controls.Add(control);
            }

            ImmutableArray<Rollout>.Builder rollouts = ImmutableArray.CreateBuilder<Rollout>();
            if (fields.Has("rollouts"))
            {
                foreach (YamlNode node in yaml.Items(fields.Node("rollouts"), Limits.PostureRolloutsMax)) rollouts.Add(RolloutOf(node));
            }

            return new DeclaredControls(controls.ToImmutable(), rollouts.ToImmutable());
        }

        private Control ControlOf(YamlNode node)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(node, "id", "title", "class", "path", "rule", "mode", "owner", "values", "optional", "allow", "maps");
            string id = fields.Text("id");
            if (!DeclaredYaml.IsWord(id)) throw yaml.Wrong(fields.Node("id"), ControlsVerdict.ValueMalformed, $"'{id}' is no word of 1 to {Limits.PostureWordCharactersMax} small letters, digits and hyphens");
            ThingClass thingClass = ThingClassWords.TryParse(fields.Text("class"))
                ?? throw yaml.Wrong(fields.Node("class"), ControlsVerdict.ValueMalformed, $"'{fields.Text("class")}' is no class: {ThingClassWords.All}");
            PathPattern pattern = PatternOf(fields.Node("path"));
            if (thingClass == ThingClass.Peer) throw yaml.Wrong(fields.Node("class"), ControlsVerdict.ValueMalformed, "peers are challenged, whatever is declared: `posture.challenge`");
            if (thingClass == ThingClass.Use) throw yaml.Wrong(fields.Node("class"), ControlsVerdict.ValueMalformed, "uses of data are declared in a file of their own: `posture.uses`");
            bool wantsSlash = thingClass is ThingClass.File or ThingClass.Process or ThingClass.Library or ThingClass.Mount;
            if (wantsSlash && pattern.Text[0] != '/' && pattern.Text != "**") throw yaml.Wrong(fields.Node("path"), ControlsVerdict.ValueMalformed, "the path of this class begins with a slash");
            if (thingClass == ThingClass.File && pattern.Root.Length == 0) throw yaml.Wrong(fields.Node("path"), ControlsVerdict.ValueMalformed, "all files are too many: name a folder");
            if (thingClass == ThingClass.Sysctl && !pattern.IsExact) throw yaml.Wrong(fields.Node("path"), ControlsVerdict.ValueMalformed, "name one setting of the kernel");
            ControlRule rule = RuleOf(fields, thingClass);
            string maps = fields.Has("maps") ? fields.Text("maps") : string.Empty;
            if (maps.Length > Limits.PostureWordCharactersMax) throw yaml.Wrong(fields.Node("maps"), ControlsVerdict.ValueMalformed, $"longer than {Limits.PostureWordCharactersMax} characters");
            return new Control(id, fields.Has("title") ? fields.Text("title") : id, thingClass, pattern, rule, maps);
        }

        private ControlRule RuleOf(DeclaredYaml.Fields fields, ThingClass thingClass)
        {
            string word = fields.Text("rule");
            switch (word)
            {
                case "baseline":
                    AllowsOnly(fields);
                    return new ControlRule.AsBaseline();
                case "open-baseline":
                    AllowsOnly(fields);
                    return new ControlRule.AsBaseline(IsOpen: true);
                case "absent":
                    AllowsOnly(fields);
                    return new ControlRule.Absent();
                case "one-of":
                    AllowsOnly(fields, "values", "optional");
                    ImmutableArray<string>.Builder values = ImmutableArray.CreateBuilder<string>();
                    foreach (YamlNode node in yaml.Items(fields.Node("values"), Limits.PostureControlsMax)) values.Add(yaml.TextOf(node));
                    string optional = fields.Has("optional") ? fields.Text("optional") : "false";
                    if (optional is not ("true" or "false")) throw yaml.Wrong(fields.Node("optional"), ControlsVerdict.ValueMalformed, "neither true nor false");
                    return new ControlRule.OneOf(values.ToImmutable(), optional == "true");
                case "only":
                    AllowsOnly(fields, "allow");
                    ImmutableArray<PathPattern>.Builder allowed = ImmutableArray.CreateBuilder<PathPattern>();
                    foreach (YamlNode node in yaml.Items(fields.Node("allow"), Limits.PostureControlsMax)) allowed.Add(PatternOf(node));
                    return new ControlRule.Only(allowed.ToImmutable());
                case "permissions":
                    AllowsOnly(fields, "mode", "owner");
                    if (thingClass != ThingClass.File) throw yaml.Wrong(fields.Node("rule"), ControlsVerdict.KeyOutOfPlace, "files alone have permissions");
                    if (!FileValue.TryParseOctal(fields.Text("mode"), out uint mode)) throw yaml.Wrong(fields.Node("mode"), ControlsVerdict.ValueMalformed, "no permission bits, such as 0640");
                    uint? owner = null;
                    if (fields.Has("owner"))
                    {
                        if (!uint.TryParse(fields.Text("owner"), NumberStyles.None, CultureInfo.InvariantCulture, out uint user)) throw yaml.Wrong(fields.Node("owner"), ControlsVerdict.ValueMalformed, "no user's number");
                        owner = user;
                    }

                    return new ControlRule.Permissions(mode, owner);
                default:
                    throw yaml.Wrong(fields.Node("rule"), ControlsVerdict.ValueMalformed, $"'{word}' is no rule: baseline, open-baseline, absent, one-of, only, permissions");
            }
        }

        private Rollout RolloutOf(YamlNode node)
        {
            DeclaredYaml.Fields fields = yaml.FieldsOf(node, "path", "sha256", "from", "until");
            string file = PatternOf(fields.Node("path")) is { IsExact: true } exact
                ? exact.Text
                : throw yaml.Wrong(fields.Node("path"), ControlsVerdict.ValueMalformed, "a roll-out is of one file");
            if (!Hash256.TryParse(fields.Text("sha256"), out Hash256 content)) throw yaml.Wrong(fields.Node("sha256"), ControlsVerdict.ValueMalformed, "no SHA-256: 64 hexadecimal digits");
            Instant from = TimeOf(fields.Node("from")), until = TimeOf(fields.Node("until"));
            if (until < from) throw yaml.Wrong(fields.Node("until"), ControlsVerdict.ValueMalformed, "it is over before it begins");
            return new Rollout(file, content, from, until);
        }

        private PathPattern PatternOf(YamlNode node)
        {
            string text = yaml.TextOf(node);
            for (int at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", StringComparison.Ordinal))
            {
                int end = text.IndexOf('}', at);
                string name = end < 0 ? text[at..] : text[(at + 2)..end];
                if (end < 0 || !places.TryGetValue(name, out string? place) || place.Contains("${", StringComparison.Ordinal))
                {
                    throw yaml.Wrong(node, ControlsVerdict.PlaceUnknown, $"'{name}' is no place: {string.Join(", ", places.Keys)}");
                }

                text = text[..at] + place + text[(end + 1)..];
            }

            return PathPattern.TryParse(text) ?? throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{text}' is no pattern: '**' stands at its end alone, behind a slash");
        }

        private Instant TimeOf(YamlNode node) =>
            DateTimeOffset.TryParseExact(
                yaml.TextOf(node), "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
                ? Instant.FromMilliseconds(time.ToUnixTimeMilliseconds())
                : throw yaml.Wrong(node, ControlsVerdict.ValueMalformed, $"'{yaml.TextOf(node)}' is no time in UTC, such as 2026-12-01T02:00:00Z");

        private static void AllowsOnly(DeclaredYaml.Fields fields, params string[] names)
        {
            foreach (string name in OfRules)
            {
                if (fields.Has(name) && Array.IndexOf(names, name) < 0)
                {
                    throw fields.Yaml.Wrong(fields.Node(name), ControlsVerdict.KeyOutOfPlace, $"the rule '{fields.Text("rule")}' has no '{name}'");
                }
            }
        }
    }
}
