using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeRuntime.Client.Files;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Client.Jobs;

/// <summary>
/// The jobs of this machine's user, a folder for each by the order's id: what was submitted and what came home, so that logs
/// and receipts can be asked for later and a run can go on after a crash. For the owner alone: the salt inside opens the
/// commitment on the ledger.
/// </summary>
public sealed class JobStore(string path)
{
    private const string EntryName = "job.json";

    public string FolderOf(OrderId id) => System.IO.Path.Combine(path, id.ToString());

    public string OutputLogOf(OrderId id) => System.IO.Path.Combine(FolderOf(id), "stdout.log");

    public string ErrorLogOf(OrderId id) => System.IO.Path.Combine(FolderOf(id), "stderr.log");

    public string ReceiptOf(OrderId id) => System.IO.Path.Combine(FolderOf(id), "receipt.cbor");

    /// <summary>What the provider entered of the job, beside its receipt.</summary>
    public string CustodyOf(OrderId id) => System.IO.Path.Combine(FolderOf(id), "custody.cbor");

    /// <summary>Call it as soon as the order's id is known, before anything is sent to a provider.</summary>
    public void Save(OrderId id, PreparedJob job, DateTimeOffset submittedAt)
    {
        WireWriter spec = new();
        job.Spec.Write(spec);
        WireWriter terms = new();
        job.Terms.Write(terms);
        JobStoreEntry entry = new(
            id.ToString(), job.Spec.Name, submittedAt, Convert.ToBase64String(spec.ToArray()), Convert.ToBase64String(terms.ToArray()), job.Files);
        PrivateFiles.CreateFolder(path);
        PrivateFiles.CreateFolder(FolderOf(id));
        PrivateFiles.Write(
            System.IO.Path.Combine(FolderOf(id), EntryName), JsonSerializer.SerializeToUtf8Bytes(entry, JobStoreJson.Default.JobStoreEntry));
    }

    /// <summary>Null where this machine has no such job.</summary>
    /// <exception cref="ClientException">Invalid where the entry cannot be read.</exception>
    public StoredJob? Load(OrderId id)
    {
        string file = System.IO.Path.Combine(FolderOf(id), EntryName);
        if (!File.Exists(file)) return null;
        try
        {
            JobStoreEntry? entry = JsonSerializer.Deserialize(File.ReadAllBytes(file), JobStoreJson.Default.JobStoreEntry);
            if (entry is not null && Read(entry) is { } job) return new StoredJob(id, entry.Name, entry.SubmittedAt, job);
            throw Unreadable(file, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw Unreadable(file, exception);
        }
    }

    /// <summary>Every job here, the newest first; what cannot be read is left out.</summary>
    public ImmutableArray<StoredJob> List()
    {
        if (!Directory.Exists(path)) return [];
        List<StoredJob> jobs = [];
        foreach (string folder in Directory.EnumerateDirectories(path))
        {
            if (!Hash256.TryParse(System.IO.Path.GetFileName(folder), out Hash256 hash)) continue;
            if (Load(new OrderId(hash)) is { } job) jobs.Add(job);
        }

        jobs.Sort(static (left, right) => right.SubmittedAt.CompareTo(left.SubmittedAt));
        return [.. jobs];
    }

    private static PreparedJob? Read(JobStoreEntry entry)
    {
        if (entry is not { Name: not null, Spec: not null, Terms: not null, Files: not null }) return null;
        WireReader specReader = new(Convert.FromBase64String(entry.Spec));
        JobSpec spec = JobSpec.Read(specReader);
        WireReader termsReader = new(Convert.FromBase64String(entry.Terms));
        OrderTerms terms = OrderTerms.Read(termsReader);
        if (!specReader.Succeeded || !termsReader.Succeeded) return null;
        return new PreparedJob(spec, terms, entry.Files.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static ClientException Unreadable(string file, Exception? inner) => new(
        ClientFailure.Invalid, $"{file}: is no job entry of this program", "move it away; the job itself is on the ledger", inner);
}

/// <summary>A job of this machine, as it was submitted.</summary>
public sealed record StoredJob(OrderId Id, string Name, DateTimeOffset SubmittedAt, PreparedJob Job);

internal sealed record JobStoreEntry(
    string Order, string Name, DateTimeOffset SubmittedAt, string Spec, string Terms, IReadOnlyDictionary<string, string> Files);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(JobStoreEntry))]
internal sealed partial class JobStoreJson : JsonSerializerContext;
