using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Reads;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>
/// An order from its placing to its end: follows it by verified reads and runs each lease that its auctions open. The
/// inputs are here until the end, so a provider that dies costs a new auction and nothing else.
/// </summary>
internal sealed class JobRunner(JobHost host, PreparedJob job, OrderId id, string folder, Action<JobEvent> tell)
{
    private readonly JobStopwatch _watch = new(host.Time);

    public async Task<JobReport> RunAsync(CancellationToken cancellation)
    {
        int failedAttempts = 0;
        (OrderState State, int Attempts) told = default;
        while (true)
        {
            ProvenRecord<OrderRecord> read = await host.Reads.OrderAsync(id, cancellation).ConfigureAwait(false);
            OrderRecord order = read.Record ?? throw new ClientException(
                ClientFailure.NotFound, $"the ledger has no job {id}", "orders leave the ledger some time after their end; the receipt stays with you");
            if (told != (order.State, order.Attempts))
            {
                told = (order.State, order.Attempts);
                Hear(new JobEvent.OrderChanged(host.Now, id, order.State, order.Attempts));
            }

            if (order.State is OrderState.Leased or OrderState.Completed && order.Attempts > failedAttempts)
            {
                byte attempt = (byte)(order.Attempts - 1);
                JobReport? report = await RunLeaseAsync(StateKeys.LeaseOf(id, attempt), order, cancellation).ConfigureAwait(false);
                if (report is not null) return report;
                failedAttempts = order.Attempts;
            }
            else
            {
                ThrowIfOver(order);
            }

            await Task.Delay(host.Context.PollInterval, host.Time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<JobReport?> RunLeaseAsync(LeaseId leaseId, OrderRecord order, CancellationToken cancellation)
    {
        ProvenRecord<LeaseRecord> read = await host.Reads.LeaseAsync(leaseId, cancellation).ConfigureAwait(false);
        if (read.Record is not { } lease) return null;
        Hear(new JobEvent.LeaseOpened(host.Now, leaseId, lease.Provider, lease.PricePerSecond));
        using LeaseRun run = new(host, job, leaseId, lease, folder, Hear);
        switch (await run.RunAsync(cancellation).ConfigureAwait(false))
        {
            case LeaseOutcome.Done done:
                return new JobReport(
                    id, leaseId, done.Lease, done.Result, done.Detail, folder, run.ReceiptPath, run.Outputs, order.Attempts, _watch.Timings);
            case LeaseOutcome.Failed failed:
                Hear(new JobEvent.AttemptFailed(host.Now, leaseId, failed.Reason));
                return null;
            default:
                return Invariant.Unreachable<JobReport>("a lease ends in one of two ways");
        }
    }

    private void ThrowIfOver(OrderRecord order)
    {
        switch (order.State)
        {
            case OrderState.Open:
            case OrderState.Leased:
                return;
            case OrderState.Completed:
                // A settled lease has returned its report; what is left is one that the owner closed.
                throw new ClientException(ClientFailure.JobFailed, $"job {id} was closed by its owner", "submit it again");
            case OrderState.Cancelled:
                throw new ClientException(ClientFailure.JobFailed, $"job {id} was cancelled; the deposit went back", "submit it again");
            case OrderState.Expired:
                throw new ClientException(
                    ClientFailure.JobFailed,
                    $"job {id} found no provider that finished it, in {order.Attempts} attempts; the deposit went back",
                    $"`noderuntime job why {id}` shows what providers said; raise pricePerSecond or lower limits");
        }
    }

    private void Hear(JobEvent happened)
    {
        _watch.Hear(happened);
        tell(happened);
    }
}
