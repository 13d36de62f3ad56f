using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Host.Tests.Posture;

public sealed class ExpectedUseFileTests
{
    private static readonly Hash256 Self = Hasher.Sha256("self"u8);
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void Every_key_is_read()
    {
        UsePlan plan = Parse($$"""
            version: 1
            unlabelled: ignore
            quiet: 30
            classes:
            - id: personal
              title: Personal data
              contents: [{{Hash}}]
              quiet: 5
              expected:
              - { kinds: [read, store], who: ['${self}', {{Hash}}], modules: [{{Hash}}], zones: [EE, DE-nuremberg-1], hours: [{ days: [mon, fri], from: '08:00', until: '24:00' }] }
              - { hours: [{ from: '22:30', until: '06:00' }] }
            - { id: nobodys, expected: [] }
            - { id: unlisted }
            """);

        Assert.Equal((true, Duration.FromSeconds(30)), (plan.IgnoresUnlabelled, plan.Quiet));
        DataClass personal = plan.Classes[0];
        Assert.Equal(("personal", "Personal data", 1, Duration.FromSeconds(5)), (personal.Id, personal.Title, personal.Contents.Length, personal.Quiet));
        ExpectedUse first = personal.Expected!.Value[0], second = personal.Expected.Value[1];
        Assert.Equal([EventKind.Read, EventKind.Store], first.Kinds.ToArray());
        Assert.Equal([Self, personal.Contents[0]], first.Who.ToArray());
        Assert.Equal(["EE", "DE-nuremberg-1"], first.Zones.ToArray());
        Assert.Equal(new HourWindow(0b10001, 480, 1440), Assert.Single(first.Hours));
        Assert.Equal(new HourWindow(HourWindow.EveryDay, 1350, 360), Assert.Single(second.Hours));
        Assert.Empty(plan.Classes[1].Expected!.Value);
        Assert.Null(plan.Classes[2].Expected);
        Assert.Equal(plan.Quiet, plan.Classes[2].Quiet);
    }

    [Theory]
    [InlineData("", "", ControlsVerdict.KeyMissing)]
    [InlineData("version: 2\nclasses: []", ":1:10:", ControlsVerdict.VersionUnknown)]
    [InlineData("version: 1", ":1:1:", ControlsVerdict.KeyMissing)]
    [InlineData("version: 1\nclasses: [", ":3:", ControlsVerdict.NotYaml)]
    [InlineData("version: 1\nunlabelled: pass\nclasses: []", ":2:13:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nquiet: 0\nclasses: []", ":2:8:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: unlabelled }", ":3:3:", ControlsVerdict.IdTwice)]
    [InlineData("version: 1\nclasses:\n- { id: a }\n- { id: a }", ":4:3:", ControlsVerdict.IdTwice)]
    [InlineData("version: 1\nclasses:\n- { id: A }", ":3:9:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expects: [] }", ":3:12:", ControlsVerdict.KeyUnknown)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { kinds: [burn] } ] }", ":3:34:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { who: [] } ] }", ":3:31:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { who: [12] } ] }", ":3:32:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { who: ['${all}'] } ] }", ":3:32:", ControlsVerdict.PlaceUnknown)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { zones: [ee] } ] }", ":3:34:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { hours: [ { from: '8', until: '9' } ] } ] }", ":3:43:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { hours: [ { from: '08:00', until: '08:00' } ] } ] }", ":3:43:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, expected: [ { hours: [ { days: [someday], from: '08:00', until: '09:00' } ] } ] }", ":3:44:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\nclasses:\n- { id: a, contents: [12] }", ":3:23:", ControlsVerdict.ValueMalformed)]
    public void What_cannot_stand_is_named_with_its_line(string text, string place, ControlsVerdict verdict)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => Parse(text));
        Assert.StartsWith("expected-use.yaml" + place, complaint.Message, StringComparison.Ordinal);
        Assert.Contains(" " + verdict + ":", complaint.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_there_may_be_is_refused()
    {
        string classes = string.Concat(Enumerable.Range(0, Limits.UseClassesMax + 1).Select(static i => $"- {{ id: c{i} }}\n"));
        Assert.Contains(" TooMany:", Assert.Throws<ConfigException>(() => Parse("version: 1\nclasses:\n" + classes)).Message, StringComparison.Ordinal);
        string digests = string.Join(", ", Enumerable.Repeat(Hash, Limits.UseEntriesMax));
        string both = $"version: 1\nclasses:\n- {{ id: a, contents: [{digests}] }}\n- {{ id: b, contents: [{digests}] }}\n- {{ id: c, contents: [{Hash}] }}\n";
        Assert.Contains(":5:23: TooMany:", Assert.Throws<ConfigException>(() => Parse(both)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_file_can_stand_and_a_class_is_no_control()
    {
        string folder = Directory.CreateTempSubdirectory("noderuntime-uses-").FullName;
        try
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "expected-use.yaml"), Path.Combine(folder, "expected-use.yaml"));
            PostureSection section = new() { Uses = "expected-use.yaml" };
            PublicKey key = KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("a peer"u8).ToArray()).PublicKey;
            UsePlan plan = PeerControls.UsesOf(section, folder, key, new DeclaredControls([], []))!;
            Assert.True(plan.Classes.Length >= 2);
            Assert.Contains(key.ToPeerId().Hash, plan.Classes.SelectMany(static it => it.Expected ?? []).SelectMany(static it => it.Who));
            Control taken = PeerControls.Own(PeerControls.Places(folder, folder))[0] with { Id = plan.Classes[0].Id };
            Assert.Contains(" IdTwice:", Assert.Throws<ConfigException>(() => PeerControls.UsesOf(section, folder, key, new DeclaredControls([taken], []))).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_nothing_would_be_held_against_is_refused()
    {
        string text = $"genesis: {Hash}\nposture: {{ uses: expected-use.yaml, watch: false }}\n";
        Assert.Contains("posture.uses:", Assert.Throws<ConfigException>(() => PeerConfigFile.Parse(text, "peer.yaml")).Message, StringComparison.Ordinal);
    }

    private static UsePlan Parse(string text) => ExpectedUseFile.Parse(
        text, "expected-use.yaml", new SortedDictionary<string, ImmutableArray<Hash256>>(StringComparer.Ordinal) { ["self"] = [Self] });
}
