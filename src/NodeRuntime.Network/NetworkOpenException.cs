using System;

namespace NodeRuntime.Network;

/// <summary>The listener could not be opened; the message is for the person who wrote the configuration.</summary>
public sealed class NetworkOpenException(string message, Exception? inner = null) : Exception(message, inner);
