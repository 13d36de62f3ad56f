using System;

namespace NodeRuntime.Wasm;

/// <summary>Fills a buffer as far as there is something; 0 only at the end. The form of a stream's Read.</summary>
public delegate int GuestRead(Span<byte> buffer);

/// <summary>The form of a stream's Write.</summary>
public delegate void GuestWrite(ReadOnlySpan<byte> bytes);

/// <summary>
/// Standard input from a stream: <c>new SequentialInput(stream.Read)</c>. It is read once, in order, as the guest asks; it has no length before
/// its end.
/// </summary>
public sealed class SequentialInput(GuestRead read) : IGuestInput
{
    private long _position;
    private bool _ended;

    /// <summary>What was read, and one more as long as there may be more.</summary>
    public long Length => _ended ? _position : _position + 1;

    /// <exception cref="InvalidOperationException">The offset is not where the last read ended.</exception>
    public int Read(long offset, Span<byte> buffer)
    {
        if (offset != _position) throw new InvalidOperationException("a sequential input is read in order");
        if (_ended || buffer.IsEmpty) return 0;
        int count = read(buffer);
        _ended = count == 0;
        _position += count;
        return count;
    }
}

/// <summary>Standard output to a stream: <c>new SequentialOutput(stream.Write)</c>.</summary>
public sealed class SequentialOutput(GuestWrite write) : IGuestOutput
{
    public void Write(ReadOnlySpan<byte> bytes) => write(bytes);
}
