using System;
using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Tests.Controls;

public sealed class ControlRulesTests
{
    private const string Hash = "0000000000000000000000000000000000000000000000000000000000000001";

    [Theory]
    [InlineData("/etc/passwd", "/etc/passwd", true)]
    [InlineData("/etc/passwd", "/etc/passwd/x", false)]
    [InlineData("/etc/*.conf", "/etc/a.conf", true)]
    [InlineData("/etc/*.conf", "/etc/x/a.conf", false)]
    [InlineData("/opt/**", "/opt", true)]
    [InlineData("/opt/**", "/opt/a/b", true)]
    [InlineData("/opt/**", "/optional", false)]
    [InlineData("/home/*/.ssh/**", "/home/ann/.ssh/authorized_keys", true)]
    [InlineData("/home/*/.ssh/**", "/home/ann/x/.ssh/a", false)]
    [InlineData("tcp/*:22", "tcp/0.0.0.0:22", true)]
    [InlineData("tcp/*:22", "tcp/0.0.0.0:2222", false)]
    [InlineData("**", "anything", true)]
    [InlineData("a*b*c", "aXbbXbc", true)]
    [InlineData("a*b*c", "aXbbXb", false)]
    public void A_pattern_matches_what_it_says(string pattern, string path, bool matches) => Assert.Equal(matches, PathPattern.TryParse(pattern)!.Matches(path));

    [Theory]
    [InlineData("")]
    [InlineData("/a/**/b")]
    [InlineData("/**")]
    [InlineData("a\nb")]
    [InlineData(null)]
    public void What_is_no_pattern_is_none(string? text) => Assert.Null(PathPattern.TryParse(text));

    [Theory]
    [InlineData("/home/*/.ssh/**", "/home")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    [InlineData("/opt/**", "/opt")]
    [InlineData("tcp/*", "tcp")]
    [InlineData("*", "")]
    [InlineData("**", "")]
    public void Everything_that_matches_is_beneath_the_root(string pattern, string root) => Assert.Equal(root, PathPattern.TryParse(pattern)!.Root);

    [Theory]
    [InlineData("absent", null, ControlState.Good)]
    [InlineData("absent", "x", ControlState.Bad)]
    [InlineData("absent", "?", ControlState.Bad)]
    [InlineData("one", "1", ControlState.Good)]
    [InlineData("one", "2", ControlState.Bad)]
    [InlineData("one", "?", ControlState.Unknown)]
    [InlineData("one", null, ControlState.Bad)]
    [InlineData("optional", null, ControlState.Good)]
    [InlineData("only", "x", ControlState.Bad)]
    [InlineData("only", null, ControlState.Good)]
    [InlineData("mode", "f 0600 0 0 -", ControlState.Good)]
    [InlineData("mode", "f 0640 0 0 -", ControlState.Bad)]
    [InlineData("mode", "f 0600 5 0 -", ControlState.Bad)]
    [InlineData("mode", "?", ControlState.Unknown)]
    [InlineData("mode", "!", ControlState.Unknown)]
    [InlineData("mode", null, ControlState.Bad)]
    [InlineData("baseline", "f 0600 0 0 " + Hash, ControlState.Good)]
    [InlineData("baseline", "f 0644 0 0 " + Hash, ControlState.Bad)]
    [InlineData("baseline", "!", ControlState.Bad)]
    [InlineData("baseline", "?", ControlState.Unknown)]
    [InlineData("baseline", null, ControlState.Bad)]
    [InlineData("open", null, ControlState.Good)]
    [InlineData("open", "f 0644 0 0 " + Hash, ControlState.Bad)]
    [InlineData("nothing", "x", ControlState.Unknown)]
    public void A_rule_judges_a_value(string rule, string? value, ControlState expected)
    {
        ControlRule of = rule switch
        {
            "absent" => new ControlRule.Absent(),
            "one" => new ControlRule.OneOf(["1"], false),
            "optional" => new ControlRule.OneOf(["1"], true),
            "only" => new ControlRule.Only([PathPattern.TryParse("/elsewhere")!]),
            "mode" => new ControlRule.Permissions(0x180, 0),
            "open" => new ControlRule.AsBaseline(true),
            _ => new ControlRule.AsBaseline(),
        };
        Control control = new("c", "c", ThingClass.File, PathPattern.TryParse("/x")!, of);
        ImmutableSortedDictionary<string, string>? baseline = rule == "nothing" ? null
            : ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal).Add("/x", "f 0600 0 0 " + Hash);

        Assert.Equal(expected, ControlRules.Judge(control, "/x", value, baseline, [], Instant.Epoch));
    }

    [Theory]
    [InlineData("f 0644 0 10 " + Hash)]
    [InlineData("d 1777 1000 1000 -")]
    public void A_files_value_comes_back(string text) => Assert.Equal(text, FileValue.TryParse(text)!.ToString());

    [Theory]
    [InlineData("f 0844 0 0 -")]
    [InlineData("f 0644 0 0")]
    [InlineData("f 0644 -1 0 -")]
    [InlineData("f 0644 0 0 12")]
    [InlineData("ff 0644 0 0 -")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_value_of_a_file_is_none(string? text) => Assert.Null(FileValue.TryParse(text));
}
