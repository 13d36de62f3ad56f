using System;

namespace NodeRuntime.Actors.Ports;

/// <summary>Where a peer's machines write what they were told, to be replayed. A tape never makes a machine wait.</summary>
public interface IFlightTapes
{
    /// <summary>A tape of a machine's own; its earlier ones stay until there is no room for them.</summary>
    /// <param name="machine">Lower-case letters: becomes part of a file's name.</param>
    IFlightTape Open(string machine);
}

/// <summary>One machine's tape: segments that each begin with the machine's whole state, so that old ones can be dropped.</summary>
public interface IFlightTape
{
    /// <summary>The next record must begin a segment: this is the first, or the last one is full or old, or a record was dropped.</summary>
    bool WantsSegment { get; }

    /// <summary>
    /// Hands over a record; it is encoded later, on the tape's own thread and in the order given. A tape that cannot keep up
    /// drops the rest of its segment and says so.
    /// </summary>
    void Offer(FlightRecord record);
}

/// <summary>Something to be written; immutable once offered.</summary>
public abstract class FlightRecord
{
    /// <summary>The segment's first record, which needs none before it.</summary>
    public abstract bool BeginsSegment { get; }

    /// <summary>About how many bytes it holds in memory until it is written.</summary>
    public abstract int Weight { get; }

    /// <summary>Called once, by the tape alone.</summary>
    public abstract ReadOnlyMemory<byte> Encode();
}
