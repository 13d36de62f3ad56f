using System;
using System.Collections.Immutable;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Watch;

namespace NodeRuntime.Posture.Tests.Watching;

/// <summary>A real folder, real processes, real sockets: what can be seen of a violation that lasts for milliseconds.</summary>
public sealed class LinuxMachineWatchTests
{
    private static readonly MachineWatchSettings Settings = MachineWatchSettings.Default;

    private static ImmutableArray<Control> Tree(string folder) =>
        [LiveWatch.ControlOf("tree", ThingClass.File, folder + "/**", new ControlRule.AsBaseline())];

    private static void Fill(string folder)
    {
        Directory.CreateDirectory(folder + "/bin/deep");
        File.WriteAllText(folder + "/bin/peer", "the program");
        File.WriteAllText(folder + "/bin/deep/library", "its library");
    }

    [Fact]
    public void A_file_that_is_swapped_and_swapped_back_is_a_recorded_interval()
    {
        using LiveWatch live = new(Settings, Tree, Fill);
        live.Until("tree", ControlState.Good);
        File.WriteAllText(live.PathOf("other"), "not the program");
        PostureEdge extra = live.Edge(it => it.Path == live.PathOf("other") && it.To == ControlState.Bad, "the other file");

        // Three renames, and it is as it was.
        string program = live.PathOf("bin/peer");
        File.Move(program, program + ".kept");
        File.Move(live.PathOf("other"), program);
        File.Move(program, live.PathOf("other"));
        File.Move(program + ".kept", program);

        PostureEdge bad = live.Edge(it => it.Path == program && it.To == ControlState.Bad, "the swap");
        PostureEdge good = live.Edge(it => it.Path == program && it.From == ControlState.Bad && it.Number > bad.Number, "the swap back");
        Assert.Equal((EdgeCause.FileEvent, bad.Since), (bad.By, good.Began!.Value));
        Assert.True(good.At >= bad.Since);
        Assert.Equal(live.Sight.Level, bad.Level);
        Assert.Equal(ControlState.Bad, extra.To);
        File.Delete(live.PathOf("other"));
        live.Until("tree", ControlState.Good);
    }

    [Fact]
    public void A_file_that_is_written_to_and_put_back_is_a_recorded_interval()
    {
        using LiveWatch live = new(Settings, Tree, Fill);
        live.Until("tree", ControlState.Good);
        string library = live.PathOf("bin/deep/library");
        File.WriteAllText(library, "not library");
        File.WriteAllText(library, "its library");

        PostureEdge bad = live.Edge(it => it.Path == library && it.To == ControlState.Bad, "the write");
        live.Edge(it => it.Path == library && it.From == ControlState.Bad && it.Number > bad.Number, "the write back");
        live.Until("tree", ControlState.Good);
        // Who has the privilege learns who it was.
        if (bad.Who is { } who) Assert.Equal(Environment.ProcessId, who.Process);
    }

