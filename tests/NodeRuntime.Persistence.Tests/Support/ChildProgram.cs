using System;
using System.IO;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;

namespace NodeRuntime.Persistence.Tests.Support;

// What the test assembly does as a program:
//
//     write FOLDER COUNT WINDOW    writes numbered records after the last one there, prints "acknowledged N" from each callback,
//                                  with WINDOW batches under way; COUNT 0 goes on until it is killed
//     hold FOLDER                  opens the folder, prints "held", and keeps it until its input ends

internal static class ChildProgram
{
    public const string Acknowledged = "acknowledged ";

    public static int Main(string[] arguments)
    {
        using DataFolder folder = DataFolder.Open(arguments[1], TestData.Chain);
        switch (arguments[0])
        {
            case "write":
                Write(folder, ulong.Parse(arguments[2]), int.Parse(arguments[3]));
                return 0;
            case "hold":
                Console.Out.WriteLine("held");
                Console.In.ReadToEnd();
                return 0;
            default:
                return 2;
        }
    }

    private static void Write(DataFolder folder, ulong count, int window)
    {
        using SqlJournal journal = SqlJournal.OpenSqlite(folder);
        using SemaphoreSlim room = new(window);
        ulong first = (journal.Last(TestData.Numbers) ?? 0) + 1;
        for (ulong number = first; count == 0 || number < first + count; number++)
        {
            ulong written = number;
            room.Wait();
            journal.Write(TestData.Numbered(number), verdict =>
            {
                if (verdict != JournalVerdict.Written) throw new IOException(verdict.ToString());
                Console.Out.WriteLine(Acknowledged + written);
                room.Release();
            });
        }

        for (int i = 0; i < window; i++) room.Wait();
    }
}
