using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>
/// The host's part of a machine's state. A host is deterministic: what it was made of and what is written here are all that its later
/// answers depend on, beside the fuel.
/// </summary>
internal interface ISnapshotHost
{
    void Write(WireWriter writer);

    /// <summary>Into a host just made of the same job. What does not fit fails the reader.</summary>
    void Read(WireReader reader);
}
