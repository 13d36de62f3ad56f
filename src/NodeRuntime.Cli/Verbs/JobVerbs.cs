using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Workload;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary><c>noderuntime job</c>: from a job file to outputs, logs and a receipt.</summary>
internal static class JobVerbs
{
    public static Command Build(CliWorld world, GlobalOptions options) => new("job", "Jobs: submit, follow, look, cancel")
    {
        Submit(world, options), Follow(world, options), Status(world, options), Logs(world, options), List(world, options),
        Cancel(world, options), Why(world, options),
    };

    private static Command Submit(CliWorld world, GlobalOptions options)
    {
        Argument<string> file = new("FILE") { Description = "The job file; docs/jobs.md has the format" };
        Option<string?> folder = new("--out") { Description = "Where logs, outputs and receipt go; default: jobs/ID beside the context", HelpName = "FOLDER" };
        Command command = new(
            "submit",
            "Submit a job and stay with it until it is paid. The inputs stay on this machine until settlement, so there is no --detach: "
            + "after Ctrl-C or a crash, `job follow ID` goes on")
        {
            file, folder,
        };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(file));
            JobDescription description = JobSpecFile.Load(path);
            PreparedJob job = await JobSpecFile.PrepareAsync(description, path, world.Time, cancellation);
            ClusterClient client = session.OpenClient();
            JobProgress progress = new(session.Display, job);
            progress.Note($"deposit {Words.Tokens(job.Deposit)} tokens, {Words.Number(job.Terms.InputBytes)} bytes of program and inputs");
            OrderId id = await client.SubmitAsync(job, cancellation);
            session.Jobs.Save(id, job, world.Time.GetUtcNow());
            return await FollowAsync(session, client, id, job, parsed.GetValue(folder), progress, cancellation);
        });
    }

    private static Command Follow(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = IdArgument();
        Option<string?> folder = new("--out") { Description = "Where logs, outputs and receipt go", HelpName = "FOLDER" };
        Command command = new("follow", "Go on with a job that was submitted from this machine") { id, folder };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            OrderId order = OrderOf(parsed.GetRequiredValue(id));
            StoredJob stored = session.Jobs.Load(order) ?? throw NotHere(order);
            return await FollowAsync(
                session, session.OpenClient(), order, stored.Job, parsed.GetValue(folder), new JobProgress(session.Display, stored.Job), cancellation);
        });
    }

    private static async Task<ExitCode> FollowAsync(
        Session session, ClusterClient client, OrderId id, PreparedJob job, string? folder, JobProgress progress, CancellationToken cancellation)
    {
        progress.Note("job " + id);
        string target = folder is null ? session.Jobs.FolderOf(id) : Path.GetFullPath(folder);
        JobReport report = await progress.WatchAsync(tell => client.RunAsync(id, job, target, tell, cancellation));
        string custody = await ReceiptFiles.SaveCustodyAsync(client, session.Signatures, id, report.ReceiptPath, progress.Note, cancellation);
        // The store keeps the receipt and the logs, wherever the outputs went: `receipt get` and `job logs` look there.
        if (folder is not null) CopyHome(session.Jobs, report, custody);
        JobDoneResult result = new(
            id.ToString(),
            job.Spec.Name,
            report.LeaseId.ToString(),
            report.Lease.Provider.ToString(),
            report.Result.Outcome.ToString(),
            report.Result.ExitCode,
            report.Result.FuelUsed,
            report.Detail,
            report.Result.ResultHash.ToString(),
            report.Attempts,
            report.Lease.ChargedSeconds,
            Words.Tokens(report.Lease.Paid),
            Words.Tokens(report.Lease.Refunded),
            report.OutputFolder,
            report.Outputs,
            report.ReceiptPath,
            custody,
            report.Timings);
        session.Display.Answer(result, CliJson.Default.JobDoneResult, ShowDone);
        return report.Result.Outcome == JobOutcome.Exited && report.Result.ExitCode == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void CopyHome(JobStore store, JobReport report, string custody)
    {
        if (custody.Length > 0 && Path.GetFullPath(custody) != Path.GetFullPath(store.CustodyOf(report.Order))) File.Copy(custody, store.CustodyOf(report.Order), overwrite: true);
        foreach ((string from, string to) in new[]
        {
            (report.ReceiptPath, store.ReceiptOf(report.Order)),
            (Path.Combine(report.OutputFolder, "stdout.log"), store.OutputLogOf(report.Order)),
            (Path.Combine(report.OutputFolder, "stderr.log"), store.ErrorLogOf(report.Order)),
        })
        {
            if (Path.GetFullPath(from) != Path.GetFullPath(to)) File.Copy(from, to, overwrite: true);
        }
    }

    private static Command Status(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = IdArgument();
        Command command = new("status", "A job as the ledger proves it") { id };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            OrderId order = OrderOf(parsed.GetRequiredValue(id));
            JobStatus? status = await session.OpenReader().GetJobAsync(order, cancellation);
            if (status is null) throw NotOnLedger(order);
            session.Display.Answer(ResultOf(session, status), CliJson.Default.JobStatusResult, ShowStatus);
            return ExitCode.Ok;
        });
    }

    private static Command Logs(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = IdArgument();
        Option<bool> error = new("--stderr") { Description = "Standard error instead of standard output" };
        Command command = new("logs", "What a job of this machine printed") { id, error };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            OrderId order = OrderOf(parsed.GetRequiredValue(id));
            if (session.Jobs.Load(order) is null) throw NotHere(order);
            string output = await ReadLogAsync(session.Jobs.OutputLogOf(order), cancellation);
            string errors = await ReadLogAsync(session.Jobs.ErrorLogOf(order), cancellation);
            bool showError = parsed.GetValue(error);
            session.Display.Answer(
                new JobLogsResult(order.ToString(), output, errors),
                CliJson.Default.JobLogsResult,
                (_, logs) => world.Out.Write(showError ? logs.Error : logs.Output));
            return ExitCode.Ok;
        });
    }

    private static Command List(CliWorld world, GlobalOptions options)
    {
        Option<bool> local = new("--local") { Description = "Only what this machine knows; asks nobody" };
        Command command = new("list", "Your jobs, the newest of this machine first") { local };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            ImmutableArray<StoredJob> stored = session.Jobs.List();
            ImmutableArray<JobAnswer> known = parsed.GetValue(local) ? [] : (await session.OpenClient().ListJobsAsync(cancellation)).Jobs;
            JobListResult result = new(Merge(stored, known));
            session.Display.Answer(result, CliJson.Default.JobListResult, ShowList);
            return ExitCode.Ok;
        });
    }

    private static Command Cancel(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = IdArgument();
        Command command = new("cancel", "Take an open job back, or end a running one and pay what has accrued") { id };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            JobStatus status = await session.OpenClient().CancelAsync(OrderOf(parsed.GetRequiredValue(id)), cancellation);
            session.Display.Answer(ResultOf(session, status), CliJson.Default.JobStatusResult, ShowStatus);
            return ExitCode.Ok;
        });
    }

    private static Command Why(CliWorld world, GlobalOptions options)
    {
        Argument<string> id = IdArgument();
        Command command = new("why", "Why providers did not bid for a job, in their signed words") { id };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            OrderId order = OrderOf(parsed.GetRequiredValue(id));
            ClientContext context = session.LoadContext().ToContext(session.ContextPath);
            WhyAnswer why = await session.OpenReader().WhyAsync(order, cancellation);
            JobWhyResult result = new(
                order.ToString(), [.. why.Declines.Select(decline => DeclineOf(decline, order, context.Chain, session.Signatures))]);
            session.Display.Answer(result, CliJson.Default.JobWhyResult, ShowWhy);
            return ExitCode.Ok;
        });
    }

    // ---- small things ----

    private static Argument<string> IdArgument() => new("ID") { Description = "The job's id, 64 hexadecimal digits" };

    private static OrderId OrderOf(string text) => new(Words.ParseHash("ID", text));

    private static CliException NotHere(OrderId id) => new(
        ExitCode.NotFound, "JobNotHere", $"job {id} was not submitted from this machine", "`noderuntime job list --local` shows those that were");

    private static CliException NotOnLedger(OrderId id) => new(
        ExitCode.NotFound, "JobUnknown", $"the ledger has no job {id}", "`noderuntime job list` shows yours; orders leave the ledger some time after their end");

    private static async Task<string> ReadLogAsync(string path, CancellationToken cancellation) =>
        File.Exists(path) ? await File.ReadAllTextAsync(path, Encoding.UTF8, cancellation) : string.Empty;

    private static JobStatusResult ResultOf(Session session, JobStatus status) => new(
        status.Id.ToString(),
        session.Jobs.Load(status.Id)?.Name ?? string.Empty,
        status.Order.State.ToString(),
        status.Order.Attempts,
        status.LeaseId?.ToString() ?? string.Empty,
        status.Lease?.State.ToString() ?? string.Empty,
        status.Lease?.Provider.ToString() ?? string.Empty,
        (status.Lease?.PricePerSecond ?? Amount.Zero).ToString(),
        status.Lease?.ChargedSeconds ?? 0,
        Words.Tokens(status.Lease?.Paid ?? Amount.Zero),
        Words.Tokens(status.Lease?.Refunded ?? Amount.Zero),
        Words.Tokens(status.Order.Escrow),
        status.Height.Number);

    private static ImmutableArray<JobListItem> Merge(ImmutableArray<StoredJob> stored, ImmutableArray<JobAnswer> known)
    {
        ImmutableArray<JobListItem>.Builder items = ImmutableArray.CreateBuilder<JobListItem>();
        foreach (StoredJob job in stored)
        {
            JobAnswer? answer = known.FirstOrDefault(candidate => candidate.Id == job.Id.ToString());
            items.Add(new JobListItem(
                job.Id.ToString(), job.Name, answer?.OrderState ?? string.Empty, answer?.LeaseState ?? string.Empty, PaidOf(answer), true));
        }

        foreach (JobAnswer answer in known)
        {
            if (stored.Any(job => job.Id.ToString() == answer.Id)) continue;
            items.Add(new JobListItem(answer.Id, string.Empty, answer.OrderState, answer.LeaseState, PaidOf(answer), false));
        }

        return items.ToImmutable();
    }

    private static string PaidOf(JobAnswer? answer) =>
        answer is not null && UInt128.TryParse(answer.Paid, out UInt128 units) ? Words.Tokens(new Amount(units)) : string.Empty;

    private static JobDecline DeclineOf(DeclineAnswer answer, OrderId order, ChainId chain, ISignatureVerifier signatures)
    {
        byte[] bytes = new byte[answer.Signed.Length];
        bool isSigned = Convert.TryFromBase64String(answer.Signed, bytes, out int count)
            && Decline.Decode(bytes.AsMemory(0, count)) is { } decline
            && decline.Order == order
            && KeyPolicy.Single(decline.ProviderKey).ToAccountId().ToString() == answer.Provider
            && decline.Check(chain, signatures) == DeclineVerdict.Accepted;
        return new JobDecline(answer.Provider, answer.Reason, isSigned);
    }

    // ---- for people ----

    private static void ShowDone(IAnsiConsole console, JobDoneResult job)
    {
        Display.Pairs(
            console,
            ("job", job.Id),
            ("outcome", job.Outcome == nameof(JobOutcome.Exited) ? $"exited with {job.ExitCode}" : $"{job.Outcome}: {job.Detail}"),
            ("provider", job.Provider),
            ("fuel", Words.Number(job.FuelUsed)),
            ("paid", $"{job.Paid} tokens for {job.ChargedSeconds} s, {job.Refunded} back"),
            ("result", job.ResultHash),
            ("folder", job.Folder),
            ("outputs", string.Join(", ", job.Outputs.Select(Path.GetFileName))),
            ("receipt", job.Receipt),
            ("custody", job.Custody.Length > 0 ? job.Custody : "none"),
            ("times", $"lease {job.Timings.SubmitToLeaseMs} ms, ready {job.Timings.LeaseToReadyMs} ms, result {job.Timings.ReadyToResultMs} ms, settled {job.Timings.ResultToSettledMs} ms"));
    }

    private static void ShowStatus(IAnsiConsole console, JobStatusResult job) => Display.Pairs(
        console,
        ("job", $"{job.Id} {job.Name}"),
        ("order", $"{job.OrderState}, attempt {job.Attempts}, escrow {job.Escrow}"),
        ("lease", job.Lease.Length == 0 ? "none yet" : $"{job.LeaseState}, {job.Lease}"),
        ("provider", job.Provider.Length == 0 ? "none yet" : $"{job.Provider} at {job.PricePerSecond} base units per second"),
        ("paid", $"{job.Paid} for {job.ChargedSeconds} s, {job.Refunded} back"),
        ("proven at", $"height {job.ProvenHeight}"));

    private static void ShowList(IAnsiConsole console, JobListResult list)
    {
        Table table = Display.NewTable("id", "name", "order", "lease", "paid", "here");
        foreach (JobListItem job in list.Jobs)
        {
            table.AddRow(
                new Text(job.Id), new Text(job.Name), new Text(job.State), new Text(job.LeaseState), new Text(job.Paid), new Text(job.IsHere ? "yes" : "no"));
        }

        console.Write(table);
    }

    private static void ShowWhy(IAnsiConsole console, JobWhyResult why)
    {
        if (why.Declines.IsEmpty)
        {
            console.WriteLine("no provider has declined this job, as far as this gateway knows");
            return;
        }

        Table table = Display.NewTable("provider", "reason", "signed");
        foreach (JobDecline decline in why.Declines)
        {
            table.AddRow(new Text(decline.Provider), new Text(decline.Reason), new Text(decline.IsSigned ? "yes" : "NO"));
        }

        console.Write(table);
    }
}
