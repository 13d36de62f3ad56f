using System;

namespace NodeRuntime.Sandbox;

/// <summary>A restriction could not be imposed, so that nothing may run. Never crosses the process: it becomes a report.</summary>
internal sealed class LaunchException(string message) : Exception(message);
