using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Child;

/// <summary>
/// What runs inside once every restriction stands. It says Ready itself, when its program is loaded, and returns its last word.
/// </summary>
internal delegate SandboxMessage.Report SandboxGuest(SandboxRequest request, string folder, SandboxVoice voice);
