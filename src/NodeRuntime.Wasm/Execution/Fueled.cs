namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// What a compiled function gives to a compiled caller: its first result and the fuel that is left. Two registers hold both where the
/// platform returns pairs so.
/// </summary>
internal struct Fueled<T>
{
    public T Value;
    public long Fuel;
}
