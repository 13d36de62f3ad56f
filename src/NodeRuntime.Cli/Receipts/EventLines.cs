using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Receipts;

/// <summary>A file with an event a line, as JSON. Every complaint has its line.</summary>
internal static class EventLines
{
    public static async Task<List<EventRequest>> ReadAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file)) throw new CliException(ExitCode.NotFound, "FileMissing", $"--batch: there is no file {file}", "name a file with an event a line");
        List<EventRequest> events = [];
        int line = 0;
        await foreach (string text in File.ReadLinesAsync(file, cancellation))
        {
            line++;
            if (text.Length == 0) continue;
            if (events.Count == Limits.EventFileLinesMax) throw Wrong(file, line, $"more than {Limits.EventFileLinesMax} events");
            events.Add(Read(file, line, text));
        }

        return events;
    }

    private static EventRequest Read(string file, int line, string text)
    {
        EventRequest? read;
        try
        {
            read = JsonSerializer.Deserialize(text, ApiJson.Default.EventRequest);
        }
        catch (JsonException exception)
        {
            throw Wrong(file, line, exception.Message);
        }

        if (read is null || EventKindWords.TryParse(read.Kind) is null) throw Wrong(file, line, $"'{read?.Kind}' is no kind of event");
        return Hash256.TryParse(read.Content, out _) ? read : throw Wrong(file, line, "content is the SHA-256 of the data, 64 hexadecimal digits");
    }

    private static CliException Wrong(string file, int line, string why) => new(
        ExitCode.Usage, "BatchMalformed", string.Create(CultureInfo.InvariantCulture, $"{file}:{line}: {why}"), "write {\"kind\":\"ingest\",\"content\":\"SHA-256\"} in each line");
}
