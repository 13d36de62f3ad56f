using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Persistence.Flight;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Flight;
using NodeRuntime.Simulation.Flight;

namespace NodeRuntime.Cli.Replay;

/// <summary><c>noderuntime replay</c>: tells a machine again what a peer's flight recorder kept, and compares.</summary>
internal static class ReplayVerb
{
    // A segment may exceed its share by one long step; nothing that a ring writes comes near.
    private const long FileBytesMax = 1L << 30;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("file") { Description = "A recording, or a folder of them: data/flight of a peer" };
        Option<int?> until = new("--until") { Description = "Stop behind so many inputs of each file" };
        Option<string?> genesis = new("--genesis") { Description = "The chain that it must be of" };
        Option<string?> machine = new("--machine") { Description = "Of a folder only this machine's: consensus, membership" };
        Command command = new("replay", "Replay what a peer's flight recorder kept, and compare") { file, until, genesis, machine };
        return command.Runs(world, options, (session, parsed, cancellation) =>
        {
            int inputsMax = parsed.GetValue(until) ?? int.MaxValue;
            if (inputsMax < 0) throw new CliException(ExitCode.Usage, "Usage", "--until counts inputs, from 0", "give another number");
            ChainId? chain = ChainOf(parsed.GetValue(genesis));
            return Task.FromResult(Run(session, Path.GetFullPath(parsed.GetValue(file)!), parsed.GetValue(machine), inputsMax, chain, cancellation));
        });
    }

    private static ChainId? ChainOf(string? text)
    {
        if (text is null) return null;
        if (Hash256.TryParse(text, out Hash256 hash)) return new ChainId(hash);
        throw new CliException(ExitCode.Usage, "Usage", "--genesis is a genesis hash, 64 hexadecimal digits", "`genesis:` of the peer's configuration is one");
    }

    private static ExitCode Run(Session session, string path, string? machine, int inputsMax, ChainId? chain, CancellationToken cancellation)
    {
        List<ReplaySegment> segments = [];
        ReplayDifference? difference = null;
        foreach (string file in FilesOf(path, machine))
        {
            cancellation.ThrowIfCancellationRequested();
            FlightReport report = FlightReplay.Run(Read(file), session.Signatures, chain, inputsMax);
            if (report.Head is not { } head) throw Refused(file, report.Verdict);
            // The files of a folder are of one peer: what lies among them of another chain does not belong there.
            chain ??= head.Chain;
            segments.Add(new ReplaySegment(
                Path.GetFileName(file), head.Machine, head.Chain.ToString(), head.Key.ToPeerId().ToString(), head.Version, report.IsOtherBuild, report.Inputs,
                report.TornBytes, report.Digest, report.Standing));
            if (report.Difference is not { } found) continue;
            difference = new ReplayDifference(
                Path.GetFileName(file), found.Index, found.Now.Microseconds, found.Input, found.Effect, [.. found.Recorded], found.RecordedFailure,
                [.. found.Replayed], found.ReplayedFailure);
            break;
        }

        ReplayResult result = new(
            difference is null, segments.Count, segments.Sum(static one => (long)one.Inputs), segments.Sum(static one => (long)one.TornBytes),
            [.. segments], difference);
        session.Display.Answer(result, ReplayJson.Default.ReplayResult, static (console, replayed) => Display.Pairs(console, [.. Lines(replayed)]));
        return result.Equal ? ExitCode.Ok : ExitCode.Failed;
    }

    private static IEnumerable<(string, string)> Lines(ReplayResult result)
    {
        yield return ("replayed", string.Create(CultureInfo.InvariantCulture, $"{result.Inputs} inputs of {result.Segments} segments"));
        if (result.TornBytes > 0) yield return ("torn tail", string.Create(CultureInfo.InvariantCulture, $"{result.TornBytes} bytes left out: what a crash leaves"));
        if (result.Files.Any(static file => file.OtherBuild)) yield return ("build", "recorded by another build: a difference may be a change that was meant");
        if (result.Files.Length > 0) yield return ("stands at", result.Files[^1].Standing);
        yield return ("result", result.Equal ? "equal" : "different");
        if (result.FirstDifference is not { } difference) yield break;
        yield return ("differs in", string.Create(CultureInfo.InvariantCulture, $"{difference.File}, step {difference.Step}, effect {difference.Effect}"));
        yield return ("input", difference.Input);
        yield return ("recorded", Words(difference.Recorded, difference.Effect, difference.RecordedFailure));
        yield return ("replayed", Words(difference.Replayed, difference.Effect, difference.ReplayedFailure));
    }

    private static string Words(string[] effects, int place, string failure) =>
        place < effects.Length ? effects[place] : failure.Length != 0 ? "failed: " + failure : "nothing more";

    private static List<string> FilesOf(string path, string? machine)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new CliException(ExitCode.NotFound, "NotFound", $"{path} is not there", "a peer records into the folder flight of its data folder");
        // A peer that was killed between making a file and writing its first record leaves an empty one.
        List<string> files = [.. Directory.EnumerateFiles(path, (machine ?? string.Empty) + "*" + FlightRing.FileEnding)
            .Where(static file => new FileInfo(file).Length > 0).Order(StringComparer.Ordinal)];
        if (files.Count == 0) throw new CliException(ExitCode.NotFound, "NotFound", $"no recording is in {path}", "`flightMiB:` of the peer's configuration switches them on");
        return files;
    }

    private static byte[] Read(string path)
    {
        // Its peer may write it in this moment.
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > FileBytesMax) throw Refused(path, FlightVerdict.NotARecording);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static CliException Refused(string file, FlightVerdict verdict) => verdict switch
    {
        FlightVerdict.Accepted => Invariant.Unreachable<CliException>("an accepted file is no failure"),
        FlightVerdict.NotARecording => new CliException(
            ExitCode.Usage, "NotARecording", $"{file} is no recording", "give a file that ends in .flight, from the folder flight of a peer's data folder"),
        FlightVerdict.OtherVersion => new CliException(
            ExitCode.Usage, "OtherVersion", $"{file} was made by a version whose machines hold other things", "replay it with the version that recorded it"),
        FlightVerdict.OtherChain => new CliException(
            ExitCode.VerificationFailed, "OtherChain", $"{file} is of another chain", "give the genesis hash of its peer, or none"),
        FlightVerdict.Damaged => new CliException(
            ExitCode.VerificationFailed, "Damaged", $"{file} is damaged before its end: not what a crash leaves", "check the disk; other segments may be whole"),
        FlightVerdict.ContentWrong => new CliException(
            ExitCode.VerificationFailed, "ContentWrong", $"{file} is whole and holds no such machine", "it was made by hand, or by a program that is not this one"),
    };
}
