using System;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Client.Contacts;

namespace NodeRuntime.Client;

/// <summary>A client cannot go on. The message says what was wrong and where, the hint what to do.</summary>
public sealed class ClientException : Exception
{
    public ClientException(ClientFailure failure, string message, string hint, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        Hint = hint;
    }

    public ClientException(ClientFailure failure, string message, string hint, ImmutableArray<ContactFault> faults)
        : base(WithFaults(message, faults))
    {
        Failure = failure;
        Hint = hint;
        Faults = faults;
    }

    public ClientFailure Failure { get; }

    public string Hint { get; }

    /// <summary>The ledger's own word where it refused, such as Market.BalanceTooLow; else empty.</summary>
    public string Code { get; init; } = string.Empty;

    /// <summary>What each gateway did, in the order in which they were asked.</summary>
    public ImmutableArray<ContactFault> Faults { get; } = [];

    private static string WithFaults(string message, ImmutableArray<ContactFault> faults)
    {
        StringBuilder text = new(message);
        foreach (ContactFault fault in faults) text.Append("\n  ").Append(fault);
        return text.ToString();
    }
}
