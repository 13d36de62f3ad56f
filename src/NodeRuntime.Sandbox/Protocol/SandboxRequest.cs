using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Protocol;

/// <summary>
/// What the parent asks of a sandbox: the file <c>request</c> of a job's folder. Both stages read it: the launcher for the
/// restrictions, the child for the job.
/// </summary>
/// <param name="ParentProcessId">Whoever is the launcher's parent must be this process, or it died meanwhile.</param>
/// <param name="UserId">User and group to become where the launcher is root; 0 to stay.</param>
/// <param name="LandlockAbi">0: impose none.</param>
/// <param name="Seccomp">False: impose none.</param>
/// <param name="MemoryPagesMax">Pages of 64 KiB.</param>
internal sealed record SandboxRequest(
    int ParentProcessId,
    int UserId,
    int LandlockAbi,
    bool Seccomp,
    ImmutableArray<string> Arguments,
    ImmutableArray<GuestVariable> Variables,
    ImmutableArray<string> Inputs,
    bool HasStandardInput,
    ulong FuelMax,
    int MemoryPagesMax,
    int CallDepthMax,
    long OutputBytesMax,
    ulong CpuSecondsMax,
    ulong Seed,
    Instant StartTime)
{
    private const int Fields = 15;

    public byte[] Encode()
    {
        WireWriter writer = new WireWriter().Record(WireType.SandboxRequest, Fields)
            .Int64(ParentProcessId).Int64(UserId).Int64(LandlockAbi).Bool(Seccomp);
        writer.Array(Arguments.Length);
        foreach (string argument in Arguments) writer.Text(argument);
        writer.End().Array(Variables.Length);
        foreach (GuestVariable variable in Variables) writer.Array(2).Text(variable.Name).Text(variable.Value).End();
        writer.End().Array(Inputs.Length);
        foreach (string input in Inputs) writer.Text(input);
        return writer.End()
            .Bool(HasStandardInput).UInt64(FuelMax).Int64(MemoryPagesMax).Int64(CallDepthMax).Int64(OutputBytesMax)
            .UInt64(CpuSecondsMax).UInt64(Seed).Instant(StartTime).End().ToArray();
    }

    public static SandboxRequest? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.SandboxRequest, Fields);
        SandboxRequest request = new(
            reader.Int32(1, int.MaxValue),
            reader.Int32(0, int.MaxValue),
            reader.Int32(0, int.MaxValue),
            reader.Bool(),
            reader.List(Limits.JobArgumentsMax, static item => item.Text(Limits.JobArgumentCharactersMax)),
            reader.List(Limits.JobArgumentsMax, ReadVariable),
            reader.List(Limits.JobInputsMax, static item => item.Text()),
            reader.Bool(),
            reader.UInt64(),
            reader.Int32(0, Limits.GuestMemoryPagesMax),
            reader.Int32(1, int.MaxValue),
            reader.Int64(),
            reader.UInt64(),
            reader.UInt64(),
            reader.Instant());
        reader.End();
        if (request.OutputBytesMax is < 0 or > Limits.OutputBytesMax) reader.Fail();
        return reader.Succeeded ? request : null;
    }

    private static GuestVariable ReadVariable(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        GuestVariable variable = new(reader.Text(Limits.JobArgumentCharactersMax), reader.Text(Limits.JobArgumentCharactersMax));
        reader.End();
        return variable;
    }
}
