namespace NodeRuntime.Cli.Devnet;

/// <summary>What was asked of <c>noderuntime devnet</c>.</summary>
internal sealed record DevnetOptions
{
    public required int Peers { get; init; }

    /// <summary>Where everything lies; null for a new folder among the temporary ones.</summary>
    public required string? Data { get; init; }

    /// <summary>The peers' folders stay when the devnet ends.</summary>
    public required bool Keep { get; init; }

    /// <summary>A CSV file for the sample job; null for a generated one.</summary>
    public required string? Input { get; init; }

    /// <summary>What providers prove before they may bid, and all the time; null for nothing.</summary>
    public required DevnetGrade? Grade { get; init; }

    /// <summary>Ends after the sample job.</summary>
    public required bool Once { get; init; }
}
