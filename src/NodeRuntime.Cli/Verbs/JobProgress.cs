using System;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Proofs.Jobs;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary>
/// What a person sees while a job runs: on a terminal one table that redraws, elsewhere a line for each thing that happens.
/// Programs see nothing before the answer.
/// </summary>
internal sealed class JobProgress(Display display, PreparedJob job)
{
    private const int LogLinesMax = 8;

    private readonly Lock _gate = new();
    private readonly string[] _lines = new string[LogLinesMax];
    private int _lineCount;
    private string _order = "submitting";
    private string _provider = string.Empty;
    private string _lease = string.Empty;
    private string _stage = string.Empty;
    private string _upload = string.Empty;
    private string _trouble = string.Empty;
    private ulong _uploadTold;

    public void Note(string text) => display.Note(text);

    /// <summary>Shows a run while it runs.</summary>
    public async Task<JobReport> WatchAsync(Func<Action<JobEvent>, Task<JobReport>> run)
    {
        if (!display.IsLive) return await run(Hear);
        JobReport? report = null;
        await display.Console.Live(Draw()).AutoClear(false).StartAsync(async context =>
        {
            report = await run(happened =>
            {
                Hear(happened);
                context.UpdateTarget(Draw());
            });
        });
        return report!;
    }

    private void Hear(JobEvent happened)
    {
        lock (_gate) Take(happened);
        if (display.IsLive || display.IsJson) return;
        if (happened is JobEvent.Log log)
        {
            display.Note((log.IsError ? "stderr: " : "stdout: ") + TextOf(log).TrimEnd('\n'));
            return;
        }

        if (LineOf(happened) is { } line) display.Note(happened.At.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture) + line);
    }

    private void Take(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.OrderChanged m:
                _order = $"{m.State}, attempt {m.Attempts}";
                break;
            case JobEvent.LeaseOpened m:
                _provider = $"{m.Provider.Hash.ToShortString()} at {m.PricePerSecond} base units per second";
                _lease = "Opened";
                break;
            case JobEvent.LeaseChanged m:
                _lease = m.State.ToString();
                break;
            case JobEvent.Connected m:
                _provider = $"{m.Provider.Hash.ToShortString()} at {m.Address}";
                _trouble = string.Empty;
                break;
            case JobEvent.Trouble m:
                _trouble = m.Reason;
                break;
            case JobEvent.Uploaded m:
                _upload = $"{Words.Number(m.Bytes)} of {Words.Number(m.BytesInAll)} bytes";
                break;
            case JobEvent.StageChanged m:
                _stage = m.Stage.ToString();
                break;
            case JobEvent.Log m:
                foreach (string line in TextOf(m).Split('\n', StringSplitOptions.RemoveEmptyEntries)) _lines[_lineCount++ % LogLinesMax] = line;
                break;
            case JobEvent.AttemptFailed m:
                _trouble = m.Reason;
                break;
            default:
                break;
        }
    }

    private string? LineOf(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.OrderChanged m:
                return $"order {m.State}, attempt {m.Attempts}";
            case JobEvent.LeaseOpened m:
                return $"lease {m.Lease.Hash.ToShortString()} with provider {m.Provider.Hash.ToShortString()} at {m.PricePerSecond} base units per second";
            case JobEvent.LeaseChanged m:
                return $"lease {m.State}";
            case JobEvent.Connected m:
                return $"connected with {m.Address}";
            case JobEvent.Trouble m:
                return m.Reason;
            case JobEvent.Uploaded m:
                // A line for each tenth, not for each chunk.
                if (m.Bytes < m.BytesInAll && m.Bytes - _uploadTold < m.BytesInAll / 10) return null;
                _uploadTold = m.Bytes;
                return $"uploaded {Words.Number(m.Bytes)} of {Words.Number(m.BytesInAll)} bytes";
            case JobEvent.StageChanged m:
                return $"stage {m.Stage}";
            case JobEvent.ResultHere m:
                return m.Result.Outcome == JobOutcome.Exited ? $"result here: exit code {m.Result.ExitCode}" : $"result here: {m.Result.Outcome}: {m.Detail}";
            case JobEvent.Acknowledged:
                return "result acknowledged";
            case JobEvent.AttemptFailed m:
                return $"attempt failed: {m.Reason}; back to auction";
            case JobEvent.ReceiptHere m:
                return $"receipt verified: {m.Path}";
            default:
                return null;
        }
    }

    private Grid Draw()
    {
        lock (_gate)
        {
            Grid grid = new();
            grid.AddColumn(new GridColumn { NoWrap = true });
            grid.AddColumn(new GridColumn());
            grid.AddRow(new Text("job", new Style(decoration: Decoration.Bold)), new Text(job.Spec.Name));
            Row(grid, "order", _order);
            Row(grid, "provider", _provider);
            Row(grid, "lease", _lease);
            Row(grid, "stage", _stage);
            Row(grid, "upload", _upload);
            if (_trouble.Length != 0) grid.AddRow(new Text("note", new Style(Color.Yellow)), new Text(_trouble));
            int first = Math.Max(0, _lineCount - LogLinesMax);
            for (int i = first; i < _lineCount; i++) grid.AddRow(new Text(string.Empty), new Text(_lines[i % LogLinesMax], new Style(decoration: Decoration.Dim)));
            return grid;
        }
    }

    private static void Row(Grid grid, string name, string value)
    {
        if (value.Length != 0) grid.AddRow(new Text(name), new Text(value));
    }

    // A stranger's program prints what it likes: what would move a terminal's cursor or change its title is shown, not obeyed.
    public static string TextOf(JobEvent.Log log)
    {
        StringBuilder text = new(log.Bytes.Length);
        foreach (char c in Encoding.UTF8.GetString(log.Bytes.Span)) text.Append(char.IsControl(c) && c is not ('\n' or '\t') ? '\u00b7' : c);
        return text.ToString();
    }
}
