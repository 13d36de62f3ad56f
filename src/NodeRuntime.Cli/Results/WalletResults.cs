namespace NodeRuntime.Cli.Results;

/// <param name="Balance">Tokens; null where no gateway was asked.</param>
internal sealed record WalletResult(
    string Account, string Did, string KeyFile, string? Balance, string? BaseUnits, ulong? Sequence, uint? OpenOrders, ulong? ProvenHeight);

/// <param name="Peer">Where it is worth something.</param>
internal sealed record TokenResult(string Token, string Peer, string Account, int Minutes);

internal sealed record SendResult(string Transaction, string From, string To, string Amount, string BalanceAfter);
