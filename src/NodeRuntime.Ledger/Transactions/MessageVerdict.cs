using NodeRuntime.Ledger.Accounts;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Fraud;
using NodeRuntime.Ledger.Market;
using NodeRuntime.Ledger.Publications;
using NodeRuntime.Ledger.Settlement;
using NodeRuntime.Ledger.Staking;

namespace NodeRuntime.Ledger.Transactions;

/// <summary>The families of messages, each with its folder, rules and verdicts.</summary>
public enum MessageFamily : byte
{
    Accounts,
    Staking,
    Market,
    Settlement,
    Capacity,
    Fraud,
    Publications,
}

/// <summary>A family's verdict of a message, whichever family it is.</summary>
public readonly record struct MessageVerdict
{
    private readonly byte _code;

    private MessageVerdict(MessageFamily family, byte code)
    {
        Family = family;
        _code = code;
    }

    public MessageFamily Family { get; }

    public bool IsAccepted => _code == 0;

    /// <summary>As people and programs read it: <c>Market.PriceAboveCap</c>.</summary>
    public string Name => Family switch
    {
        MessageFamily.Accounts => $"Accounts.{(AccountsVerdict)_code}",
        MessageFamily.Staking => $"Staking.{(StakingVerdict)_code}",
        MessageFamily.Market => $"Market.{(MarketVerdict)_code}",
        MessageFamily.Settlement => $"Settlement.{(SettlementVerdict)_code}",
        MessageFamily.Capacity => $"Capacity.{(CapacityVerdict)_code}",
        MessageFamily.Fraud => $"Fraud.{(FraudReportVerdict)_code}",
        MessageFamily.Publications => $"Publications.{(PublicationVerdict)_code}",
    };

    public static MessageVerdict Of(AccountsVerdict verdict) => new(MessageFamily.Accounts, (byte)verdict);

    public static MessageVerdict Of(StakingVerdict verdict) => new(MessageFamily.Staking, (byte)verdict);

    public static MessageVerdict Of(MarketVerdict verdict) => new(MessageFamily.Market, (byte)verdict);

    public static MessageVerdict Of(SettlementVerdict verdict) => new(MessageFamily.Settlement, (byte)verdict);

    public static MessageVerdict Of(CapacityVerdict verdict) => new(MessageFamily.Capacity, (byte)verdict);

    public static MessageVerdict Of(FraudReportVerdict verdict) => new(MessageFamily.Fraud, (byte)verdict);

    public static MessageVerdict Of(PublicationVerdict verdict) => new(MessageFamily.Publications, (byte)verdict);

    public override string ToString() => Name;
}
