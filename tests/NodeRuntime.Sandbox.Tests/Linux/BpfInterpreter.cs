using System;
using System.Buffers.Binary;

namespace NodeRuntime.Sandbox.Tests.Linux;

/// <summary>Runs a seccomp program as the kernel does, so that the filter of an architecture that is not here is tested too.</summary>
internal static class BpfInterpreter
{
    public static uint Run(byte[] program, uint architecture, int number, params ReadOnlySpan<ulong> arguments)
    {
        byte[] data = new byte[64];
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), architecture);
        for (int i = 0; i < arguments.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (8 * i)), arguments[i]);
        uint accumulator = 0;
        int at = 0;
        while (true)
        {
            ReadOnlySpan<byte> instruction = program.AsSpan(at * 8, 8);
            uint operand = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            at++;
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case 0x20:
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)operand));
                    break;
                case 0x54:
                    accumulator &= operand;
                    break;
                case 0x15:
                    at += accumulator == operand ? instruction[2] : instruction[3];
                    break;
                case 0x35:
                    at += accumulator >= operand ? instruction[2] : instruction[3];
                    break;
                case 0x06:
                    return operand;
                default:
                    throw new InvalidOperationException("an instruction the assembler does not make");
            }
        }
    }
}
