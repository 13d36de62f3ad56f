using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>The four instructions that Arm has for SHA-256, so that what is written with them can be run where they are not.</summary>
internal interface IArmSha256
{
    /// <summary>SHA256H: four rounds; gives words a to d.</summary>
    static abstract Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> input);

    /// <summary>SHA256H2: the same four rounds; gives words e to h.</summary>
    static abstract Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> input);

    /// <summary>SHA256SU0: the first half of the next four words of the schedule.</summary>
    static abstract Vector128<uint> ScheduleUpdate0(Vector128<uint> w0, Vector128<uint> w4);

    /// <summary>SHA256SU1: the second half.</summary>
    static abstract Vector128<uint> ScheduleUpdate1(Vector128<uint> w0, Vector128<uint> w8, Vector128<uint> w12);
}

/// <summary>The instructions themselves.</summary>
internal readonly struct ArmInstructions : IArmSha256
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate1(Vector128<uint> abcd, Vector128<uint> efgh, Vector128<uint> input) =>
        Sha256.HashUpdate1(abcd, efgh, input);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> HashUpdate2(Vector128<uint> efgh, Vector128<uint> abcd, Vector128<uint> input) =>
        Sha256.HashUpdate2(efgh, abcd, input);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate0(Vector128<uint> w0, Vector128<uint> w4) => Sha256.ScheduleUpdate0(w0, w4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> ScheduleUpdate1(Vector128<uint> w0, Vector128<uint> w8, Vector128<uint> w12) =>
        Sha256.ScheduleUpdate1(w0, w8, w12);
}

/// <summary>One message at a time: four rounds are two instructions.</summary>
internal sealed unsafe class Sha256ByArm<TInstructions> : ISha256Kernel
    where TInstructions : struct, IArmSha256
{
    public int LaneCount => 1;

    public void Run(uint* state, byte* rows, int blockCount, byte* digests)
    {
        Vector128<uint> abcd = Vector128.Load(state), efgh = Vector128.Load(state + 4);
        fixed (uint* constants = &MemoryMarshal.GetReference(Sha256Constants.Rounds))
        {
            for (int block = 0; block < blockCount; block++) Compress(ref abcd, ref efgh, rows + (block * ShortSha256.BlockByteCount), constants);
        }

        Turn(abcd.AsByte()).Store((uint*)digests);
        Turn(efgh.AsByte()).Store((uint*)(digests + 16));
    }

    private static void Compress(ref Vector128<uint> abcd, ref Vector128<uint> efgh, byte* block, uint* constants)
    {
        Vector128<uint> first = abcd, second = efgh;
        Vector128<uint> w0 = Turn(Vector128.Load(block)), w4 = Turn(Vector128.Load(block + 16));
        Vector128<uint> w8 = Turn(Vector128.Load(block + 32)), w12 = Turn(Vector128.Load(block + 48));
        for (int round = 0; round < 64; round += 4)
        {
            Vector128<uint> input = w0 + Vector128.Load(constants + round);
            Vector128<uint> next = TInstructions.HashUpdate1(first, second, input);
            second = TInstructions.HashUpdate2(second, first, input);
            first = next;
            // The word sixteen places on; those behind the last round are not used.
            Vector128<uint> w16 = TInstructions.ScheduleUpdate1(TInstructions.ScheduleUpdate0(w0, w4), w8, w12);
            w0 = w4;
            w4 = w8;
            w8 = w12;
            w12 = w16;
        }

        abcd += first;
        efgh += second;
    }

    private static Vector128<uint> Turn(Vector128<byte> bytes)
    {
        Vector128<uint> words = bytes.AsUInt32();
        return Vector128.Create(
            BinaryPrimitives.ReverseEndianness(words[0]), BinaryPrimitives.ReverseEndianness(words[1]),
            BinaryPrimitives.ReverseEndianness(words[2]), BinaryPrimitives.ReverseEndianness(words[3]));
    }
}
