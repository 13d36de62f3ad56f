using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Tests.Building;

/// <summary>Instructions to bytes. One method for each shape of immediates; opcodes by number or by <see cref="Opcode"/>.</summary>
internal sealed class CodeBuilder
{
    public const byte Empty = 0x40;

    private readonly List<byte> _bytes = [];

    public byte[] Bytes => _bytes.ToArray();

    public CodeBuilder Op(params int[] opcodes)
    {
        foreach (int opcode in opcodes)
        {
            if (opcode < 0x100)
            {
                _bytes.Add((byte)opcode);
                continue;
            }

            _bytes.Add(opcode < Opcode.VectorFirst ? (byte)0xFC : (byte)0xFD);
            Unsigned((ulong)(opcode & 0xFF));
        }

        return this;
    }

    /// <summary>An opcode and its indices.</summary>
    public CodeBuilder With(int opcode, params int[] indices)
    {
        Op(opcode);
        foreach (int index in indices) Unsigned((ulong)index);
        return this;
    }

    public CodeBuilder I32(int value) => Op(Opcode.I32Const).Signed(value);

    public CodeBuilder I64(long value) => Op(Opcode.I64Const).Signed(value);

    public CodeBuilder F32(uint bits) => Op(Opcode.F32Const).Raw(BitConverter.GetBytes(bits));

    public CodeBuilder F64(ulong bits) => Op(Opcode.F64Const).Raw(BitConverter.GetBytes(bits));

    public CodeBuilder F64(double value) => F64(BitConverter.DoubleToUInt64Bits(value));

    public CodeBuilder V128(ulong low, ulong high) =>
        Op(Opcode.VectorConst).Raw(BitConverter.GetBytes(low)).Raw(BitConverter.GetBytes(high));

    /// <summary>A vector instruction with an immediate lane.</summary>
    public CodeBuilder Lane(int opcode, byte lane) => Op(opcode).Raw(lane);

    public CodeBuilder Get(int local) => With(Opcode.LocalGet, local);

    public CodeBuilder Set(int local) => With(Opcode.LocalSet, local);

    public CodeBuilder Call(int function) => With(Opcode.Call, function);

    /// <summary>block, loop or if; a type's byte or Empty.</summary>
    public CodeBuilder Open(int opcode, byte type = Empty)
    {
        Op(opcode);
        _bytes.Add(type);
        return this;
    }

    public CodeBuilder End() => Op(Opcode.End);

    /// <summary>A load or store: its offset and its memory, with no promise of alignment.</summary>
    public CodeBuilder Memory(int opcode, ulong offset = 0, int memory = 0)
    {
        Op(opcode);
        _bytes.Add(memory == 0 ? (byte)0 : (byte)0x40);
        if (memory != 0) Unsigned((ulong)memory);
        return Unsigned(offset);
    }

    public CodeBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public CodeBuilder Unsigned(ulong value)
    {
        do
        {
            byte next = (byte)(value & 0x7F);
            value >>= 7;
            _bytes.Add(value == 0 ? next : (byte)(next | 0x80));
        }
        while (value != 0);
        return this;
    }

    public CodeBuilder Signed(long value)
    {
        while (true)
        {
            byte next = (byte)(value & 0x7F);
            value >>= 7;
            bool last = (value == 0 && (next & 0x40) == 0) || (value == -1 && (next & 0x40) != 0);
            _bytes.Add(last ? next : (byte)(next | 0x80));
            if (last) return this;
        }
    }
}
