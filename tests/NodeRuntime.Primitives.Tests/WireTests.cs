using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

public sealed class WireTests
{
    // RFC 8949 appendix A, and what follows from it.
    [Fact]
    public void Values_have_their_shortest_encoding()
    {
        Writes("00", w => w.UInt64(0));
        Writes("17", w => w.UInt64(23));
        Writes("1818", w => w.UInt64(24));
        Writes("1903e8", w => w.UInt64(1000));
        Writes("1a000f4240", w => w.UInt64(1_000_000));
        Writes("1bffffffffffffffff", w => w.UInt64(ulong.MaxValue));
        Writes("20", w => w.Int64(-1));
        Writes("3b7fffffffffffffff", w => w.Int64(long.MinValue));
        Writes("f5", w => w.Bool(true));
        Writes("f6", w => w.Null());
        Writes("4401020304", w => w.Bytes([1, 2, 3, 4]));
        Writes("62c3bc", w => w.Text("ü"));
        Writes("5000000000000000000000000000000007", w => w.Amount(new Amount(7)));
        Writes("1903e8", w => w.Instant(Instant.FromMilliseconds(1)));
        Writes("f6", w => w.OptionalHash(null));
        Writes("80", w => w.Array(0).End());
    }

    [Fact]
    public void A_record_begins_with_its_version_and_its_type() =>
        Writes("830118d805", w => w.Record((WireType)0xd8, 1).UInt64(5).End());

    [Fact]
    public void What_is_written_is_read()
    {
        byte[] bytes = Everything();
        WireReader reader = new(bytes);
        Assert.Equal(Everything(), ReadEverything(reader));
        Assert.True(reader.Succeeded);
    }

    [Fact]
    public void Every_truncation_fails()
    {
        byte[] bytes = Everything();
        for (int length = 0; length < bytes.Length; length++) Refused(bytes.AsMemory(0, length));
    }

    [Fact]
    public void Every_trailing_byte_fails()
    {
        byte[] bytes = Everything();
        for (int trailing = 0; trailing < 256; trailing++) Refused((byte[])[.. bytes, (byte)trailing]);
    }

