using System;
using System.Collections.Generic;

namespace NodeRuntime.Persistence.Tests.Support;

/// <summary>What a trace tells about the journal's log and the acknowledgements, one word per completed call, repeats once.</summary>
internal static class SystemCallStory
{
    public const string WriteLog = "write log";

    public const string SyncLog = "sync log";

    public const string Acknowledge = "acknowledge";

    public static List<string> Read(IEnumerable<string> lines)
    {
        List<string> story = [];
        Dictionary<string, string> unfinished = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string thread = line[..space];
            string call = line[space..].Trim();
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                // An answer counts from where it begins, the log's calls from where they end.
                if (WordOf(call) == Acknowledge) story.Add(Acknowledge);
                else unfinished[thread] = call;
                continue;
            }

            if (call.StartsWith("<... ", StringComparison.Ordinal))
            {
                if (!unfinished.Remove(thread, out string? begun)) continue;
                call = begun + call;
            }

            string? word = WordOf(call);
            if (word == SyncLog && !call.EndsWith("= 0", StringComparison.Ordinal)) continue;
            bool isRepeat = word == WriteLog && story.Count > 0 && story[^1] == WriteLog;
            if (word is not null && !isRepeat) story.Add(word);
        }

        return story;
    }

    private static string? WordOf(string call)
    {
        bool isLog = call.Contains("journal.db-wal>", StringComparison.Ordinal);
        if (isLog && call.StartsWith("pwrite64(", StringComparison.Ordinal)) return WriteLog;
        if (isLog && call.StartsWith("fsync(", StringComparison.Ordinal)) return SyncLog;
        if (isLog && call.StartsWith("fdatasync(", StringComparison.Ordinal)) return SyncLog;
        bool isAnswer = call.StartsWith("write(", StringComparison.Ordinal)
            && call.Contains("\"" + ChildProgram.Acknowledged, StringComparison.Ordinal);
        return isAnswer ? Acknowledge : null;
    }
}
