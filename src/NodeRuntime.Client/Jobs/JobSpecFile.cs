using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Transactions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace NodeRuntime.Client.Jobs;

/// <summary>
/// A job as a person writes it, in YAML: docs/jobs.md has the format. Read strictly (an unknown key is an error with its
/// line), then prepared: every file is hashed as it is now, and a salt makes the commitment hiding.
/// </summary>
public static class JobSpecFile
{
    private const ulong MiB = 1024 * 1024;
    private const uint PagesPerMiB = 16;
    private const int CallDepthMax = 16_384;
    private const int BufferBytes = 256 * 1024;

    /// <exception cref="ClientException">Invalid: the file is missing, is no YAML, names an unknown key or holds an impossible value.</exception>
    public static JobDescription Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{path}: cannot be read: {exception.Message}", "name a job file; docs/jobs.md shows one", exception);
        }
    }

    public static JobDescription Parse(string text, string path)
    {
        JobDescription description;
        try
        {
            IDeserializer deserializer = new DeserializerBuilder()
                .WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build();
            description = deserializer.Deserialize<JobDescription?>(text) ?? new JobDescription();
        }
        catch (YamlException exception)
        {
            string reason = exception.InnerException?.Message ?? exception.Message;
            throw Invalid($"{path}:{exception.Start.Line}:{exception.Start.Column}: {reason}", "docs/jobs.md lists every key", exception);
        }

        // A key without a value is read as null: it means the key's default.
        description.Name ??= string.Empty;
        description.Module ??= string.Empty;
        description.Stdin ??= string.Empty;
        description.Region ??= string.Empty;
        description.StartTime ??= string.Empty;
        description.Args ??= [];
        description.Env ??= [];
        description.Inputs ??= [];
        description.Limits ??= new JobLimitsSection();
        foreach (string complaint in Complaints(description)) throw Invalid($"{path}: {complaint}", "docs/jobs.md lists every key");
        return description;
    }

    /// <summary>Hashes every file and makes the specification and the order's terms. Paths are relative to the job file.</summary>
    public static async Task<PreparedJob> PrepareAsync(JobDescription description, string path, TimeProvider time, CancellationToken cancellation)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        string modulePath = Path.GetFullPath(Path.Combine(folder, description.Module));
        ContentRef module = await HashAsync(modulePath, "module", Limits.ModuleBytesMax, cancellation).ConfigureAwait(false);
        files[PreparedJob.KeyOf(JobPiece.Module)] = modulePath;

        ImmutableArray<JobInput>.Builder inputs = ImmutableArray.CreateBuilder<JobInput>();
        ulong inputBytes = module.Length;
        foreach ((string name, string file) in description.Inputs.OrderBy(static input => input.Key, StringComparer.Ordinal))
        {
            string inputPath = Path.GetFullPath(Path.Combine(folder, file));
            ContentRef content = await HashAsync(inputPath, $"inputs: {name}", Limits.InputBytesMax, cancellation).ConfigureAwait(false);
            inputs.Add(new JobInput(name, content));
            inputBytes += content.Length;
            files[PreparedJob.KeyOf(JobPiece.Input(name))] = inputPath;
        }

        ContentRef? standardInput = null;
        if (description.Stdin.Length != 0)
        {
            string inputPath = Path.GetFullPath(Path.Combine(folder, description.Stdin));
            standardInput = await HashAsync(inputPath, "stdin", Limits.InputBytesMax, cancellation).ConfigureAwait(false);
            inputBytes += standardInput.Value.Length;
            files[PreparedJob.KeyOf(JobPiece.StandardInput)] = inputPath;
        }

        JobSpec spec = new()
        {
            Salt = new Salt(RandomNumberGenerator.GetBytes(Salt.ByteCount)),
            Name = description.Name.Length != 0 ? description.Name : Path.GetFileNameWithoutExtension(modulePath),
            Module = module,
            Arguments = [Path.GetFileNameWithoutExtension(modulePath), .. description.Args],
            Environment = [.. description.Env.OrderBy(static v => v.Key, StringComparer.Ordinal).Select(static v => v.Key + "=" + v.Value)],
            Inputs = inputs.ToImmutable(),
            StandardInput = standardInput,
            FuelMax = description.Limits.Fuel,
            MemoryPagesMax = description.Limits.MemoryMiB * PagesPerMiB,
            CallDepthMax = CallDepthMax,
            OutputBytesMax = description.Limits.OutputMiB * MiB,
            StartTime = StartTimeOf(description, time),
            Seed = description.Seed,
        };
        OrderTerms terms = new()
        {
            SpecCommitment = spec.Commitment,
            PricePerSecondMax = new Amount(description.PricePerSecond),
            SecondsMax = description.Limits.Seconds,
            ReadyWithin = Duration.FromSeconds(description.ReadyWithin),
            ExpiresAfter = Duration.FromSeconds(description.ExpiresAfter),
            FuelMax = spec.FuelMax,
            MemoryPagesMax = spec.MemoryPagesMax,
            InputBytes = inputBytes,
            OutputBytesMax = spec.OutputBytesMax,
            Region = description.Region,
        };
        return new PreparedJob(spec, terms, files.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static Instant StartTimeOf(JobDescription description, TimeProvider time)
    {
        DateTimeOffset start = description.StartTime.Length == 0 ? time.GetUtcNow() : ParseTime(description.StartTime)!.Value;
        return Instant.FromMilliseconds(start.ToUnixTimeMilliseconds());
    }

    private static DateTimeOffset? ParseTime(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
        && time >= DateTimeOffset.UnixEpoch ? time : null;

    private static IEnumerable<string> Complaints(JobDescription job)
    {
        if (job.Version != JobDescription.VersionNow) yield return $"version: {job.Version} is not one this program reads; it reads {JobDescription.VersionNow}";
        if (job.Module.Length == 0) yield return "module: the path of a WebAssembly program is missing";
        if (job.Name.Length > Limits.TextCharactersMax) yield return $"name: at most {Limits.TextCharactersMax} characters";
        if (job.Args.Count >= Limits.JobArgumentsMax) yield return $"args: at most {Limits.JobArgumentsMax - 1}";
        foreach (string argument in job.Args)
        {
            if (argument is null || argument.Length > Limits.JobArgumentCharactersMax) yield return $"args: each has at most {Limits.JobArgumentCharactersMax} characters";
        }

        if (job.Env.Count > Limits.JobArgumentsMax) yield return $"env: at most {Limits.JobArgumentsMax}";
        foreach ((string key, string value) in job.Env)
        {
            if (key.Length == 0 || key.Contains('=', StringComparison.Ordinal)) yield return $"env: '{key}' is no name of a variable";
            if (value is null || key.Length + value.Length >= Limits.JobArgumentCharactersMax) yield return $"env: {key} is too long or empty of a value";
        }

        if (job.Inputs.Count > Limits.JobInputsMax) yield return $"inputs: at most {Limits.JobInputsMax}";
        foreach ((string name, string file) in job.Inputs)
        {
            if (!JobSpec.IsFileName(name)) yield return $"inputs: '{name}' is no plain file name";
            if (string.IsNullOrEmpty(file)) yield return $"inputs: {name} has no path";
        }

        if (job.Limits.Fuel == 0) yield return "limits.fuel: must be at least 1";
        if (job.Limits.MemoryMiB is 0 or > Limits.GuestMemoryPagesMax / PagesPerMiB) yield return $"limits.memoryMiB: must be 1 to {Limits.GuestMemoryPagesMax / PagesPerMiB}";
        if (job.Limits.OutputMiB == 0 || job.Limits.OutputMiB > Limits.OutputBytesMax / (long)MiB) yield return $"limits.outputMiB: must be 1 to {Limits.OutputBytesMax / (long)MiB}";
        if (job.Limits.Seconds is 0 or > Limits.LeaseSecondsMax) yield return $"limits.seconds: must be 1 to {Limits.LeaseSecondsMax}";
        if (job.PricePerSecond == 0) yield return "pricePerSecond: must be at least 1 base unit";
        if (job.Region.Length > Limits.RegionCharactersMax || job.Region.Any(static c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
        {
            yield return "region: small letters, digits and hyphens, at most " + Limits.RegionCharactersMax;
        }

        if (job.ReadyWithin is 0 or > Limits.OrderReadySecondsMax) yield return $"readyWithin: must be 1 to {Limits.OrderReadySecondsMax} seconds";
        if (job.ExpiresAfter is 0 or > Limits.OrderExpirySecondsMax) yield return $"expiresAfter: must be 1 to {Limits.OrderExpirySecondsMax} seconds";
        if (job.StartTime.Length != 0 && ParseTime(job.StartTime) is null) yield return $"startTime: '{job.StartTime}' is no time such as 2026-01-31T12:00:00Z";
    }

    private static async Task<ContentRef> HashAsync(string path, string key, long bytesMax, CancellationToken cancellation)
    {
        try
        {
            await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true);
            if (stream.Length > bytesMax) throw Invalid($"{key}: {path} has {stream.Length} bytes, more than {bytesMax}", "split it, or make it smaller");
            using ContentHasher hasher = new();
            byte[] buffer = new byte[BufferBytes];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0) hasher.Append(buffer.AsSpan(0, count));
            ulong length = hasher.Length;
            return new ContentRef(hasher.Finish(), length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{key}: {path} cannot be read: {exception.Message}", "paths are relative to the job file", exception);
        }
    }

    private static ClientException Invalid(string message, string hint, Exception? inner = null) =>
        new(ClientFailure.Invalid, message, hint, inner);
}
