using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Host.Posture;

/// <summary>What every peer watches: its own program, its configuration and keys, and what is loaded into its process. A file of controls adds to that.</summary>
public static class PeerControls
{
    /// <summary>What a file of controls may call by name.</summary>
    /// <param name="folder">The configuration's.</param>
    public static IReadOnlyDictionary<string, string> Places(string folder, string data) => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["program"] = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory),
        ["folder"] = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)),
        ["data"] = Path.TrimEndingDirectorySeparator(Path.GetFullPath(data)),
    };

    /// <exception cref="ConfigException">The section's file cannot stand, or has an id that is taken.</exception>
    public static DeclaredControls Of(PostureSection section, string folder, string data)
    {
        IReadOnlyDictionary<string, string> places = Places(folder, data);
        ImmutableArray<Control> own = Own(places);
        if (section.Controls.Length == 0) return new DeclaredControls(own, []);
        string file = Path.Combine(folder, section.Controls);
        DeclaredControls declared = ControlsFile.Load(file, places);
        foreach (Control control in declared.Controls)
        {
            foreach (Control taken in own)
            {
                if (taken.Id == control.Id) throw new ConfigException($"{file}: {ControlsVerdict.IdTwice}: '{control.Id}' is a control that every peer has");
            }
        }

        return declared with { Controls = [.. own, .. declared.Controls] };
    }

    /// <summary>What is expected of data; null where the section names no file.</summary>
    /// <param name="key">The peer's: its id and its account are <c>${self}</c>.</param>
    /// <exception cref="ConfigException">The section's file cannot stand, or has an id that a control has.</exception>
    public static UsePlan? UsesOf(PostureSection section, string folder, PublicKey key, DeclaredControls declared)
    {
        if (section.Uses.Length == 0) return null;
        string file = Path.Combine(folder, section.Uses);
        SortedDictionary<string, ImmutableArray<Hash256>> names = new(StringComparer.Ordinal)
        {
            ["self"] = [key.ToPeerId().Hash, KeyPolicy.Single(key).ToAccountId().Hash],
        };
        UsePlan plan = ExpectedUseFile.Load(file, names);
        foreach (Control control in declared.Controls)
        {
            bool isTaken = control.Id == UsePlan.Unlabelled;
            foreach (DataClass it in plan.Classes) isTaken |= it.Id == control.Id;
            if (isTaken) throw new ConfigException($"{file}: {ControlsVerdict.IdTwice}: '{control.Id}' is a control's");
        }

        return plan;
    }

    public static ImmutableArray<Control> Own(IReadOnlyDictionary<string, string> places) =>
    [
        Make("peer-program", "The peer's program is what it was", ThingClass.File, places["program"] + "/**", new ControlRule.AsBaseline()),
        Make("peer-configuration", "The peer's configuration is what it was", ThingClass.File, places["folder"] + "/*.yaml", new ControlRule.AsBaseline()),
        Make("peer-keys", "The peer's keys are what they were", ThingClass.File, places["folder"] + "/*.key", new ControlRule.AsBaseline()),
        Make("peer-keys-private", "Nobody else reads the peer's keys", ThingClass.File, places["folder"] + "/*.key", new ControlRule.Permissions(0x180, null)),
        Make("peer-data-private", "Nobody else enters the peer's data", ThingClass.File, places["data"], new ControlRule.Permissions(0x1C0, null)),
        Make("peer-assemblies", "No assembly in this process became another", ThingClass.Assembly, "**", new ControlRule.AsBaseline(IsOpen: true)),
        Make("peer-libraries", "No native library in this process became another", ThingClass.Library, "**", new ControlRule.AsBaseline(IsOpen: true)),
        Make("peer-runtime", "The runtime's switches are what they were", ThingClass.Environment, "**", new ControlRule.AsBaseline()),
    ];

    private static Control Make(string id, string title, ThingClass thingClass, string path, ControlRule rule) =>
        new(id, title, thingClass, PathPattern.TryParse(path) ?? throw new ConfigException($"a folder with '**' or longer than a path may be cannot be watched: {path}"), rule, "own");
}
