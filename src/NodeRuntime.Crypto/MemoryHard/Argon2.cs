using System;
using System.Buffers.Binary;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.MemoryHard;

/// <summary>The three of RFC 9106, by their numbers. The project uses Argon2id; the other two are its halves, and have vectors of their own.</summary>
internal enum Argon2Variant : uint
{
    Argon2d = 0,
    Argon2i = 1,
    Argon2id = 2,
}

/// <param name="Memory">m: KiB, at least 8 for each lane.</param>
/// <param name="Passes">t.</param>
/// <param name="Lanes">p: computed one after another here.</param>
internal readonly record struct Argon2Settings(Argon2Variant Variant, uint Memory, uint Passes, uint Lanes);

/// <summary>
/// Argon2 of RFC 9106, version 0x13, in C#. The memory stays from call to call, which is worth a third of the time at 1 MiB: fresh pages are
/// zeroed by the kernel, and a filling writes every word before it reads it. One owner.
/// </summary>
internal sealed unsafe class Argon2
{
    private const uint Version = 0x13;
    private const int BlockByteCount = 1024;
    private const int SliceCount = 4;
    private const int AddressesPerBlock = BlaMka.BlockWordCount;
    private const int Alignment = 64;

    private readonly BlaMkaWidth _width;
    private ulong[] _array = [];
    private ulong* _blocks;

    public Argon2(BlaMkaWidth width) => _width = width;

    public void Derive(
        Argon2Settings settings, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> associated,
        Span<byte> tag)
    {
        Invariant.Holds(settings.Lanes >= 1);
        Invariant.Holds(settings.Passes >= 1);
        Invariant.Holds(settings.Memory >= 8 * settings.Lanes);
        Invariant.Holds(tag.Length >= 4);
        uint laneLength = settings.Memory / (SliceCount * settings.Lanes) * SliceCount;
        Reserve((int)(laneLength * settings.Lanes));
        Span<byte> seed = stackalloc byte[Blake2b.DigestByteCountMax + 8];
        HashParameters(settings, password, salt, secret, associated, tag.Length, seed);
        for (uint lane = 0; lane < settings.Lanes; lane++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(seed[(Blake2b.DigestByteCountMax + 4)..], lane);
            for (uint i = 0; i < 2; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(seed[Blake2b.DigestByteCountMax..], i);
                LongHash(seed, new Span<byte>(Block((lane * laneLength) + i), BlockByteCount));
            }
        }

        for (uint pass = 0; pass < settings.Passes; pass++)
        {
            for (uint slice = 0; slice < SliceCount; slice++)
            {
                for (uint lane = 0; lane < settings.Lanes; lane++) FillSegment(settings, laneLength, pass, slice, lane);
            }
        }

        ulong* last = Block(laneLength - 1);
        for (uint lane = 1; lane < settings.Lanes; lane++)
        {
            ulong* other = Block((lane * laneLength) + laneLength - 1);
            for (int i = 0; i < BlaMka.BlockWordCount; i++) last[i] ^= other[i];
        }

        LongHash(new ReadOnlySpan<byte>(last, BlockByteCount), tag);
    }

    // H0 of section 3.2.
    private static void HashParameters(
        Argon2Settings settings, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> associated,
        int tagByteCount, Span<byte> digest)
    {
        Blake2b hash = new(Blake2b.DigestByteCountMax);
        hash.AppendUInt32(settings.Lanes);
        hash.AppendUInt32((uint)tagByteCount);
        hash.AppendUInt32(settings.Memory);
        hash.AppendUInt32(settings.Passes);
        hash.AppendUInt32(Version);
        hash.AppendUInt32((uint)settings.Variant);
        hash.AppendUInt32((uint)password.Length);
        hash.Append(password);
        hash.AppendUInt32((uint)salt.Length);
        hash.Append(salt);
        hash.AppendUInt32((uint)secret.Length);
        hash.Append(secret);
        hash.AppendUInt32((uint)associated.Length);
        hash.Append(associated);
        hash.Finish(digest[..Blake2b.DigestByteCountMax]);
    }

