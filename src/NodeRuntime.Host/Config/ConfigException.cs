using System;

namespace NodeRuntime.Host.Config;

/// <summary>A configuration that cannot stand; the message is for the person who wrote it.</summary>
public sealed class ConfigException(string message, Exception? inner = null) : Exception(message, inner);
