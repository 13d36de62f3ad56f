using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>A validator that stands still with all its threads, as a suspended machine does, and wakes among old timers.</summary>
[Collection(PeerNetGroup.Name)]
public sealed class PausedPeerTests(PeerNet net)
{
    [Fact]
    public async Task It_goes_on_where_the_others_are_and_votes_in_no_slot_twice()
    {
        await net.BeginAsync();
        int peer = net.ProcessOf(1).Id;
        Signals.Pause(peer);
        try
        {
            await net.AdvanceAsync([0, 2, 3], 4, 40);
        }
        finally
        {
            Signals.Continue(peer);
        }

        await net.GoesOnAsync();
        Assert.Equal(peer, net.ProcessOf(1).Id);
        net.AssertAgreement();
    }
}
