using System;
using System.Globalization;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>How much goes wrong, and from which seed.</summary>
internal sealed record CampaignOptions
{
    public int Kills { get; init; } = 10;

    public int Partitions { get; init; } = 3;

    public int Pauses { get; init; } = 2;

    /// <summary>Kills of the database server of the peer that has one.</summary>
    public int Databases { get; init; } = 1;

    public int FullDisks { get; init; }

    public int StaleRestores { get; init; } = 1;

    /// <summary>A second process with a validator's key.</summary>
    public int Clones { get; init; } = 1;

    /// <summary>Links with delay, jitter, losses and rates.</summary>
    public int SlowLinks { get; init; } = 1;

    /// <summary>Resets of all connections of a peer.</summary>
    public int Resets { get; init; } = 1;

    /// <summary>Times in which a member says again what it hears, late and out of order.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>A file with a plan, which is played in place of drawn faults; empty for none.</summary>
    public string Plan { get; init; } = string.Empty;

    /// <summary>Where all peers' folders are put when there is a complaint; empty for nowhere.</summary>
    public string Keep { get; init; } = string.Empty;

    /// <summary>After so many no further fault begins.</summary>
    public int Seconds { get; init; } = 7 * 24 * 3600;

    public ulong Seed { get; init; } = 1;

    /// <summary>Namespaces and a bridge in place of proxies on loopback.</summary>
    public bool UsesNamespaces { get; init; }

    private const string Usage =
        "--kills, --partitions, --pauses, --databases, --full-disks, --stale-restores, --clones, --slow-links, --resets, --repeats, --seconds, --seed N; --plan FILE; --keep FOLDER; --namespaces";

    /// <exception cref="FormatException">The command line cannot stand.</exception>
    public static CampaignOptions Parse(string[] arguments)
    {
        CampaignOptions options = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--namespaces" => options with { UsesNamespaces = true },
                "--kills" => options with { Kills = Number(arguments, ++i) },
                "--partitions" => options with { Partitions = Number(arguments, ++i) },
                "--pauses" => options with { Pauses = Number(arguments, ++i) },
                "--databases" => options with { Databases = Number(arguments, ++i) },
                "--full-disks" => options with { FullDisks = Number(arguments, ++i) },
                "--stale-restores" => options with { StaleRestores = Number(arguments, ++i) },
                "--clones" => options with { Clones = Number(arguments, ++i) },
                "--slow-links" => options with { SlowLinks = Number(arguments, ++i) },
                "--resets" => options with { Resets = Number(arguments, ++i) },
                "--repeats" => options with { Repeats = Number(arguments, ++i) },
                "--plan" => options with { Plan = Text(arguments, ++i) },
                "--keep" => options with { Keep = Text(arguments, ++i) },
                "--seconds" => options with { Seconds = Number(arguments, ++i) },
                "--seed" => options with { Seed = (ulong)Number(arguments, ++i) },
                _ => throw new FormatException($"'{arguments[i]}': use {Usage}"),
            };
        }

        if (options.UsesNamespaces && options.Plan.Length > 0) throw new FormatException("--plan needs the proxies: leave --namespaces out");
        return options;
    }

    private static string Text(string[] arguments, int place) =>
        place < arguments.Length ? arguments[place] : throw new FormatException($"{arguments[place - 1]} needs a path");

    private static int Number(string[] arguments, int place) =>
        place < arguments.Length && int.TryParse(arguments[place], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"{arguments[place - 1]} needs a number");
}
