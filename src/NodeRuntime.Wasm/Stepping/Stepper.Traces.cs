using System;
using System.Runtime.InteropServices;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Stepping;

/// <content>Running by pieces, and the machine's part of a snapshot.</content>
internal sealed unsafe partial class Stepper
{
    /// <summary>No call is under way.</summary>
    public bool IsIdle => _frameCount == 0;

    /// <summary>Makes the first frame, of a function that takes nothing; may trap.</summary>
    public void Begin(FunctionReference function, int depth)
    {
        Invariant.Holds(IsIdle);
        Enter(function, depth);
    }

    /// <summary>
    /// Goes on until the first function returns, or to the first border at which the fuel left is below <paramref name="floor"/> behind a
    /// charge, or for <paramref name="steps"/> operations. A trap leaves the machine idle.
    /// </summary>
    public StepStatus Resume(long floor, long steps)
    {
        Invariant.Holds(!IsIdle);
        bool ran = false;
        try
        {
            StepStatus status = Run<TracedSteps>(0, floor, steps);
            ran = true;
            if (status == StepStatus.Finished) _top = 0;
            return status;
        }
        finally
        {
            if (!ran)
            {
                Unwind(0, 0);
                _top = 0;
            }
        }
    }

    /// <summary>Frames, slots and references of the one instance.</summary>
    public void Write(WireWriter writer, Instance instance)
    {
        writer.Array(3).Array(_frameCount);
        for (int i = 0; i < _frameCount; i++)
        {
            ref StepFrame frame = ref _frames[i];
            Invariant.Holds(ReferenceEquals(frame.Instance, instance));
            StepMap map = instance.Steps!.Map(frame.Function.Index);
            writer.Array(4)
                .UInt64((ulong)frame.Function.Index)
                .UInt64((ulong)map.Positions[frame.Next])
                .UInt64((ulong)frame.Base)
                .UInt64((ulong)frame.Depth)
                .End();
        }

        writer.End().Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(_values, _top)));
        int references = 0;
        int end = Math.Min(_top, _references.Length);
        for (int i = 0; i < end; i++) references += _references[i] is null ? 0 : 1;
        writer.Array(references);
        for (int i = 0; i < end; i++)
        {
            if (_references[i] is { } reference) writer.Array(2).UInt64((ulong)i).UInt64(instance.NumberOf(reference)).End();
        }

        writer.End().End();
    }

    /// <summary>
    /// Takes a written state. What does not fit the module's functions fails the reader: bases and heights are checked against what
    /// the code has at each position, so that no bytes make the executor leave its stack.
    /// </summary>
    public void Read(WireReader reader, Instance instance, int depthMax, int bytesMax)
    {
        Invariant.Holds(IsIdle);
        if (reader.Array(3) != 3) reader.Fail();
        int count = reader.Array(bytesMax);
        int height = 0;
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            if (reader.Array(4) != 4) reader.Fail();
            StepFunction? function = instance.Steps!.Find(reader.Int32(0, int.MaxValue));
            int position = reader.Int32(0, int.MaxValue);
            int bottom = reader.Int32(0, int.MaxValue);
            int depth = reader.Int32(0, depthMax);
            reader.End();
            if (reader.Failed || function is null)
            {
                reader.Fail();
                break;
            }

            StepMap map = instance.Steps.Map(function.Index);
            int next = map.Find(position);
            // A callee begins where its results will lie in its caller's frame.
            if (next < 0 || bottom != (i == 0 ? 0 : height - function.ResultSlots))
            {
                reader.Fail();
                break;
            }

            height = bottom + map.Heights[next];
            EnsureSlots(bottom + Math.Max(function.FrameSlots, function.ResultSlots));
            if (_frameCount == _frames.Length) Array.Resize(ref _frames, _frameCount * 2);
            _frames[_frameCount++] = new StepFrame { Function = function, Instance = instance, Next = next, Base = bottom, Depth = depth };
        }

        reader.End();
        byte[] slots = reader.Bytes(bytesMax);
        if (slots.Length != height * sizeof(ulong)) reader.Fail();
        if (!reader.Failed) slots.CopyTo(new Span<byte>(_values, slots.Length));
        _top = height;
        int references = reader.Array(bytesMax);
        for (int i = 0; i < references && !reader.Failed; i++)
        {
            if (reader.Array(2) != 2) reader.Fail();
            int slot = reader.Int32(0, height - 1);
            object? reference = instance.ReferenceOf(reader.UInt64());
            reader.End();
            if (reference is null) reader.Fail();
            else if (!reader.Failed) PushReference(_values + slot, reference);
        }

        reader.End();
        reader.End();
        if (!reader.Failed) return;
        Unwind(0, 0);
        _top = 0;
    }
}
