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

    /// <summary>After so many no further fault begins.</summary>
    public int Seconds { get; init; } = 7 * 24 * 3600;

    public ulong Seed { get; init; } = 1;

    /// <summary>Namespaces and a bridge in place of proxies on loopback.</summary>
    public bool UsesNamespaces { get; init; }

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
                "--seconds" => options with { Seconds = Number(arguments, ++i) },
                "--seed" => options with { Seed = (ulong)Number(arguments, ++i) },
                _ => throw new FormatException($"'{arguments[i]}': use --kills, --partitions, --pauses, --databases, --full-disks, --stale-restores, --clones, --seconds, --seed N; --namespaces"),
            };
        }

        return options;
    }

    private static int Number(string[] arguments, int place) =>
        place < arguments.Length && int.TryParse(arguments[place], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"{arguments[place - 1]} needs a number");
}
