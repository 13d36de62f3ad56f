using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Simulation.Flight;

/// <summary>Recordings of simulated peers: written at once, kept whole, a segment each so many steps.</summary>
/// <param name="stepsMax">Steps of a segment.</param>
public sealed class MemoryTapes(int stepsMax) : IFlightTapes
{
    private readonly List<(string Machine, ArrayBufferWriter<byte> Bytes)> _segments = [];

    /// <summary>All segments so far, of all machines, in the order of their begin.</summary>
    public ImmutableArray<(string Machine, ReadOnlyMemory<byte> Bytes)> Segments
    {
        get
        {
            ImmutableArray<(string, ReadOnlyMemory<byte>)>.Builder segments = ImmutableArray.CreateBuilder<(string, ReadOnlyMemory<byte>)>();
            foreach ((string machine, ArrayBufferWriter<byte> bytes) in _segments) segments.Add((machine, bytes.WrittenMemory));
            return segments.ToImmutable();
        }
    }

    public IFlightTape Open(string machine) => new MemoryTape(this, machine);

    private sealed class MemoryTape(MemoryTapes tapes, string machine) : IFlightTape
    {
        private ArrayBufferWriter<byte>? _bytes;
        private int _steps;

        public bool WantsSegment => _bytes is null || _steps >= tapes.StepsMax;

        public void Offer(FlightRecord record)
        {
            if (record.BeginsSegment)
            {
                _bytes = new ArrayBufferWriter<byte>();
                _steps = 0;
                tapes._segments.Add((machine, _bytes));
            }
            else
            {
                _steps++;
            }

            _bytes!.Write(record.Encode().Span);
        }
    }

    private int StepsMax { get; } = stepsMax;
}
