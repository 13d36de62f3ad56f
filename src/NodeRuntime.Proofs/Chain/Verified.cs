namespace NodeRuntime.Proofs.Chain;

/// <summary>Something whose signatures were checked. Only the rules of this assembly make one.</summary>
public sealed class Verified<T>
{
    internal Verified(T value) => Value = value;

    public T Value { get; }
}
