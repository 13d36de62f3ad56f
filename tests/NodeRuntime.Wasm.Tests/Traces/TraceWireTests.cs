using System;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Wasm.Tests.Traces;

/// <summary>One commitment and one answer as they travel, and everything that is none.</summary>
public sealed class TraceWireTests
{
    private static readonly Hash256 Some = TracedProgram.Subject;

    private static readonly TraceEnd End = new(WasiStatus.Trapped, 0, Trap.OutOfBoundsMemory, 1234, Some);
    private static readonly TraceCommitment Commitment = new(Some, 4_000, 9, Some, End);
    private static readonly TraceAnswer Answer = new(7, new TraceCheckpoint(99, Some), Some, [Some, Hash256.Zero]);

    [Fact]
    public void A_real_trace_comes_back_as_it_was_and_still_convinces()
    {
        Trace trace = TracedProgram.Trace(TracedProgram.Module);
        TraceCommitment commitment = TraceCommitment.Decode(trace.Commitment.Encode())!;
        Assert.Equal(trace.Commitment, commitment);
        for (int i = 0; i < trace.Checkpoints.Count; i++)
        {
            TraceAnswer answer = TraceAnswer.Decode(trace.Answer(i).Encode())!;
            Assert.True(answer.IsBoundTo(commitment, TracedProgram.Hasher));
            Assert.Equal(trace.Checkpoints[i], answer.Checkpoint);
        }
    }

    [Fact]
    public void The_largest_values_come_back()
    {
        TraceEnd end = new(WasiStatus.Exited, int.MinValue, null, ulong.MaxValue, Some);
        TraceCommitment commitment = new(Some, long.MaxValue, TraceTerms.CheckpointsLimit, Some, end);
        Assert.Equal(commitment, TraceCommitment.Decode(commitment.Encode()));
        TraceAnswer answer = Answer with { Index = TraceTerms.CheckpointsLimit - 1, Path = [.. Enumerable.Repeat(Some, 22)] };
        TraceAnswer decoded = TraceAnswer.Decode(answer.Encode())!;
        Assert.Equal(answer.Encode(), decoded.Encode());
    }

    public static TheoryData<string, byte[]> Commitments() => new()
    {
        { "no checkpoint between start and end", (Commitment with { Count = 1 }).Encode() },
        { "more checkpoints than any trace has", (Commitment with { Count = TraceTerms.CheckpointsLimit + 1 }).Encode() },
        { "no interval", (Commitment with { Interval = 0 }).Encode() },
        { "an interval beyond all fuel", (Commitment with { Interval = 1UL << 63 }).Encode() },
        { "a status that is none", (Commitment with { End = End with { Status = (WasiStatus)6 } }).Encode() },
        { "a trap that is none", (Commitment with { End = End with { Trap = (Trap)99 } }).Encode() },
        { "a trap of a run that exited", (Commitment with { End = End with { Status = WasiStatus.Exited } }).Encode() },
        { "no trap of a run that trapped", (Commitment with { End = End with { Trap = null } }).Encode() },
        { "an answer", Answer.Encode() },
        { "nothing", [] },
    };

    [Theory]
    [MemberData(nameof(Commitments))]
    public void What_is_no_commitment_is_refused(string what, byte[] bytes)
    {
        Assert.NotEmpty(what);
        Assert.Null(TraceCommitment.Decode(bytes));
    }

    [Fact]
    public void What_is_no_answer_is_refused()
    {
        Assert.Null(TraceAnswer.Decode((Answer with { Index = TraceTerms.CheckpointsLimit }).Encode()));
        Assert.Null(TraceAnswer.Decode(Commitment.Encode()));
        Assert.Null(TraceAnswer.Decode(default));
    }

    [Fact]
    public void A_cut_a_longer_or_a_bent_one_is_refused_or_says_something_else()
    {
        Check(Commitment.Encode(), static bytes => TraceCommitment.Decode(bytes)?.Encode());
        Check(Answer.Encode(), static bytes => TraceAnswer.Decode(bytes)?.Encode());
    }

    private static void Check(byte[] whole, Func<byte[], byte[]?> again)
    {
        for (int length = 0; length < whole.Length; length++) Assert.Null(again(whole[..length]));
        Assert.Null(again([.. whole, 0]));
        for (int i = 0; i < whole.Length * 8; i++)
        {
            byte[] bent = [.. whole];
            bent[i / 8] ^= (byte)(1 << (i % 8));
            // One encoding for one value: what is still accepted encodes to the very bytes.
            if (again(bent) is { } told) Assert.Equal(bent, told);
        }
    }
}
