namespace NodeRuntime.Sandbox;

/// <summary>Whose program runs.</summary>
public enum ProcessTrust
{
    /// <summary>Anybody's: it runs under every restriction or not at all.</summary>
    Stranger,

    /// <summary>The operator's own: it runs under those restrictions that this kernel offers.</summary>
    Operator,
}
