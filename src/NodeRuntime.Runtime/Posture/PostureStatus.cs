using NodeRuntime.Posture;

namespace NodeRuntime.Runtime.Posture;

/// <summary>How a peer's machine stands; published at most once a second. What changes is published at once, as <see cref="PostureEdge"/>.</summary>
public sealed record PostureStatus(PostureSummary Summary);

/// <summary>The supervisor failed and begins anew: what it was told and had not written is gone.</summary>
public sealed record PostureRestarted;
