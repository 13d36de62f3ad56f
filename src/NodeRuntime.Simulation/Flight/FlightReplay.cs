using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Flight;

namespace NodeRuntime.Simulation.Flight;

/// <summary>Where a replay first gave something else than the recording.</summary>
/// <param name="Index">Of the step in its segment, from 0.</param>
/// <param name="Effect">The place of the first effect that differs, in both lists.</param>
public sealed record FlightDifference(
    int Index, Instant Now, string Input, int Effect, ImmutableArray<string> Recorded, string RecordedFailure, ImmutableArray<string> Replayed,
    string ReplayedFailure);

/// <summary>What came of one segment.</summary>
/// <param name="Inputs">Steps replayed, the one that differed among them.</param>
/// <param name="TornBytes">What a crash left behind the last whole step.</param>
/// <param name="IsOtherBuild">Recorded by another build of the machine: a difference may be a change that was meant.</param>
/// <param name="Digest">The rolling hash of all effects.</param>
/// <param name="Standing">Where the machine stands after the last step, in words.</param>
public sealed record FlightReport(
    FlightVerdict Verdict, FlightHead? Head, int Inputs, int Recorded, int TornBytes, bool IsOtherBuild, string Digest, string Standing,
    FlightDifference? Difference)
{
    public bool IsEqual => Verdict == FlightVerdict.Accepted && Difference is null;
}

/// <summary>
/// Tells a machine again what it was told, in the virtual time of the recording, and compares all that it asks. The machine is
/// the one that simulated and real peers run; its signatures are those of the recording, and it has no world to change.
/// </summary>
public static class FlightReplay
{
    /// <param name="chain">The chain that it must be of; null for any.</param>
    /// <param name="inputsMax">Stops behind so many.</param>
    public static FlightReport Run(ReadOnlyMemory<byte> bytes, ISignatureVerifier signatures, ChainId? chain = null, int inputsMax = int.MaxValue)
    {
        (FlightVerdict verdict, FlightSegment? segment) = FlightSegment.Read(bytes, chain);
        if (segment is null) return Refused(verdict);
        if (segment.Checkpoint.IsEmpty) return Report(segment, 0, "nothing was recorded", "nothing", null);
        if (FlightPlayer.Open(segment, signatures) is not { } player) return Refused(FlightVerdict.ContentWrong);
        string digest = string.Empty;
        for (int i = 0; i < segment.Steps.Length; i++)
        {
            if (i == inputsMax) return Report(segment, i, digest, player.Describe(), null);
            FlightStep step = segment.Steps[i];
            if (player.Play(step) is not { } played) return Refused(FlightVerdict.ContentWrong);
            digest = Convert.ToHexStringLower(step.Rolling.Span);
            if (played.IsEqual) continue;
            FlightDifference difference = new(
                i, step.Now, played.Input.ToString()!, played.Differs, [.. Words(player, step)], step.Failure, [.. Words(played)], played.Failure);
            return Report(segment, i + 1, digest, player.Describe(), difference);
        }

        return Report(segment, segment.Steps.Length, digest, player.Describe(), null);
    }

    private static ImmutableArray<string> Words(FlightPlayer player, FlightStep step)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        foreach (ReadOnlyMemory<byte> effect in step.Effects) words.Add(player.Describe(effect));
        return words.ToImmutable();
    }

    private static ImmutableArray<string> Words(PlayedStep played)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        foreach (object effect in played.Effects) words.Add(effect.ToString()!);
        return words.ToImmutable();
    }

    private static FlightReport Refused(FlightVerdict verdict) => new(verdict, null, 0, 0, 0, false, string.Empty, string.Empty, null);

    private static FlightReport Report(FlightSegment segment, int inputs, string digest, string standing, FlightDifference? difference) =>
        new(FlightVerdict.Accepted, segment.Head, inputs, segment.Steps.Length, segment.TornBytes, segment.IsOtherBuild, digest, standing, difference);
}
