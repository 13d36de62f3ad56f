using System;

namespace NodeRuntime.Host;

/// <summary>A peer that cannot start or go on, for a reason that a person can mend; the message says how.</summary>
public sealed class HostException(string message, Exception? inner = null) : Exception(message, inner);
