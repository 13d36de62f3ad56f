using System;
using System.Collections.Generic;

namespace NodeRuntime.Actors;

/// <summary>What an actor keeps only once something went wrong with it or below it: most never do.</summary>
internal sealed class FailureRecord
{
    private RestartWindow? _ofItself;
    private RestartWindow? _ofChildren;

    public long Restarts { get; set; }

    public long Failures { get; set; }

    public string Last { get; set; } = "";

    public Exception? Cause { get; set; }

    public Exception? RestartCause { get; set; }

    /// <summary>Children whose failure this actor handed up as its own.</summary>
    public List<ActorCell> EscalatedFrom { get; } = [];

    /// <summary>This actor's restarts, as its supervisor counts them one for one.</summary>
    public RestartWindow OfItself => _ofItself ??= new RestartWindow();

    /// <summary>The restarts of its children together, all for one.</summary>
    public RestartWindow OfChildren => _ofChildren ??= new RestartWindow();
}