    // H' of section 3.3: any length from a hash of 64 bytes.
    private static void LongHash(ReadOnlySpan<byte> bytes, Span<byte> output)
    {
        const int Half = Blake2b.DigestByteCountMax / 2;
        Blake2b first = new(Math.Min(output.Length, Blake2b.DigestByteCountMax));
        first.AppendUInt32((uint)output.Length);
        first.Append(bytes);
        if (output.Length <= Blake2b.DigestByteCountMax)
        {
            first.Finish(output);
            return;
        }

        Span<byte> link = stackalloc byte[Blake2b.DigestByteCountMax];
        first.Finish(link);
        while (true)
        {
            link[..Half].CopyTo(output);
            output = output[Half..];
            if (output.Length <= Blake2b.DigestByteCountMax) break;
            Blake2b next = new(Blake2b.DigestByteCountMax);
            next.Append(link);
            next.Finish(link);
        }

        Blake2b.Hash(link, output);
    }

    private void FillSegment(Argon2Settings settings, uint laneLength, uint pass, uint slice, uint lane)
    {
        uint segment = laneLength / SliceCount;
        bool isIndependent = settings.Variant switch
        {
            Argon2Variant.Argon2d => false,
            Argon2Variant.Argon2i => true,
            Argon2Variant.Argon2id => pass == 0 && slice < SliceCount / 2,
        };
        ulong* addresses = stackalloc ulong[BlaMka.BlockWordCount];
        ulong counter = 0;
        for (uint i = pass == 0 && slice == 0 ? 2u : 0; i < segment; i++)
        {
            uint column = (slice * segment) + i;
            ulong* previous = Block((lane * laneLength) + (column == 0 ? laneLength : column) - 1);
            if (isIndependent && counter != (i / AddressesPerBlock) + 1)
            {
                counter = (i / AddressesPerBlock) + 1;
                MakeAddresses(settings, laneLength, pass, slice, lane, counter, addresses);
            }

            ulong random = isIndependent ? addresses[i % AddressesPerBlock] : previous[0];
            uint from = pass == 0 && slice == 0 ? lane : (uint)(random >> 32) % settings.Lanes;
            uint reference = ReferenceColumn(laneLength, pass, slice, i, isSameLane: from == lane, unchecked((uint)random));
            BlaMka.Compress(
                _width, previous, Block((from * laneLength) + reference), Block((lane * laneLength) + column), accumulate: pass > 0);
        }
    }

    // Section 3.4.1.2.
    private void MakeAddresses(Argon2Settings settings, uint laneLength, uint pass, uint slice, uint lane, ulong counter, ulong* addresses)
    {
        ulong* input = stackalloc ulong[BlaMka.BlockWordCount];
        ulong* zero = stackalloc ulong[BlaMka.BlockWordCount];
        new Span<ulong>(input, BlaMka.BlockWordCount).Clear();
        new Span<ulong>(zero, BlaMka.BlockWordCount).Clear();
        input[0] = pass;
        input[1] = lane;
        input[2] = slice;
        input[3] = laneLength * settings.Lanes;
        input[4] = settings.Passes;
        input[5] = (ulong)settings.Variant;
        input[6] = counter;
        BlaMka.Compress(_width, zero, input, addresses, accumulate: false);
        // In place it would read what it has written.
        new Span<ulong>(addresses, BlaMka.BlockWordCount).CopyTo(new Span<ulong>(input, BlaMka.BlockWordCount));
        BlaMka.Compress(_width, zero, input, addresses, accumulate: false);
    }

    // Section 3.4.2: of the blocks that may be referred to, late ones are likelier.
    private static uint ReferenceColumn(uint laneLength, uint pass, uint slice, uint index, bool isSameLane, uint random)
    {
        uint segment = laneLength / SliceCount;
        uint finished = pass == 0 ? slice * segment : laneLength - segment;
        uint area = isSameLane ? finished + index - 1 : index == 0 ? finished - 1 : finished;
        ulong squared = (ulong)random * random >> 32;
        uint relative = area - 1 - (uint)(area * squared >> 32);
        uint start = pass == 0 || slice == SliceCount - 1 ? 0 : (slice + 1) * segment;
        return (start + relative) % laneLength;
    }

    private ulong* Block(uint index) => _blocks + ((long)index * BlaMka.BlockWordCount);

    private void Reserve(int blockCount)
    {
        int words = (blockCount * BlaMka.BlockWordCount) + (Alignment / sizeof(ulong));
        if (_array.Length >= words) return;
        _array = GC.AllocateUninitializedArray<ulong>(words, pinned: true);
        fixed (ulong* start = _array) _blocks = (ulong*)(((nuint)start + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
