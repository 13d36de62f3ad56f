using System;
using System.Globalization;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli;

/// <summary>Between what people write and the core's values.</summary>
internal static class Words
{
    private const int Decimals = 6;

    /// <summary>Tokens with up to six decimals, as "12.5".</summary>
    public static Amount ParseTokens(string text)
    {
        if (TryParseTokens(text, out Amount amount) && amount != Amount.Zero) return amount;
        throw new CliException(
            ExitCode.Usage, "AmountMalformed", $"'{text}' is no amount of tokens", "write tokens with up to six decimals, such as 12.5; more than zero");
    }

    private static bool TryParseTokens(string text, out Amount amount)
    {
        amount = Amount.Zero;
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point];
        string rest = point < 0 ? "0" : text[(point + 1)..];
        if (rest.Length is 0 or > Decimals) return false;
        if (!UInt128.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 tokens)) return false;
        if (!ulong.TryParse(rest.PadRight(Decimals, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong units)) return false;
        return Amount.TryMultiply(new Amount(tokens), Amount.UnitsPerToken, out amount) && Amount.TryAdd(amount, new Amount(units), out amount);
    }

    /// <summary>"12.5" of 12,500,000 base units.</summary>
    public static string Tokens(Amount amount)
    {
        (UInt128 whole, UInt128 rest) = UInt128.DivRem(amount.Units, Amount.UnitsPerToken);
        string text = whole.ToString(CultureInfo.InvariantCulture);
        if (rest == 0) return text;
        return text + "." + rest.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals, '0').TrimEnd('0');
    }

    public static Hash256 ParseHash(string what, string text)
    {
        if (Hash256.TryParse(text, out Hash256 hash)) return hash;
        throw new CliException(ExitCode.Usage, "HashMalformed", $"{what}: '{text}' is no id", "an id has 64 hexadecimal digits");
    }

    /// <summary>A moment in UTC, to the second.</summary>
    public static Instant ParseTime(string what, string text)
    {
        bool isTime = DateTimeOffset.TryParseExact(
            text, "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time);
        if (isTime && time >= DateTimeOffset.UnixEpoch) return Instant.FromMilliseconds(time.ToUnixTimeMilliseconds());
        throw new CliException(ExitCode.Usage, "TimeMalformed", $"{what}: '{text}' is no time in UTC", "write it as 2026-12-01T02:00:00Z");
    }

    public static string Time(Instant instant) =>
        DateTime.UnixEpoch.AddMicroseconds(instant.Microseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static string Number(ulong value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
