using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.IO;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;
using static NodeRuntime.Persistence.Tests.Support.TestData;

namespace NodeRuntime.Persistence.Tests.Journal;

// A real process writes numbered records and prints each that was acknowledged. What was printed must be there afterwards,
// whatever happened to the process, the log or the disk; and what is there must be what was written.

public sealed class CrashTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_acknowledged_record_outlives_kill_9(ulong seed)
    {
        using TestFolder folder = new();
        string path = folder.In("data");
        Prng prng = new(seed);
        ulong acknowledged = 0;
        for (int life = 0; life < 3; life++)
        {
            int window = 1 + prng.NextBelow(32);
            ulong killAfter = acknowledged + 1 + prng.NextBelow(300UL);
            acknowledged = KillAfter(path, window, killAfter);
            Assert.True(acknowledged >= killAfter);

            using DataFolder opened = DataFolder.Open(path, Chain);
            using SqlJournal journal = SqlJournal.OpenSqlite(opened);
            ulong last = AssertPrefix(journal);
            Assert.InRange(last, acknowledged, acknowledged + (ulong)window);
            // A record may be there that nobody was told of: the next life goes on from it.
            acknowledged = last;
        }
    }

    [Fact]
    public void A_log_cut_short_anywhere_gives_a_prefix_or_a_named_error()
    {
        using TestFolder folder = new();
        string path = WriteAndKill(folder, out ulong acknowledged);
        string log = LogOf(path);
        long length = new FileInfo(log).Length;
        Assert.True(length > 0);
        Prng prng = new(7);
        for (int i = 0; i < 12; i++)
        {
            long cut = (long)prng.NextBelow((ulong)length);
            using TestFolder copy = new();
            CopyJournal(path, copy.In("data"));
            using (FileStream stream = File.OpenWrite(LogOf(copy.In("data")))) stream.SetLength(cut);

            ulong? last = OpenDamaged(copy.In("data"));

            if (last is { } prefix) Assert.InRange(prefix, 0UL, acknowledged + 32);
        }
    }

    [Theory]
    [InlineData("journal.db-wal")]
    [InlineData("journal.db")]
    public void Overwritten_bytes_give_a_prefix_or_a_named_error(string file)
    {
        using TestFolder folder = new();
        string path = WriteAndKill(folder, out _);
        // With the log folded into it, the file itself holds the records.
        if (file == "journal.db")
        {
            using DataFolder opened = DataFolder.Open(path, Chain);
            SqlJournal.OpenSqlite(opened).Dispose();
        }

        long length = new FileInfo(Path.Combine(path, "journal", file)).Length;
        Prng prng = new(11);
        int named = 0;
        for (int i = 0; i < 12; i++)
        {
            using TestFolder copy = new();
            CopyJournal(path, copy.In("data"));
            byte[] noise = new byte[512];
            prng.Fill(noise);
            using (FileStream stream = File.OpenWrite(Path.Combine(copy.In("data"), "journal", file)))
            {
                stream.Position = (long)prng.NextBelow((ulong)(length - noise.Length));
                stream.Write(noise);
            }

            if (OpenDamaged(copy.In("data")) is null) named++;
        }

        // The log's frames carry checksums, so it is cut; the file's rows carry ours, so most of the noise is seen.
        if (file == "journal.db") Assert.NotEqual(0, named);
    }

    [Fact]
    public void A_file_that_is_no_database_is_damage()
    {
        using TestFolder folder = new();
        using DataFolder opened = DataFolder.Open(folder.In("data"), Chain);
        File.WriteAllText(Path.Combine(opened.JournalPath, "journal.db"), new string('x', 8192));

        Assert.Equal(JournalFault.Damaged, Assert.Throws<JournalException>(() => SqlJournal.OpenSqlite(opened)).Fault);
    }

    [FactRequiring(Requirement.Mount)]
    public void A_full_disk_has_a_name_and_loses_nothing_that_was_acknowledged()
    {
        using SmallDisk disk = new("2m");
        string path = Path.Combine(disk.Path, "data");
        ulong acknowledged = 0;
        using (DataFolder opened = DataFolder.Open(path, Chain))
        using (SqlJournal journal = SqlJournal.OpenSqlite(opened))
        {
            JournalVerdict verdict = JournalVerdict.Written;
            for (ulong number = 1; number < 10_000 && verdict == JournalVerdict.Written; number++)
            {
                verdict = journal.WriteAndWait(Numbered(number));
                if (verdict == JournalVerdict.Written) acknowledged = number;
            }

            Assert.True(verdict == JournalVerdict.DiskFull, journal.Fault?.ToString());
            Assert.Equal(JournalVerdict.DiskFull, journal.WriteAndWait(Put("other", 1, "small")));
            Assert.Equal(JournalFault.DiskFull, journal.Fault?.Fault);
            Assert.Equal(acknowledged, AssertPrefix(journal));
        }

        // The disk grows: it goes on where it stood.
        (int exitCode, string output) = ChildProcess.Run("mount", "-o", "remount,size=8m", disk.Path);
        Assert.True(exitCode == 0, output);
        using DataFolder again = DataFolder.Open(path, Chain);
        using SqlJournal reopened = SqlJournal.OpenSqlite(again);
        Assert.Equal(acknowledged, AssertPrefix(reopened));
        Assert.Equal(JournalVerdict.Written, reopened.WriteAndWait(Numbered(acknowledged + 1)));
    }

    [FactRequiring(Requirement.Mount)]
    public void A_journal_on_a_disk_without_room_is_refused_by_name()
    {
        using SmallDisk disk = new("64k");
        using DataFolder opened = DataFolder.Open(Path.Combine(disk.Path, "data"), Chain);
        disk.Fill();

        Assert.Equal(JournalFault.DiskFull, Assert.Throws<JournalException>(() => SqlJournal.OpenSqlite(opened)).Fault);
    }

    [FactRequiring(Requirement.Strace)]
    public void The_log_is_on_the_disk_before_the_acknowledgement_is_printed()
    {
        using TestFolder folder = new();
        string trace = folder.In("trace");
        const int Count = 20;
        (int exitCode, string output) = ChildProcess.Run(
            "strace",
            [
                "-f", "-y", "-e", "trace=fsync,fdatasync,write,pwrite64", "-o", trace,
                "dotnet", .. ChildProcess.SelfCommand, "write", folder.In("data"), Count.ToString(), "1",
            ]);
        Assert.True(exitCode == 0, output);

        List<string> story = SystemCallStory.Read(File.ReadAllLines(trace));

        int acknowledged = 0;
        for (int i = 0; i < story.Count; i++)
        {
            if (story[i] != SystemCallStory.Acknowledge) continue;
            acknowledged++;
            // One batch under way at a time: the log was written since the last answer, and synced after its last write.
            Assert.Equal(SystemCallStory.SyncLog, story[i - 1]);
            Assert.Equal(SystemCallStory.WriteLog, story[i - 2]);
        }

        Assert.Equal(Count, acknowledged);
    }

    private static ulong KillAfter(string path, int window, ulong killAfter)
    {
        using Process child = ChildProcess.StartSelf("write", path, "0", window.ToString());
        ulong acknowledged = 0;
        while (acknowledged < killAfter) acknowledged = NumberOf(ChildProcess.ReadLine(child));
        child.Kill();
        // What it had printed before it died counts as well; the last line may be torn.
        string rest = child.StandardOutput.ReadToEnd();
        string[] lines = rest.Split('\n');
        for (int i = 0; i < lines.Length - 1; i++) acknowledged = NumberOf(lines[i]);
        child.WaitForExit();
        return acknowledged;
    }

    private static ulong NumberOf(string line)
    {
        Assert.StartsWith(ChildProgram.Acknowledged, line, StringComparison.Ordinal);
        return ulong.Parse(line.AsSpan(ChildProgram.Acknowledged.Length));
    }

    private static string WriteAndKill(TestFolder folder, out ulong acknowledged)
    {
        string path = folder.In("data");
        // Fewer than the thousand pages at which the log is folded into the file.
        acknowledged = KillAfter(path, window: 4, killAfter: 150);
        return path;
    }

    private static string LogOf(string path) => Path.Combine(path, "journal", "journal.db-wal");

    private static void CopyJournal(string from, string to)
    {
        using DataFolder made = DataFolder.Open(to, Chain);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(from, "journal")))
        {
            // The shared index is rebuilt from the log.
            if (file.EndsWith("-shm", StringComparison.Ordinal)) continue;
            File.Copy(file, Path.Combine(made.JournalPath, Path.GetFileName(file)));
        }
    }

    /// <summary>The last number of a prefix that is right, or null when damage was named.</summary>
    private static ulong? OpenDamaged(string path)
    {
        using DataFolder opened = DataFolder.Open(path, Chain);
        try
        {
            using SqlJournal journal = SqlJournal.OpenSqlite(opened);
            return AssertPrefix(journal);
        }
        catch (JournalException exception)
        {
            Assert.Equal(JournalFault.Damaged, exception.Fault);
            return null;
        }
    }

    private static ulong AssertPrefix(SqlJournal journal)
    {
        ulong last = journal.Last(Numbers) ?? 0;
        ulong expected = 1;
        while (expected <= last)
        {
            ImmutableArray<JournalRecord> records = journal.ReadRange(Numbers, expected, 100);
            Assert.NotEmpty(records);
            foreach (JournalRecord record in records)
            {
                Assert.Equal(expected, record.Sequence);
                Assert.True(record.Payload.Span.SequenceEqual(PayloadOf(expected)));
                expected++;
            }
        }

        return last;
    }
}
