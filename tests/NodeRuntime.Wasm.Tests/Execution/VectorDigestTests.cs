using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Tests.Execution;

/// <summary>
/// Every vector function over the same operands, recorded. The records hold on every processor: run this with DOTNET_EnableAVX512=0,
/// with DOTNET_EnableAVX2=0 and with DOTNET_EnableHWIntrinsic=0, which take the framework's other ways.
/// </summary>
public sealed class VectorDigestTests
{
    private const int Rounds = 400;

    // Numbers at the borders: of both signs, of every width, zeros, infinities, NaNs quiet and signalling, halves that are rounded.
    private static readonly ulong[] Special =
    [
        0, ulong.MaxValue, 0x8000000000000000, 0x7FFFFFFFFFFFFFFF, 0x80000000_80000000, 0x7FFFFFFF_7FFFFFFF, 0x8000_8000_8000_8000,
        0x7FFF_7FFF_7FFF_7FFF, 0x80808080_80808080, 0x7F7F7F7F_7F7F7F7F, 0x01010101_01010101, 0x7FF0000000000000, 0xFFF0000000000000,
        0x7FF8000000000000, 0xFFF8000000000000, 0x7FF0000000000001, 0xFFF4000000000123, 0x7F800000_FF800000, 0x7FC00000_FFC00000,
        0x7F800001_FFA00001, 0x3FE0000000000000, 0xBFE0000000000000, 0x3F000000_BF000000, 0x3FC00000_40200000, 0x4F000000_4F800000,
        0xCF000000_4EFFFFFF, 0x41DFFFFFFFC00000, 0x41E0000000000000, 0x41EFFFFFFFE00000, 0xC1E0000000200000, 0x0000000000000001,
        0x00000001_80000001, 0x0010000000000000, 0x80000000_00000000, 0x4330000000000001, 0x4B000001_4B800001, 0x3FF0000000000000,
    ];

    public static TheoryData<string, string> Recorded() => new()
    {
        { "v128", "0B855AFA12994951" },
        { "i8x16", "86174396E6FAE30D" },
        { "i16x8", "36F562CB89BA1A96" },
        { "i32x4", "401C27DFDB226C1F" },
        { "i64x2", "3A95C027B22C1F49" },
        { "f32x4", "94E1FFE0DE01CDD9" },
        { "f64x2", "75E9CA926CF1C11C" },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void The_functions_of_a_shape_give_the_recorded_bits(string shape, string digest)
    {
        if (Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") == "0") Assert.False(Avx512F.IsSupported);
        if (Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0") Assert.False(Avx2.IsSupported);
        if (Environment.GetEnvironmentVariable("DOTNET_EnableHWIntrinsic") == "0") Assert.False(Sse42.IsSupported);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Prng(20260301);
        int functions = 0;
        foreach (MethodInfo method in Functions(shape))
        {
            functions++;
            ParameterInfo[] parameters = method.GetParameters();
            int lanes = Lanes(shape);
            for (int round = 0; round < Rounds; round++)
            {
                var arguments = new object[parameters.Length];
                for (int i = 0; i < arguments.Length; i++) arguments[i] = Operand(random, parameters[i], lanes, method.Name);
                hash.AppendData(Bytes(method.Invoke(null, arguments)!));
            }
        }

        Assert.True(functions > 6);
        Assert.Equal(digest, Convert.ToHexString(hash.GetHashAndReset())[..16]);
    }

    private static IEnumerable<MethodInfo> Functions(string shape)
    {
        for (int opcode = Opcode.VectorFirst; opcode <= Opcode.VectorLast; opcode++)
        {
            if (VectorTable.Find(opcode) is not { } vector || !vector.Name.StartsWith(shape + ".", StringComparison.Ordinal)) continue;
            if (typeof(Vectors).GetMethod(vector.MethodName) is { } method) yield return method;
        }
    }

    private static int Lanes(string shape) => shape == "v128" ? 0 : int.Parse(shape.AsSpan(shape.IndexOf('x', StringComparison.Ordinal) + 1));

    private static object Operand(Prng random, ParameterInfo parameter, int lanes, string function)
    {
        if (parameter.Name == "lane") return random.NextBelow(lanes);
        if (parameter.ParameterType == typeof(int)) return unchecked((int)Bits(random));
        if (parameter.ParameterType == typeof(long)) return unchecked((long)Bits(random));
        if (parameter.ParameterType == typeof(float)) return BitConverter.Int32BitsToSingle(unchecked((int)Bits(random)));
        if (parameter.ParameterType == typeof(double)) return BitConverter.UInt64BitsToDouble(Bits(random));
        Vector128<byte> vector = Vector128.Create(Bits(random), Bits(random)).AsByte();
        return function.EndsWith("Shuffle", StringComparison.Ordinal) && parameter.Name == "lanes" ? vector & Vector128.Create((byte)31) : vector;
    }

    private static ulong Bits(Prng random) => random.NextBelow(3) switch
    {
        0 => Special[random.NextBelow(Special.Length)],
        1 => (Special[random.NextBelow(Special.Length)] << 32) | (Special[random.NextBelow(Special.Length)] >> 32),
        _ => random.NextUInt64(),
    };

    private static byte[] Bytes(object value)
    {
        if (value is Vector128<byte> vector)
        {
            var bytes = new byte[16];
            vector.CopyTo(bytes);
            return bytes;
        }

        return value switch
        {
            int narrow => BitConverter.GetBytes(narrow),
            long wide => BitConverter.GetBytes(wide),
            float single => BitConverter.GetBytes(BitConverter.SingleToInt32Bits(single)),
            _ => BitConverter.GetBytes(BitConverter.DoubleToInt64Bits((double)value)),
        };
    }
}
