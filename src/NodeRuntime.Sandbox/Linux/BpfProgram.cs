using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>
/// Assembles classic BPF for seccomp (linux/filter.h, linux/seccomp.h). A program is a list of rules, tried in order; each
/// rule loads nothing, compares the call's number, and where it fits runs a block that always returns. So the accumulator
/// still holds the number when the next rule begins, and no jump is longer than its own block.
/// </summary>
internal sealed class BpfProgram
{
    public const int InstructionBytes = 8;

    /// <summary>The kernel's BPF_MAXINSNS.</summary>
    public const int InstructionsMax = 4096;

    // struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint ArgumentsOffset = 16;

    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort And = 0x54;
    private const ushort Return = 0x06;

    private readonly List<Instruction> _instructions = [];

    /// <summary>Refuses the calls of another architecture, and of the x32 table where the high bit marks one.</summary>
    public BpfProgram(uint auditArchitecture)
    {
        const uint x32Bit = 0x4000_0000;
        Add(LoadWord, ArchitectureOffset);
        Add(JumpIfEqual, auditArchitecture, 1, 0);
        Add(Return, SeccompAction.KillProcess);
        Add(LoadWord, NumberOffset);
        Add(JumpIfAtLeast, x32Bit, 0, 1);
        Add(Return, SeccompAction.KillProcess);
    }

    /// <summary>The call, whatever its arguments, ends in this action.</summary>
    public void Always(int number, uint action)
    {
        if (number == Syscall.Absent) return;
        Add(JumpIfEqual, (uint)number, 0, 1);
        Add(Return, action);
    }

    /// <summary>Allows the call where the low word of an argument is one of these; the kernel itself reads only that word.</summary>
    public void AllowWordIn(int number, int argument, params ReadOnlySpan<uint> words)
    {
        if (number == Syscall.Absent) return;
        Invariant.Holds(words.Length is > 0 and < 200);
        Add(JumpIfEqual, (uint)number, 0, (byte)(words.Length + 3));
        Add(LoadWord, LowWord(argument));
        for (int i = 0; i < words.Length; i++) Add(JumpIfEqual, words[i], (byte)(words.Length - i), 0);
        Add(Return, SeccompAction.Refuse(Kernel.EPerm));
        Add(Return, SeccompAction.Allow);
    }

    /// <summary>Allows the call where the masked low word of an argument is exactly this.</summary>
    public void AllowMasked(int number, int argument, uint mask, uint expected)
    {
        if (number == Syscall.Absent) return;
        Add(JumpIfEqual, (uint)number, 0, 5);
        Add(LoadWord, LowWord(argument));
        Add(And, mask);
        Add(JumpIfEqual, expected, 1, 0);
        Add(Return, SeccompAction.Refuse(Kernel.EPerm));
        Add(Return, SeccompAction.Allow);
    }

    /// <summary>Allows the call where its first arguments are exactly these 64-bit values.</summary>
    public void AllowExactly(int number, params ReadOnlySpan<ulong> arguments)
    {
        if (number == Syscall.Absent) return;
        int length = (4 * arguments.Length) + 2;
        Invariant.Holds(length < byte.MaxValue);
        Add(JumpIfEqual, (uint)number, 0, (byte)length);
        for (int i = 0; i < arguments.Length; i++)
        {
            // To the refusal, which is the last instruction but none: over what is left of the comparisons and the allowance.
            int left = 4 * (arguments.Length - i);
            Add(LoadWord, LowWord(i));
            Add(JumpIfEqual, (uint)(arguments[i] & uint.MaxValue), 0, (byte)(left - 1));
            Add(LoadWord, LowWord(i) + 4);
            Add(JumpIfEqual, (uint)(arguments[i] >> 32), 0, (byte)(left - 3));
        }

        Add(Return, SeccompAction.Allow);
        Add(Return, SeccompAction.Refuse(Kernel.EPerm));
    }

    /// <summary>Closes the program with what befalls every call no rule named.</summary>
    public byte[] End(uint action)
    {
        Add(Return, action);
        Invariant.Holds(_instructions.Count <= InstructionsMax);
        byte[] bytes = new byte[_instructions.Count * InstructionBytes];
        for (int i = 0; i < _instructions.Count; i++)
        {
            Span<byte> at = bytes.AsSpan(i * InstructionBytes, InstructionBytes);
            BinaryPrimitives.WriteUInt16LittleEndian(at, _instructions[i].Code);
            at[2] = _instructions[i].IfTrue;
            at[3] = _instructions[i].IfFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], _instructions[i].Operand);
        }

        return bytes;
    }

    private static uint LowWord(int argument) => ArgumentsOffset + (8 * (uint)argument);

    private void Add(ushort code, uint operand, byte ifTrue = 0, byte ifFalse = 0) =>
        _instructions.Add(new Instruction(code, ifTrue, ifFalse, operand));

    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand);
}
