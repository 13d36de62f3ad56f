using System;
using System.Text;

namespace NodeRuntime.Crypto;

/// <summary>Base 58 with Bitcoin's alphabet, without a checksum. Quadratic in its input: for keys, not for content.</summary>
internal static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        int zeros = bytes.IndexOfAnyExcept((byte)0);
        if (zeros < 0) zeros = bytes.Length;
        // A byte is log(256)/log(58) = 1.366 digits. Least significant first.
        byte[] digits = new byte[(bytes.Length * 138 / 100) + 1];
        int count = 0;
        foreach (byte value in bytes[zeros..])
        {
            int carry = value;
            for (int i = 0; i < count || carry != 0; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
                if (i == count) count++;
            }
        }

        StringBuilder text = new(zeros + count);
        text.Append('1', zeros);
        for (int i = count - 1; i >= 0; i--) text.Append(Alphabet[digits[i]]);
        return text.ToString();
    }

    public static bool TryDecode(ReadOnlySpan<char> text, int byteCountMax, out byte[] bytes)
    {
        bytes = [];
        if (text.Length > (byteCountMax * 138 / 100) + 1) return false;
        int zeros = text.IndexOfAnyExcept('1');
        if (zeros < 0) zeros = text.Length;
        // Least significant first.
        byte[] values = new byte[text.Length];
        int count = 0;
        foreach (char c in text[zeros..])
        {
            int carry = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (carry < 0) return false;
            for (int i = 0; i < count || carry != 0; i++)
            {
                carry += values[i] * 58;
                values[i] = (byte)(carry & 0xff);
                carry >>= 8;
                if (i == count) count++;
            }
        }

        if (zeros + count > byteCountMax) return false;
        bytes = new byte[zeros + count];
        for (int i = 0; i < count; i++) bytes[zeros + i] = values[count - 1 - i];
        return true;
    }
}
