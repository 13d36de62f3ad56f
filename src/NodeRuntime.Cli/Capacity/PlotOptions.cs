using System;
using System.CommandLine;
using System.IO;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Cli.Verbs;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Capacity;

/// <summary>Which set of a chain's numbers is meant.</summary>
internal enum ParameterChoice
{
    /// <summary>Of a chain of strangers: rows of 1 MiB, units of 1 GiB.</summary>
    Standard,

    /// <summary>Of a development chain: rows of 64 KiB, units of 64 KiB.</summary>
    Development,
}

/// <summary>Where a plot is, and for whom: the same options for every verb that touches one.</summary>
internal sealed class PlotOptions
{
    private readonly Option<string?> _config = new("--config")
    {
        Description = "A peer's configuration: its key, its chain and its capacity section; default: peer.yaml here, where there is one",
        HelpName = "FILE",
    };

    private readonly Option<string?> _data = new("--data") { Description = "The plot's folder, in place of the configured one", HelpName = "DIR" };
    private readonly Option<string?> _nodeKey = new("--node-key") { Description = "The peer's node key, in place of the configured one", HelpName = "FILE" };
    private readonly Option<string?> _genesis = new("--genesis") { Description = "The chain's genesis hash; default: the configuration's, else the context's", HelpName = "HASH" };

    private readonly Option<ParameterChoice> _parameters = new("--parameters")
    {
        Description = "The chain's numbers: standard, or development",
        DefaultValueFactory = static _ => ParameterChoice.Standard,
    };

    public void AddTo(Command command, bool hasOwner)
    {
        command.Add(_config);
        command.Add(_data);
        if (hasOwner)
        {
            command.Add(_nodeKey);
            command.Add(_genesis);
        }

        command.Add(_parameters);
    }

    /// <summary>For a verb that signs as the peer, and touches no plot.</summary>
    public void AddKeyTo(Command command)
    {
        command.Add(_config);
        command.Add(_nodeKey);
    }

    public CapacityParameters Parameters(ParseResult parsed) => parsed.GetValue(_parameters) switch
    {
        ParameterChoice.Standard => CapacityParameters.Default,
        ParameterChoice.Development => CapacityParameters.Development,
    };

    /// <summary>Whether somebody chose them on the command line.</summary>
    public bool NamesParameters(ParseResult parsed) => parsed.GetResult(_parameters) is { Implicit: false };

    /// <summary>The peer's configuration where there is one, with the folder that its paths are relative to.</summary>
    public (PeerConfig Config, string Folder)? Config(ParseResult parsed)
    {
        string? path = parsed.GetValue(_config) ?? (File.Exists(RunVerb.ConfigName) ? RunVerb.ConfigName : null);
        if (path is null) return null;
        string full = Path.GetFullPath(path);
        return (PeerConfigFile.Load(full), Path.GetDirectoryName(full)!);
    }

    /// <summary>The plot's folder; null where none is named.</summary>
    public string? Folder(ParseResult parsed)
    {
        if (parsed.GetValue(_data) is { } named) return Path.GetFullPath(named);
        return Config(parsed) is { Config.Capacity: { } section } found ? Path.GetFullPath(Path.Combine(found.Folder, section.Folder)) : null;
    }

    public string RequiredFolder(ParseResult parsed) => Folder(parsed) ?? throw new CliException(
        ExitCode.Usage, "FolderMissing", "no folder of a plot is named", "give --data DIR, or --config FILE of a peer with a capacity section");

    public KeyPair NodeKey(ParseResult parsed)
    {
        if (parsed.GetValue(_nodeKey) is { } path) return NodeKeys.Load(Path.GetFullPath(path));
        if (Config(parsed) is { } found) return NodeKeys.Load(Path.Combine(found.Folder, found.Config.Key));
        throw new CliException(
            ExitCode.Usage, "KeyMissing", "no node key is named: rows are made for one key alone", "give --config FILE of a peer, or --node-key FILE; `noderuntime init` makes both");
    }

    public ChainId Chain(Session session, ParseResult parsed)
    {
        string? hash = parsed.GetValue(_genesis) ?? Config(parsed)?.Config.Genesis;
        return session.TrustedGenesis(hash) ?? throw new CliException(
            ExitCode.Usage, "GenesisMissing", "no chain is named: rows are made for one chain alone", "give --genesis HASH, or --config FILE of a peer");
    }

    /// <summary>Opens a plot that is there, as its manifest says that it lies.</summary>
    public PlotFolder OpenExisting(ParseResult parsed)
    {
        string path = RequiredFolder(parsed);
        PlotOutcome outcome = PlotFolder.TryRead(path, out PlotManifest? manifest);
        if (!outcome.IsAccepted) throw PlotWords.Failure(outcome, path);
        SpaceParameters parameters = manifest!.LaidOut(Parameters(parsed).Space);
        if (parameters.Check() != CapacityParametersVerdict.Accepted || manifest.Units < 1 || manifest.Units > parameters.UnitsMax)
        {
            throw PlotWords.Failure(new PlotOutcome(PlotVerdict.ManifestUnreadable), path);
        }

        outcome = PlotFolder.TryOpen(path, parameters, manifest.Identity, manifest.Units, out PlotFolder? folder);
        return outcome.IsAccepted ? folder! : throw PlotWords.Failure(outcome, path);
    }

    /// <summary>Seeds whatever nobody may foresee.</summary>
    public static Hash256 RandomHash() => new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(Hash256.ByteCount));

    public static ulong RandomSeed() => BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
