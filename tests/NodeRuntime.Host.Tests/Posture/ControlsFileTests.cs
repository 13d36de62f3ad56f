using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Posture;

public sealed class ControlsFileTests
{
    private static readonly IReadOnlyDictionary<string, string> Places = PeerControls.Places("/srv/peer", "/srv/peer/data");

    private static readonly string Hash = new('a', 64);

    [Fact]
    public void Every_rule_is_read()
    {
        DeclaredControls declared = Parse($$"""
            version: 1
            controls:
            - { id: one, class: file, path: '${folder}/x/**', rule: baseline, title: The first, maps: C-1 }
            - { id: two, class: assembly, path: '**', rule: open-baseline }
            - { id: three, class: process, path: '/tmp/**', rule: absent }
            - { id: four, class: sysctl, path: net.ipv4.ip_forward, rule: one-of, values: ['0'], optional: true }
            - { id: five, class: socket, path: 'tcp/0.0.0.0:*', rule: only, allow: ['tcp/0.0.0.0:22'] }
            - { id: six, class: file, path: /etc/shadow, rule: permissions, mode: 0640, owner: 0 }
            rollouts:
            - { path: '${program}/noderuntime.dll', sha256: {{Hash}}, from: 2026-12-01T02:00:00Z, until: 2026-12-01T03:00:00Z }
            """);

        Assert.Equal(["one", "two", "three", "four", "five", "six"], declared.Controls.Select(static it => it.Id));
        Assert.Equal(("The first", "/srv/peer/x/**", "C-1"), (declared.Controls[0].Title, declared.Controls[0].Pattern.Text, declared.Controls[0].Maps));
        Assert.Equal(new ControlRule.AsBaseline(true), declared.Controls[1].Rule);
        Assert.True(((ControlRule.OneOf)declared.Controls[3].Rule).IsOptional);
        Assert.Equal(new ControlRule.Permissions(0x1A0, 0), declared.Controls[5].Rule);
        Rollout rollout = Assert.Single(declared.Rollouts);
        Assert.Equal(Duration.FromMinutes(60), rollout.Until - rollout.From);
        Assert.EndsWith("/noderuntime.dll", rollout.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", ControlsVerdict.KeyMissing)]
    [InlineData("version: 2\ncontrols: []", ":1:10:", ControlsVerdict.VersionUnknown)]
    [InlineData("controls: []", ":1:1:", ControlsVerdict.KeyMissing)]
    [InlineData("version: 1\ncontrols: [\n", ":3:", ControlsVerdict.NotYaml)]
    [InlineData("version: 1\ncontrols: {}", ":2:11:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrol: []", ":2:1:", ControlsVerdict.KeyUnknown)]
    [InlineData("version: 1\ncontrols:\n- { id: A, class: file, path: /x, rule: absent }", ":3:9:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: files, path: /x, rule: absent }", ":3:19:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: x, rule: absent }", ":3:31:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: '**', rule: absent }", ":3:31:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: '${home}/x', rule: absent }", ":3:31:", ControlsVerdict.PlaceUnknown)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: /x, rule: never }", ":3:41:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: /x, rule: absent, mode: 0600 }", ":3:55:", ControlsVerdict.KeyOutOfPlace)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: user, path: x, rule: permissions, mode: 0600 }", ":3:40:", ControlsVerdict.KeyOutOfPlace)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: /x, rule: permissions, mode: 0800 }", ":3:60:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: sysctl, path: 'net.*', rule: absent }", ":3:33:", ControlsVerdict.ValueMalformed)]
    [InlineData("version: 1\ncontrols:\n- { id: a, class: file, path: /x, rule: absent }\n- { id: a, class: file, path: /y, rule: absent }", ":4:3:", ControlsVerdict.IdTwice)]
    [InlineData("version: 1\ncontrols: []\nrollouts:\n- { path: /x, sha256: 12, from: 2026-12-01T02:00:00Z, until: 2026-12-01T02:00:00Z }", ":4:23:", ControlsVerdict.ValueMalformed)]
    public void What_cannot_stand_is_named_with_its_line(string text, string place, ControlsVerdict verdict)
    {
        ConfigException complaint = Assert.Throws<ConfigException>(() => Parse(text));
        Assert.StartsWith("controls.yaml" + place, complaint.Message, StringComparison.Ordinal);
        Assert.Contains(" " + verdict + ":", complaint.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_there_may_be_is_refused()
    {
        string lines = string.Concat(Enumerable.Range(0, Limits.PostureControlsMax + 1).Select(static i => $"- {{ id: c{i}, class: user, path: x, rule: absent }}\n"));
        Assert.Contains(" TooMany:", Assert.Throws<ConfigException>(() => Parse("version: 1\ncontrols:\n" + lines)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_set_of_controls_can_stand_and_every_peer_has_its_own()
    {
        string folder = Directory.CreateTempSubdirectory("noderuntime-controls-").FullName;
        try
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "controls.yaml"), Path.Combine(folder, "controls.yaml"));
            DeclaredControls all = PeerControls.Of(new PostureSection { Controls = "controls.yaml" }, folder, Path.Combine(folder, "data"));
            DeclaredControls own = PeerControls.Of(new PostureSection(), folder, Path.Combine(folder, "data"));

            Assert.Equal(own.Controls.Select(static it => it.Id), all.Controls.Take(own.Controls.Length).Select(static it => it.Id));
            Assert.True(all.Controls.Length >= own.Controls.Length + 20);
            Assert.All(all.Controls, static it => Assert.NotEmpty(it.Maps));
            Assert.Contains(own.Controls, static it => it.Class == ThingClass.Assembly);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static DeclaredControls Parse(string text) => ControlsFile.Parse(text, "controls.yaml", Places);
}
