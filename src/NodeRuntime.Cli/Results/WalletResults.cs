namespace NodeRuntime.Cli.Results;

/// <param name="Balance">Tokens; null where no gateway was asked.</param>
internal sealed record WalletResult(
    string Account, string Did, string KeyFile, string? Balance, string? BaseUnits, ulong? Sequence, uint? OpenOrders, ulong? ProvenHeight);

internal sealed record SendResult(string Transaction, string From, string To, string Amount, string BalanceAfter);
