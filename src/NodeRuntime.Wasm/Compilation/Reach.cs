namespace NodeRuntime.Wasm.Compilation;

/// <summary>The bytes from low up to high, counted from a local's value, lie in memory 0: a check has proven it.</summary>
internal readonly record struct Reach(int Local, long Low, long High)
{
    /// <summary>The same bytes counted from a local whose value is larger by <paramref name="by"/>.</summary>
    public Reach MovedTo(int local, long by) => new(local, Low - by, High - by);

    public bool Covers(int local, long low, long high) => Local == local && Low <= low && High >= high;
}