    [Fact]
    public void Every_flipped_bit_fails_or_is_read_as_what_it_says()
    {
        byte[] bytes = Everything();
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            WireReader reader = new(flipped);
            byte[] again = ReadEverything(reader);
            if (reader.Succeeded) Assert.Equal(flipped, again);
        }
    }

    [Theory]
    [InlineData("1800", "23 in two bytes")]
    [InlineData("1817", "23 in two bytes")]
    [InlineData("190001", "1 in three bytes")]
    [InlineData("1a00000001", "1 in five bytes")]
    [InlineData("1b0000000000000001", "1 in nine bytes")]
    [InlineData("20", "a negative number")]
    [InlineData("c200", "a tag")]
    [InlineData("c001", "a tagged number")]
    [InlineData("f4", "false")]
    [InlineData("f90000", "a float")]
    [InlineData("1c", "a reserved head")]
    [InlineData("ff", "a break")]
    [InlineData("", "nothing")]
    public void A_number_in_any_other_form_is_refused(string hex, string why)
    {
        WireReader reader = new(Convert.FromHexString(hex));
        Assert.Equal(0ul, reader.UInt64());
        Assert.False(reader.Succeeded, why);
    }

    [Theory]
    [InlineData("5f4101ff", "indefinite length")]
    [InlineData("5801", "no bytes after the head")]
    [InlineData("580101", "a length in two bytes")]
    [InlineData("4401020304", "too long")]
    [InlineData("5b7fffffffffffffff01", "a length of 2^63 - 1")]
    [InlineData("5bffffffffffffffff01", "a length of 2^64 - 1")]
    [InlineData("5a7fffffff01", "a length of 2^31 - 1")]
    [InlineData("6161", "text")]
    public void A_byte_string_in_any_other_form_is_refused(string hex, string why)
    {
        WireReader reader = new(Convert.FromHexString(hex));
        Assert.Empty(reader.Bytes(3));
        Assert.False(reader.Succeeded, why);
    }

    [Theory]
    [InlineData("7f6161ff", "indefinite length")]
    [InlineData("61ff", "not UTF-8")]
    [InlineData("62c080", "an overlong form")]
    [InlineData("63eda080", "half of a surrogate pair")]
    [InlineData("6461626364", "too long")]
    [InlineData("4161", "bytes")]
    public void A_text_in_any_other_form_is_refused(string hex, string why)
    {
        WireReader reader = new(Convert.FromHexString(hex));
        Assert.Empty(reader.Text(3));
        Assert.False(reader.Succeeded, why);
    }

    [Theory]
    [InlineData("9f01ff", "indefinite length")]
    [InlineData("840102", "fewer items than it says")]
    [InlineData("8401020304", "more than the limit")]
    [InlineData("9b7fffffffffffffff", "a length of 2^63 - 1")]
    [InlineData("9bffffffffffffffff", "a length of 2^64 - 1")]
    [InlineData("9a7fffffff", "a length of 2^31 - 1")]
    [InlineData("980101", "a length in two bytes")]
    [InlineData("a10101", "a map")]
    public void A_list_in_any_other_form_is_refused(string hex, string why)
    {
        WireReader reader = new(Convert.FromHexString(hex));
        Assert.Empty(reader.List(3, static r => r.UInt64()));
        Assert.False(reader.Succeeded, why);
    }

    [Fact]
    public void An_array_must_be_read_to_its_end()
    {
        WireReader reader = new(Convert.FromHexString("820102"));
        reader.Array(2);
        reader.UInt64();
        reader.End();
        Assert.False(reader.Succeeded);
    }

    [Fact]
    public void Another_type_version_or_number_of_fields_is_refused()
    {
        byte[] bytes = new WireWriter().Record(WireType.Vote, 1, version: 2).UInt64(5).End().ToArray();
        Assert.True(Reads(bytes, WireType.Vote, 1, 2));
        Assert.False(Reads(bytes, WireType.Header, 1, 2));
        Assert.False(Reads(bytes, WireType.Vote, 1, 1));
        Assert.False(Reads(bytes, WireType.Vote, 2, 2));
        Assert.False(Reads(bytes, WireType.Vote, 0, 2));
    }

    [Fact]
    public void Numbers_out_of_their_range_are_refused()
    {
        byte[] bytes = new WireWriter().UInt64(uint.MaxValue + 1UL).ToArray();
        Assert.True(Fails(bytes, r => r.UInt32()));
        Assert.True(Fails(bytes, r => r.UInt16()));
        Assert.True(Fails(bytes, r => r.Byte()));
        Assert.True(Fails(bytes, r => r.Int32(int.MinValue, int.MaxValue)));
        Assert.True(Fails(new WireWriter().Int64(-1).ToArray(), r => r.Int32(0, 10)));
        Assert.False(Fails(new WireWriter().Int64(-1).ToArray(), r => r.Int32(-1, 10)));
        Assert.True(Fails(new WireWriter().UInt64(ulong.MaxValue).ToArray(), r => r.Int64()));
    }

    [Fact]
    public void A_failed_reader_stays_failed_and_gives_defaults()
    {
        WireReader reader = new(new WireWriter().Array(3).Text("a").UInt64(2).UInt64(3).End().ToArray());
        reader.Array(3);
        Assert.Equal(0ul, reader.UInt64());
        Assert.True(reader.Failed);
        Assert.Equal(0ul, reader.UInt64());
        Assert.Equal(Hash256.Zero, reader.Hash());
        Assert.False(reader.TryNull());
        Assert.Empty(reader.Text());
        Assert.Empty(reader.List(5, static r => r.UInt64()));
        Assert.Equal(new byte[7], reader.BytesExactly(7));
        Assert.False(reader.Succeeded);
    }

    [Fact]
    public void Random_bytes_never_throw_and_never_allocate_more_than_they_bring()
    {
        Prng prng = new(20);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] noise = new byte[prng.NextBelow(80)];
            prng.Fill(noise);
            // Heads of arrays and strings with lengths of eight bytes: the forms that promise most.
            if (noise.Length > 0 && prng.NextChance(500)) noise[0] = prng.NextChance(500) ? (byte)0x9b : (byte)0x5b;
            long before = GC.GetAllocatedBytesForCurrentThread();
            WireReader reader = new(noise);
            ReadEverything(reader);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        }
    }

    [Fact]
    public void A_list_that_promises_more_than_the_input_holds_allocates_nothing()
    {
        byte[] bytes = Convert.FromHexString("9a000f4240");
        new WireReader(bytes).List(10_000_000, static r => r.Hash());
        long before = GC.GetAllocatedBytesForCurrentThread();
        ImmutableArray<Hash256> list = new WireReader(bytes).List(10_000_000, static r => r.Hash());
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Empty(list);
        Assert.InRange(allocated, 0, 8 * 1024);
    }

    [Fact]
    public void Deep_nesting_does_not_overflow_the_stack()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0x81, 1_000_000), 0x00];
        WireReader reader = new(bytes);
        for (int i = 0; i < 1_000_000; i++) reader.Array(1);
        Assert.Equal(0ul, reader.UInt64());
        Assert.False(reader.Succeeded);
    }

    private static byte[] Everything() => new WireWriter().Record(WireType.Hello, 15)
        .UInt64(ulong.MaxValue).UInt64(uint.MaxValue).UInt64(ushort.MaxValue).UInt64(200).Int64(-5).Int64(long.MinValue)
        .Bool(true).Null().Bytes([1, 2, 3]).Text("grün").Hash(new Hash256(new byte[32])).OptionalHash(null)
        .Amount(new Amount(UInt128.MaxValue)).Instant(new Instant(77)).Array(2).UInt64(1).UInt64(2).End().End().ToArray();

    // Reads the record above and writes what it found.
    private static byte[] ReadEverything(WireReader reader)
    {
        WireWriter writer = new();
        reader.Record(WireType.Hello, 15);
        writer.Record(WireType.Hello, 15).UInt64(reader.UInt64()).UInt64(reader.UInt32()).UInt64(reader.UInt16())
            .UInt64(reader.Byte()).Int64(reader.Int32(-10, 10)).Int64(reader.Int64()).Bool(reader.Bool());
        if (!reader.TryNull()) reader.Fail();
        writer.Null().Bytes(reader.Bytes(10)).Text(reader.Text(10)).Hash(reader.Hash()).OptionalHash(reader.OptionalHash())
            .Amount(reader.Amount()).Instant(reader.Instant());
        ImmutableArray<ulong> list = reader.List(5, static r => r.UInt64());
        reader.End();
        writer.Array(list.Length);
        foreach (ulong item in list) writer.UInt64(item);
        return writer.End().End().ToArray();
    }

    private static void Refused(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ReadEverything(reader);
        Assert.False(reader.Succeeded);
    }

    private static bool Reads(byte[] bytes, WireType type, int fields, byte version)
    {
        WireReader reader = new(bytes);
        reader.Record(type, fields, version);
        for (int i = 0; i < fields; i++) reader.UInt64();
        reader.End();
        return reader.Succeeded;
    }

    private static bool Fails<T>(byte[] bytes, Func<WireReader, T> read)
    {
        WireReader reader = new(bytes);
        read(reader);
        return !reader.Succeeded;
    }

    private static void Writes(string hex, Func<WireWriter, WireWriter> write) =>
        Assert.Equal(hex, Convert.ToHexStringLower(write(new WireWriter()).ToArray()));
}
