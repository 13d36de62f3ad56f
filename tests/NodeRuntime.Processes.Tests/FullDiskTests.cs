using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>A validator whose disk fills under it stops by name; with room it is again what it was.</summary>
[Collection(PeerNetGroup.Name)]
public sealed class FullDiskTests(PeerNet net)
{
    private const int Small = 2;

    [FactRequiring(Requirement.Mount)]
    public async Task It_stops_by_name_the_others_go_on_and_with_room_it_votes_again()
    {
        await net.BeginAsync();
        await net.StopAsync(Small);
        string data = net.DataOf(Small);
        string aside = data + ".aside";
        Copy(data, aside);
        using (SmallDisk disk = new(data, "32m"))
        {
            Copy(aside, data);
            CliRun peer = net.Start(Small);
            await net.GoesOnAsync();

            disk.Fill();
            AssertDiskFull(await peer.EndAsync(30), "JournalDiskFull");
            await net.AdvanceAsync([0, 1, 3], 3, 30);
            // Nor does it begin again while there is no room.
            AssertDiskFull(await net.Start(Small).EndAsync(30), null);

            disk.MakeRoom();
            net.Start(Small);
            await net.GoesOnAsync();
            await net.StopAsync(Small);
            Directory.Delete(aside, recursive: true);
            Copy(data, aside);
        }

        Directory.Delete(data, recursive: true);
        Directory.Move(aside, data);
        net.Start(Small);
        await net.GoesOnAsync();
        net.AssertAgreement();
    }

    private static void AssertDiskFull(Finished done, string? code)
    {
        Assert.True(done.ExitCode == 1, $"exit code {done.ExitCode}: {done.Output} {done.Error}");
        JsonElement error = done.LastJson().GetProperty("error");
        if (code is not null) Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains("full", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    // With modes and owners: keys stay closed to others.
    private static void Copy(string from, string to)
    {
        using Process copy = Process.Start("cp", ["-aT", from, to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