    [Fact]
    public void What_comes_and_goes_in_new_folders_is_seen()
    {
        using LiveWatch live = new(Settings, Tree, Fill);
        live.Until("tree", ControlState.Good);
        Directory.CreateDirectory(live.PathOf("new/er"));
        File.WriteAllText(live.PathOf("new/er/tool"), "a tool");
        live.Edge(it => it.Path == live.PathOf("new/er/tool") && it.To == ControlState.Bad, "the tool");
        Directory.Delete(live.PathOf("new"), recursive: true);
        live.Until("tree", ControlState.Good);
        File.SetUnixFileMode(live.PathOf("bin/peer"), UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        live.Until("tree", ControlState.Bad);
    }

    [Fact]
    public void More_than_the_queue_takes_is_unknown_and_then_looked_at_in_full()
    {
        using LiveWatch live = new(Settings with { QueueLength = 16 }, Tree, Fill);
        live.Until("tree", ControlState.Good);
        string[] names = new string[64];
        for (int i = 0; i < names.Length; i++) names[i] = live.PathOf("storm" + i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        for (int round = 0; live.Count(static it => it.By == EdgeCause.QueueOverflowed) == 0; round++)
        {
            Assert.True(round < 10_000, "nothing ran over");
            foreach (string name in names) File.WriteAllText(name, "wind");
            foreach (string name in names) File.Delete(name);
        }

        PostureEdge lost = live.Edge(static it => it.By == EdgeCause.QueueOverflowed, "the overflow");
        Assert.Equal((string.Empty, ControlState.Unknown), (lost.Path, lost.To));
        PostureEdge found = live.Edge(it => it.Path.Length == 0 && it.From == ControlState.Unknown && it.Number > lost.Number, "the full look");
        Assert.Equal((EdgeCause.Scanned, lost.Since), (found.By, found.Began!.Value));
        live.Until("tree", ControlState.Good);
    }

    [Fact]
    public void A_process_that_lives_for_two_milliseconds_is_a_recorded_interval()
    {
        string program = new FileInfo("/bin/true").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "/bin/true";
        if (Directory.Exists("/usr/bin") && File.Exists("/usr/bin/true")) program = Path.GetFullPath("/usr/bin/true");
        using LiveWatch live = new(Settings, folder => [LiveWatch.ControlOf("strangers", ThingClass.Process, folder + "/*", new ControlRule.Absent())], folder =>
        {
            File.Copy(program, folder + "/stranger");
            File.SetUnixFileMode(folder + "/stranger", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        });
        // Where a process may not even be asked who it is, nobody can say that no stranger runs.
        ControlState calm = live.Sight.Missing.Any(static it => it.StartsWith("programs", StringComparison.Ordinal)) ? ControlState.Unknown : ControlState.Good;
        live.Until("strangers", calm);
        string stranger = live.PathOf("stranger");
        bool isNamed = false;
        // Each time it is seen, or it is known that something was missed. By name where it could be asked in time, or was told by who has the privilege.
        for (int time = 0; time < (live.Sight.Level >= AgentLevel.Privileged ? 20 : 1) && !isNamed; time++)
        {
            ulong losses = live.Losses;
            using (Process process = Process.Start(stranger)!) process.WaitForExit();
            isNamed = live.IsBadNotLost(stranger, losses);
        }

        Assert.True(isNamed || live.Sight.Level < AgentLevel.Privileged, "twenty times and never by name");
        if (isNamed)
        {
            PostureEdge bad = live.Edge(it => it.Path == stranger && it.To == ControlState.Bad, "the process");
            // The first full look may be under way, and meet it.
            Assert.True(bad.By is EdgeCause.ProcessEvent or EdgeCause.Scanned, bad.By.ToString());
            live.Edge(it => it.Number > bad.Number && it.Path == stranger && it.To == ControlState.Good, "its end");
        }

        live.Until("strangers", calm);
    }

    [Fact]
    public void A_port_that_is_opened_and_closed_is_a_recorded_interval()
    {
        using LiveWatch live = new(Settings, static _ => [LiveWatch.ControlOf("ports", ThingClass.Socket, "tcp/127.0.0.1:*", new ControlRule.AsBaseline(IsOpen: false))]);
        live.Edge(static it => it.Control == "ports" && it.Path.Length == 0 && it.From == ControlState.Unknown && it.To == ControlState.Good, "the baseline");
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string place = "tcp/" + listener.LocalEndpoint;
        listener.Stop();
        listener.Dispose();

        PostureEdge bad = live.Edge(it => it.Path == place && it.To == ControlState.Bad, "the port");
        PostureEdge good = live.Edge(it => it.Path == place && it.From == ControlState.Bad, "its end");
        Assert.True(bad.Number < good.Number);
    }

    [Fact]
    public void A_watch_without_privilege_says_so_and_sees_files_as_well()
    {
        using LiveWatch live = new(Settings with { UsesPrivilege = false }, Tree, Fill);
        live.Until("tree", ControlState.Good);
        Assert.Equal(AgentLevel.Unprivileged, live.Sight.Level);
        Assert.Contains(live.Sight.Missing, static it => it.StartsWith("fanotify", StringComparison.Ordinal));
        File.WriteAllText(live.PathOf("bin/peer"), "another");
        PostureEdge bad = live.Edge(static it => it.To == ControlState.Bad, "the write");
        Assert.Equal((AgentLevel.Unprivileged, null), (bad.Level, bad.Who));
    }

    [Fact]
    public void This_process_and_this_machine_are_read()
    {
        using LiveWatch live = new(Settings, static _ =>
        [
            LiveWatch.ControlOf("assemblies", ThingClass.Assembly, "**", new ControlRule.AsBaseline(IsOpen: true)),
            LiveWatch.ControlOf("libraries", ThingClass.Library, "**", new ControlRule.AsBaseline(IsOpen: true)),
            LiveWatch.ControlOf("flags", ThingClass.Environment, "**", new ControlRule.AsBaseline()),
            LiveWatch.ControlOf("users", ThingClass.User, "**", new ControlRule.AsBaseline()),
            LiveWatch.ControlOf("groups", ThingClass.Group, "**", new ControlRule.AsBaseline()),
            LiveWatch.ControlOf("mounts", ThingClass.Mount, "/", new ControlRule.AsBaseline()),
            LiveWatch.ControlOf("forwarding", ThingClass.Sysctl, "kernel.ostype", new ControlRule.OneOf(["Linux"], IsOptional: false)),
            LiveWatch.ControlOf("passwd", ThingClass.File, "/etc/passwd", new ControlRule.Permissions(0x1A4, 0)),
        ]);
        foreach (string control in (ReadOnlySpan<string>)["assemblies", "libraries", "flags", "users", "groups", "mounts", "forwarding", "passwd"])
        {
            live.Until(control, ControlState.Good);
        }
    }
}
