using System;
using System.Buffers.Binary;
using System.Numerics;

namespace NodeRuntime.Crypto;

/// <summary>
/// SipHash-2-4 (Aumasson and Bernstein 2012): 64 bits under a key of 128. Whoever does not know the key cannot choose inputs that
/// collide; whoever does can, so it stands for no commitment.
/// </summary>
public static class SipHash
{
    public const int KeyByteCount = 16;

    public static ulong Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input)
    {
        ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        ulong k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..KeyByteCount]);
        State state = new(k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573);
        ReadOnlySpan<byte> rest = input;
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..]) state.Compress(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        ulong last = (ulong)(input.Length & 0xff) << 56;
        for (int i = 0; i < rest.Length; i++) last |= (ulong)rest[i] << (8 * i);
        state.Compress(last);
        return state.Finish();
    }

    private struct State(ulong v0, ulong v1, ulong v2, ulong v3)
    {
        private ulong _v0 = v0;
        private ulong _v1 = v1;
        private ulong _v2 = v2;
        private ulong _v3 = v3;

        public void Compress(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public ulong Finish()
        {
            _v2 ^= 0xff;
            for (int i = 0; i < 4; i++) Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Round()
        {
            unchecked
            {
                _v0 += _v1;
                _v2 += _v3;
                _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
                _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
                _v0 = BitOperations.RotateLeft(_v0, 32);
                _v2 += _v1;
                _v0 += _v3;
                _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
                _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
                _v2 = BitOperations.RotateLeft(_v2, 32);
            }
        }
    }
}
