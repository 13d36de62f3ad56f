namespace NodeRuntime.Ledger.Slashing;

/// <summary>What the rules say of an offence, in the order of the checks.</summary>
public enum SlashingVerdict : byte
{
    Accepted,

    /// <summary>The key is in jail already, or the same block names it twice.</summary>
    AlreadyPunished,
}
