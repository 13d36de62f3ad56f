using System;
using System.CommandLine;
using System.IO;
using System.Threading.Tasks;
using NodeRuntime.Cli.Results;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime init</c>: a folder with all that a peer needs to join.</summary>
internal static class InitVerb
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> folder = new("FOLDER") { Description = "Where the peer lives", DefaultValueFactory = static _ => "." };
        Option<string> genesis = new("--genesis") { Description = "The chain's genesis hash, from somebody you trust", Required = true, HelpName = "HASH" };
        Option<string[]> seed = new("--seed") { Description = "Any peer of the chain; may be given several times", HelpName = "HOST:PORT" };
        Option<string?> listen = new("--listen") { Description = "Where peers and owners reach this peer", HelpName = "HOST:PORT" };
        Option<string?> advertise = new("--advertise") { Description = "What others dial, where it differs from --listen", HelpName = "HOST:PORT" };
        Option<string?> api = new("--api") { Description = "Where the HTTP API listens", HelpName = "HOST:PORT" };
        Option<string?> region = new("--region") { Description = "Where it stands, such as de-nue", HelpName = "NAME" };
        Option<ulong?> price = new("--price") { Description = "Sell compute, at so many base units per second", HelpName = "UNITS" };
        Command command = new("init", "Make a peer's folder: configuration and node key")
        {
            folder, genesis, seed, listen, advertise, api, region, price,
        };
        return command.Runs(world, options, (session, parsed, _) =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(folder));
            PeerConfig config = new() { Genesis = parsed.GetRequiredValue(genesis), Seeds = [.. parsed.GetValue(seed) ?? []] };
            if (parsed.GetValue(listen) is { } listenAt) config.Listen = listenAt;
            if (parsed.GetValue(advertise) is { } advertised) config.Advertise = advertised;
            if (parsed.GetValue(api) is { } apiAt) config.Api = apiAt;
            if (parsed.GetValue(region) is { } place) config.Region = place;
            if (parsed.GetValue(price) is { } units) (config.Provider, config.Capacity) = (new ProviderSection { PricePerSecond = units }, new CapacitySection());
            return Task.FromResult(Write(session, path, config));
        });
    }

    private static ExitCode Write(Session session, string folder, PeerConfig config)
    {
        string configPath = Path.Combine(folder, RunVerb.ConfigName);
        string text = PeerConfigFile.Write(config);
        // What is written must be what `run` accepts: the same rules, before anything is on the disk.
        PeerConfigFile.Parse(text, configPath);
        if (File.Exists(configPath))
        {
            throw new CliException(
                ExitCode.Usage, "AlreadyThere", $"{configPath} exists and is never written over", "choose another folder, or edit the file");
        }

        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, FolderMode);
        string keyPath = Path.Combine(folder, config.Key);
        KeyPair pair = NodeKeys.Create(keyPath);
        File.WriteAllText(configPath, text);
        InitResult result = new(
            folder,
            configPath,
            keyPath,
            KeyPolicy.Single(pair.PublicKey).ToAccountId().ToString(),
            pair.PublicKey.ToPeerId().ToString(),
            DidKey.Format(pair.PublicKey));
        session.Display.Answer(result, CliJson.Default.InitResult, static (console, made) =>
        {
            Display.Pairs(
                console,
                ("config", made.Config),
                ("key", made.KeyFile),
                ("account", made.Account),
                ("peer", made.Peer),
                ("did", made.Did),
                ("next", $"noderuntime run {made.Config}"));
        });
        return ExitCode.Ok;
    }
}
