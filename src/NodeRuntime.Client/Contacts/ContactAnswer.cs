using System;
using NodeRuntime.Api;

namespace NodeRuntime.Client.Contacts;

/// <summary>A gateway's answer that was read and checked, or why there is none.</summary>
internal sealed record ContactAnswer<T> where T : class
{
    private ContactAnswer(T? value, ContactFault? fault, ErrorAnswer? error)
    {
        Value = value;
        Fault = fault;
        Error = error;
    }

    /// <summary>Present where there is no fault.</summary>
    public T? Value { get; }

    public ContactFault? Fault { get; }

    /// <summary>The gateway's own words where it refused.</summary>
    public ErrorAnswer? Error { get; }

    public static ContactAnswer<T> Of(T value) => new(value, null, null);

    public static ContactAnswer<T> Failed(ContactFaultKind kind, Uri address, string reason, ErrorAnswer? error = null) =>
        new(null, new ContactFault(kind, address, reason), error);

    public static ContactAnswer<T> Failed(ContactFault fault, ErrorAnswer? error) => new(null, fault, error);
}
