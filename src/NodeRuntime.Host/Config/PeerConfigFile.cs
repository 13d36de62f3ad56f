using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Witnesses;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace NodeRuntime.Host.Config;

/// <summary>Reads and checks a peer's configuration: every complaint names the file, the line where it can, and the mend.</summary>
public static class PeerConfigFile
{
    // More often would write more than the blocks themselves; more seldom makes a start long.
    private const ulong SnapshotEveryMin = 10;
    private const ulong SnapshotEveryMax = 1_000_000;

    // Less would not last a peer through a short absence of its neighbours.
    private const ulong RetentionMin = 100;

    // Each is asked every second.
    private const int WitnessesMax = 16;

    // Whoever is promised an event must have the time to take its receipt.
    private const int ProvenanceSecondsMin = 60;

    private const int ChallengeSecondsMax = 24 * 3600;

    /// <exception cref="ConfigException">The file is missing, is no YAML, names an unknown key or holds an impossible value.</exception>
    /// <param name="adjust">What the command line puts in place of what is written, before anything is checked.</param>
    public static PeerConfig Load(string path, Action<PeerConfig>? adjust = null)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{path}: cannot be read: {exception.Message}. `noderuntime init` writes one.", exception);
        }

        return Parse(text, path, adjust);
    }

    public static PeerConfig Parse(string text, string path, Action<PeerConfig>? adjust = null)
    {
        PeerConfig config;
        try
        {
            IDeserializer deserializer = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build();
            config = deserializer.Deserialize<PeerConfig?>(text) ?? new PeerConfig();
        }
        catch (YamlException exception)
        {
            string reason = exception.InnerException?.Message ?? exception.Message;
            throw new ConfigException($"{path}:{exception.Start.Line}:{exception.Start.Column}: {reason}", exception);
        }

        adjust?.Invoke(config);
        foreach (string complaint in Complaints(config)) throw new ConfigException($"{path}: {complaint}");
        return config;
    }

    public static string Write(PeerConfig config) => new SerializerBuilder()
        .WithNamingConvention(CamelCaseNamingConvention.Instance)
        .ConfigureDefaultValuesHandling(DefaultValuesHandling.OmitNull)
        .Build()
        .Serialize(config);

    private static IEnumerable<string> Complaints(PeerConfig config)
    {
        if (config.Version != PeerConfig.VersionNow) yield return $"version: {config.Version} is not one this program reads; it reads {PeerConfig.VersionNow}";
        if (!Hash256.TryParse(config.Genesis, out _)) yield return "genesis: must be the chain's genesis hash, 64 hexadecimal digits";
        if (!IsAddress(config.Listen)) yield return $"listen: '{config.Listen}' is not host:port";
        if (!IsOwnAddress(config.Api)) yield return $"api: '{config.Api}' is not address:port of this machine, such as 127.0.0.1:26610";
        if (config.Advertise.Length != 0 && !IsAddress(config.Advertise)) yield return $"advertise: '{config.Advertise}' is not host:port";
        if (config.NextConsensusKey.Length != 0 && config.NextConsensusKey == config.ConsensusKey) yield return "nextConsensusKey: is the key that votes already";
        foreach (string seed in config.Seeds)
        {
            if (!IsAddress(seed)) yield return $"seeds: '{seed}' is not host:port";
        }

        if (config.SnapshotEvery is < SnapshotEveryMin or > SnapshotEveryMax) yield return $"snapshotEvery: must be {SnapshotEveryMin} to {SnapshotEveryMax} blocks";
        if (!IsRetention(config.Retention)) yield return $"retention: '{config.Retention}' is neither '{PeerConfig.RetentionOfArchive}' nor a number of blocks of at least {RetentionMin}";
        if (config.Region.Length > Limits.TextCharactersMax) yield return "region: too long";
        if (config.FlightMiB is < 0 or > Limits.FlightMebibytesMax) yield return $"flightMiB: must be 0 to {Limits.FlightMebibytesMax}";
        if (config.FlightMinutes is < 1 or > 7 * 24 * 60) yield return "flightMinutes: must be 1 to 10080";
        if (config.Telemetry is { } telemetry)
        {
            if (!Uri.TryCreate(telemetry.Endpoint, UriKind.Absolute, out Uri? collector) || collector.Scheme is not ("http" or "https"))
            {
                yield return $"telemetry.endpoint: '{telemetry.Endpoint}' is not a collector's address, such as http://127.0.0.1:4318";
            }

            if (telemetry.Seconds is < 1 or > 3600) yield return "telemetry.seconds: must be 1 to 3600";
            if (telemetry.TracesPerMillion is < 0 or > 1_000_000) yield return "telemetry.tracesPerMillion: must be 0 to 1000000";
        }

        if (config.Capacity is { } capacity)
        {
            foreach (string complaint in CapacityComplaints.Of(capacity)) yield return complaint;
        }

        if (config.Provenance is { } provenance)
        {
            if (!Zone.IsZone(provenance.Zone)) yield return $"provenance.zone: '{provenance.Zone}' is not two capital letters and, behind a dash, a site in small ones, such as EE-tallinn-1";
            if (provenance.Keep is not ("commit" or "record" or "full")) yield return $"provenance.keep: '{provenance.Keep}' is neither commit nor record nor full";
            if (provenance.EventsPerSecond is < 1 or > Limits.EventsPerSecondMax) yield return $"provenance.eventsPerSecond: must be 1 to {Limits.EventsPerSecondMax}";
            foreach (string complaint in ComplaintsOf(provenance.Witnesses)) yield return complaint;
            if (provenance.Seconds is < ProvenanceSecondsMin or > Limits.ProvenanceRoundsKeptMax)
            {
                yield return $"provenance.seconds: must be {ProvenanceSecondsMin} to {Limits.ProvenanceRoundsKeptMax}";
            }
        }

        if (config.Posture is { Uses.Length: > 0 } posture && !(posture.Watch && (config.Provenance?.Enter ?? true)))
        {
            yield return "posture.uses: nothing is held against it where `posture.watch` or `provenance.enter` is false";
        }

        if (config.Posture is { Challenge: < 0 or > ChallengeSecondsMax }) yield return $"posture.challenge: must be 0, or 1 to {ChallengeSecondsMax}";

        if (config.Provider is not { } provider) yield break;
        if (provider.MemoryMiB is 0 or > Limits.GuestMemoryPagesMax / 16) yield return $"provider.memoryMiB: must be 1 to {Limits.GuestMemoryPagesMax / 16}";
        if (provider.InputMiB is 0 or > 4096) yield return "provider.inputMiB: must be 1 to 4096";
        if (provider.OutputMiB is 0 || provider.OutputMiB > (ulong)(Limits.OutputBytesMax >> 20)) yield return $"provider.outputMiB: must be 1 to {Limits.OutputBytesMax >> 20}";
        if (provider.Leases is < 1 or > Limits.LeasesPerProviderMax) yield return $"provider.leases: must be 1 to {Limits.LeasesPerProviderMax}";
    }

    private static IEnumerable<string> ComplaintsOf(List<WitnessEntry> witnesses)
    {
        if (witnesses.Count > WitnessesMax) yield return $"provenance.witnesses: must be at most {WitnessesMax}";
        SortedSet<string> seen = new(StringComparer.Ordinal);
        foreach (WitnessEntry witness in witnesses)
        {
            if (WitnessKeys.TryParse(witness.Key) is null) yield return $"provenance.witnesses: key: '{witness.Key}' is no witness's key: write NAME+HASH+KEY, as `noderuntime witness new` prints it";
            if (!seen.Add(witness.Key)) yield return $"provenance.witnesses: key: '{witness.Key}' stands there twice";
            bool isWeb = Uri.TryCreate(witness.Url, UriKind.Absolute, out Uri? url) && (url.Scheme is "http" or "https") && url.Query.Length == 0;
            if (!isWeb) yield return $"provenance.witnesses: url: '{witness.Url}' is no address, such as https://witness.example";
        }
    }

    private static bool IsRetention(string text) =>
        text == PeerConfig.RetentionOfArchive || (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong blocks) && blocks >= RetentionMin);

    // The API listens on an address: a name may stand for several, or for another machine.
    private static bool IsOwnAddress(string text) =>
        IsAddress(text) && (IPAddress.TryParse(text.AsSpan(0, text.LastIndexOf(':')), out _) || text.StartsWith("localhost:", StringComparison.Ordinal));

    private static bool IsAddress(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), out _)
            && (IPAddress.TryParse(text.AsSpan(0, colon), out _) || Uri.CheckHostName(text[..colon]) != UriHostNameType.Unknown);
    }
}
