using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime;

/// <summary>
/// A piece of what a job that runs on this peer prints; published on the event stream as it comes. It is for the order's owner alone:
/// who hands it on checks that.
/// </summary>
/// <param name="Offset">Bytes of the same stream before it. An attempt that begins again begins at zero.</param>
public sealed record JobPrint(OrderId Order, bool IsError, ulong Offset, ReadOnlyMemory<byte> Bytes);
