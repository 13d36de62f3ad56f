using System;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Reads;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests;

/// <summary>Peers put the calendar's root on the ledger by themselves: every gateway shows the same, and a stranger has it proven.</summary>
[Collection(DevnetGroup.Name)]
public sealed class PublicationReadTests(Devnet devnet)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task A_devnet_has_its_first_root_and_every_gateway_proves_it()
    {
        PublicationsAnswer[] lists = [];
        await Deadline.UntilAsync("a root at every gateway", 60, async () =>
        {
            lists = await Task.WhenAll(Enumerable.Range(0, Devnet.Peers).Select(async peer => JsonSerializer.Deserialize(
                await Http.GetStringAsync(new Uri(devnet.ApiOf(peer), Routes.Publications)), ApiJson.Default.PublicationsAnswer)!));
            return lists.All(static it => it.Publications.Length > 0);
        });
        PublicationAnswer first = lists[0].Publications[0];
        Assert.All(lists, it => Assert.Equal(first, it.Publications[0]));

        ProvenRecord<PublicationRecord> proven = await devnet.Owner.Reads.PublicationAsync(new PublicationDay(first.Day), CancellationToken.None);
        Assert.Equal((first.Size, first.Root, first.Publisher), (proven.Record!.Size, proven.Record.Root.ToString(), proven.Record.Publisher.ToString()));
        // Who published is one of those who validate.
        Assert.Contains(proven.Record.Publisher, Enumerable.Range(0, Devnet.Peers).Select(devnet.AccountOf));
        PublicationProof? proof = await devnet.Owner.FindPublicationAsync(first.Size, proven.Record.Second, devnet.Signatures, CancellationToken.None);
        PublicationProof read = PublicationProof.TryDecode(proof!.Encode())!;
        Assert.Equal(PublicationProofVerdict.Accepted, read.Verify(devnet.Context.Chain, devnet.Signatures, out PublicationRecord? record));
        Assert.Equal(proven.Record, record);
        Assert.Null(await devnet.Owner.FindPublicationAsync(ulong.MaxValue, proven.Record.Second, devnet.Signatures, CancellationToken.None));
    }
}
