using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using X86 = System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Crypto.Labels;

/// <summary>
/// One round of AES (FIPS 197 section 5.1): by the processor, or step by step from the standard, which is slow and leaves traces in caches. What is
/// encrypted here is public, so that traces tell nothing.
/// </summary>
internal static class AesRounds
{
    public const int BlockByteCount = 16;

    private static readonly byte[] SBox = MakeSBox();

    public static bool IsAccelerated => X86.Aes.IsSupported;

    /// <summary>SubBytes, ShiftRows, MixColumns, AddRoundKey.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) =>
        X86.Aes.IsSupported ? X86.Aes.Encrypt(state, key) : RoundByStandard(state, key);

    /// <summary>The last round has no MixColumns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> key) =>
        X86.Aes.IsSupported ? X86.Aes.EncryptLast(state, key) : LastRoundByStandard(state, key);

    public static Vector128<byte> RoundByStandard(Vector128<byte> state, Vector128<byte> key)
    {
        Span<byte> shifted = stackalloc byte[BlockByteCount];
        SubstituteAndShift(state, shifted);
        Span<byte> mixed = stackalloc byte[BlockByteCount];
        for (int c = 0; c < BlockByteCount; c += 4)
        {
            for (int r = 0; r < 4; r++)
            {
                byte a = shifted[c + r], b = shifted[c + ((r + 1) % 4)];
                mixed[c + r] = (byte)(Double(a) ^ Double(b) ^ b ^ shifted[c + ((r + 2) % 4)] ^ shifted[c + ((r + 3) % 4)]);
            }
        }

        return Vector128.Create((ReadOnlySpan<byte>)mixed) ^ key;
    }

    public static Vector128<byte> LastRoundByStandard(Vector128<byte> state, Vector128<byte> key)
    {
        Span<byte> shifted = stackalloc byte[BlockByteCount];
        SubstituteAndShift(state, shifted);
        return Vector128.Create((ReadOnlySpan<byte>)shifted) ^ key;
    }

    /// <summary>The eleven round keys of AES-128 (section 5.2).</summary>
    public static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        Span<byte> words = stackalloc byte[11 * BlockByteCount];
        key[..BlockByteCount].CopyTo(words);
        byte constant = 1;
        for (int i = BlockByteCount; i < words.Length; i += 4)
        {
            Span<byte> word = words.Slice(i, 4);
            words.Slice(i - 4, 4).CopyTo(word);
            if (i % BlockByteCount == 0)
            {
                byte first = word[0];
                word[0] = (byte)(SBox[word[1]] ^ constant);
                word[1] = SBox[word[2]];
                word[2] = SBox[word[3]];
                word[3] = SBox[first];
                constant = Double(constant);
            }

            for (int j = 0; j < 4; j++) word[j] ^= words[i - BlockByteCount + j];
        }

        var keys = new Vector128<byte>[11];
        for (int i = 0; i < keys.Length; i++) keys[i] = Vector128.Create((ReadOnlySpan<byte>)words.Slice(i * BlockByteCount, BlockByteCount));
        return keys;
    }

    private static void SubstituteAndShift(Vector128<byte> state, Span<byte> shifted)
    {
        Span<byte> bytes = stackalloc byte[BlockByteCount];
        state.CopyTo(bytes);
        for (int i = 0; i < BlockByteCount; i++) shifted[i] = SBox[bytes[(i + (4 * (i % 4))) % BlockByteCount]];
    }

    private static byte Double(byte value) => unchecked((byte)((value << 1) ^ ((value >> 7) * 0x1b)));

    // Section 5.1.1: the inverse in GF(2^8), then the affine map. Powers of the generator 3 and of its inverse walk over all pairs.
    private static byte[] MakeSBox()
    {
        byte[] box = new byte[256];
        byte p = 1, q = 1;
        do
        {
            p = (byte)(p ^ Double(p));
            q ^= unchecked((byte)(q << 1));
            q ^= unchecked((byte)(q << 2));
            q ^= unchecked((byte)(q << 4));
            if ((q & 0x80) != 0) q ^= 0x09;
            int turned = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
            box[p] = unchecked((byte)(turned ^ (turned >> 8) ^ 0x63));
        }
        while (p != 1);
        box[0] = 0x63;
        return box;
    }
}
