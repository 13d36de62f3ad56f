using System;
using System.Buffers.Binary;

namespace NodeRuntime.Watch.Linux;

/// <summary>What statx(2) says of a path, links not followed.</summary>
internal readonly record struct FileStat(char Kind, uint Mode, uint Owner, uint Group, ulong Size)
{
    private const int NoEntry = 2;
    private const int NotFolder = 20;
    private const int NoFollow = 0x100;

    // STATX_TYPE | MODE | UID | GID | SIZE
    private const uint Wanted = 0x1 | 0x2 | 0x8 | 0x10 | 0x200;

    private const int ByteCount = 256;
    private const uint KindMask = 0xF000;

    /// <param name="isMissing">There is no such path; false where it could not be asked.</param>
    public static unsafe FileStat? Of(string path, out bool isMissing)
    {
        // struct statx: stx_uid at 20, stx_gid at 24, stx_mode at 28, stx_size at 40.
        Span<byte> buffer = stackalloc byte[ByteCount];
        fixed (byte* bytes = buffer)
        {
            isMissing = false;
            if (Libc.Statx(Libc.AtWorkingDirectory, path, NoFollow, Wanted, bytes) != 0)
            {
                isMissing = Libc.LastError is NoEntry or NotFolder;
                return null;
            }
        }

        uint mode = BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]);
        char kind = (mode & KindMask) switch
        {
            0x8000 => 'f',
            0x4000 => 'd',
            0xA000 => 'l',
            _ => 'o',
        };
        return new FileStat(
            kind, mode & 0xFFF, BinaryPrimitives.ReadUInt32LittleEndian(buffer[20..]), BinaryPrimitives.ReadUInt32LittleEndian(buffer[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(buffer[40..]));
    }
}
