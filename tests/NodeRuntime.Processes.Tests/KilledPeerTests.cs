using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests;

/// <summary>One of four peers dies by SIGKILL and is started again: the chain goes on, the job ends well, the peer votes again.</summary>
[Collection(DevnetGroup.Name)]
public sealed class KilledPeerTests(Devnet devnet)
{
    [Theory]
    [InlineData("idle")]
    [InlineData("before the lease")]
    [InlineData("uploading")]
    [InlineData("running")]
    [InlineData("after the result")]
    public async Task It_comes_back_and_the_job_ends_well(string moment)
    {
        if (moment == "idle")
        {
            devnet.Kill(1);
            ulong tip = await devnet.TipAsync();
            await Deadline.UntilAsync("three peers that go on", 30, async () => await devnet.TipAsync() >= tip + 2);
            devnet.Restart(1);
            await devnet.GoesOnAsync();
            return;
        }

        // Random bytes do not compress and hash to something else each time; the seed makes them the same in every run.
        byte[] input = new byte[moment == "uploading" ? 24 << 20 : 64];
        new Prng(7).Fill(input);
        PreparedJob job = await Jobs.PrepareAsync(devnet, Modules.Busy(moment == "running" ? 2_000_000_000 : 1_000_000), input);
        OrderId order = await devnet.Owner.SubmitAsync(job, CancellationToken.None);
        int killed = -1;
        AccountId provider = default;
        if (moment == "before the lease") devnet.Kill(killed = 0);
        JobReport report = await Jobs.RunAsync(devnet, job, order, 100, happened =>
        {
            if (happened is JobEvent.LeaseOpened opened) provider = opened.Provider;
            bool isMoment = (moment, happened) switch
            {
                ("uploading", JobEvent.Uploaded) => true,
                ("running", JobEvent.StageChanged { Stage: JobStage.Running }) => true,
                ("after the result", JobEvent.ResultHere) => true,
                _ => false,
            };
            if (killed < 0 && isMoment) devnet.Kill(killed = devnet.PeerOf(provider));
            // It is back as soon as the owner has noticed that it was gone.
            if (killed >= 0 && happened is JobEvent.Trouble && Interlocked.Exchange(ref _isBack, 1) == 0) devnet.Restart(killed);
        });
        Assert.True(killed >= 0, "the moment never came");
        if (Interlocked.Exchange(ref _isBack, 1) == 0) devnet.Restart(killed);
        Assert.Equal(JobOutcome.Exited, report.Result.Outcome);
        Assert.Equal(0, report.Result.ExitCode);
        Assert.Equal(LeaseState.Settled, report.Lease.State);
        await devnet.GoesOnAsync();
    }

    private int _isBack;
}
