using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Simulation.Histories;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// The clients' history against the chain that all peers agree on: payments into the pot as a list and as a sum, the last payment
/// that a reader saw as a register, and all transfers as a bank.
/// </summary>
internal static class HistoryVerdict
{
    private const int SearchStepsMax = 3_000_000;

    public static void Check(
        HistoryClients clients, ImmutableArray<StoredBlock> chain, ImmutableArray<UInt128> before, ImmutableArray<UInt128> after, UInt128 fee,
        CampaignReport report)
    {
        IReadOnlyList<ClientOperation> operations = clients.Operations;
        List<(int From, int To, UInt128 Amount)> applied = AppliedOf(chain, clients.Accounts);
        HashSet<UInt128> happened = [.. applied.Select(static transfer => transfer.Amount)];
        report.Operations = operations.Count;
        report.Acknowledged = operations.Count(static operation => operation.Completed is not null);
        report.UnansweredApplied = operations.Count(operation => operation.Completed is null && happened.Contains(operation.Amount));
        report.UnansweredLost = operations.Count(operation => operation.Completed is null && !happened.Contains(operation.Amount));
        report.Reads = operations.Count(static operation => operation.Read is not null);

        IEnumerable<Transfer> transfers = operations.Select(operation => new Transfer(
            (long)operation.Amount, operation.Client, operation.To, operation.Amount, operation.Completed is not null, happened.Contains(operation.Amount)));
        Complain(report, "bank", TransferHistory.Complaints(before, after, transfers, fee));
        foreach (IGrouping<UInt128, (int, int, UInt128 Amount)> twice in applied.GroupBy(static transfer => transfer.Amount).Where(static group => group.Count() > 1))
        {
            report.Complaints.Add($"bank: the transfer of {twice.Key} was applied {twice.Count()} times");
        }

        ClientOperation[] toPot = [.. operations.Where(static operation => operation.To == HistoryClients.Count)];
        long[] list = [.. applied.Where(static transfer => transfer.To == HistoryClients.Count).Select(static transfer => (long)transfer.Amount)];
        IEnumerable<Operation<long>> appends = toPot.Select(static operation => new Operation<long>(
            operation.Client, operation.Invoked, operation.Completed, (long)operation.Amount));
        Complain(report, "list", AppendHistory.Complaints(appends, list));
        CheckSum(toPot, happened, before[^1], report);
        CheckRegister(toPot, list, happened, before[^1], report);
    }

    // What never happened is left out: that it may be is what the chain has told.
    private static void CheckSum(ClientOperation[] toPot, HashSet<UInt128> happened, UInt128 initial, CampaignReport report)
    {
        List<Operation<SumCall>> history = [];
        foreach (ClientOperation operation in toPot)
        {
            if (happened.Contains(operation.Amount))
            {
                SumCall add = new SumCall.Add(operation.Amount);
                history.Add(new Operation<SumCall>(operation.Client, operation.Invoked, operation.Completed, add) { MustHappen = true });
            }

            if (operation.Read is { } read) history.Add(new Operation<SumCall>(operation.Client, operation.Invoked, read.At, new SumCall.Read(read.Balance)));
        }

        LinearizabilityVerdict verdict = Linearizability.Check(new SumModel(initial), history, SearchStepsMax);
        if (verdict != LinearizabilityVerdict.Linearizable) report.Complaints.Add("sum: " + verdict);
    }

    // A balance tells how much of the list a reader saw; the register is the last payment of it.
    private static void CheckRegister(ClientOperation[] toPot, long[] list, HashSet<UInt128> happened, UInt128 initial, CampaignReport report)
    {
        Dictionary<UInt128, long> lastOf = new() { [initial] = 0 };
        UInt128 sum = initial;
        foreach (long amount in list)
        {
            sum += (UInt128)amount;
            lastOf[sum] = amount;
        }

        List<Operation<RegisterCall>> history = [];
        foreach (ClientOperation operation in toPot)
        {
            if (happened.Contains(operation.Amount))
            {
                RegisterCall write = new RegisterCall.Write((long)operation.Amount);
                history.Add(new Operation<RegisterCall>(operation.Client, operation.Invoked, operation.Completed, write) { MustHappen = true });
            }

            if (operation.Read is not { } read) continue;
            if (lastOf.TryGetValue(read.Balance, out long last))
            {
                history.Add(new Operation<RegisterCall>(operation.Client, operation.Invoked, read.At, new RegisterCall.Read(last)));
            }
            else
            {
                report.Complaints.Add($"register: a reader was proven {read.Balance}, which the pot never held");
            }
        }

        LinearizabilityVerdict verdict = Linearizability.Check(new RegisterModel(0), history, SearchStepsMax);
        if (verdict != LinearizabilityVerdict.Linearizable) report.Complaints.Add("register: " + verdict);
    }

    private static List<(int From, int To, UInt128 Amount)> AppliedOf(ImmutableArray<StoredBlock> chain, ImmutableArray<AccountId> accounts)
    {
        List<(int, int, UInt128)> applied = [];
        foreach (StoredBlock stored in chain)
        {
            foreach (ReadOnlyMemory<byte> bytes in BlockBody.Split(stored.Block.Transactions).Transactions)
            {
                Assert.True(Transaction.TryDecode(bytes, out Transaction? transaction));
                int from = accounts.IndexOf(transaction!.Sender);
                if (from < 0) continue;
                foreach (Message message in transaction.Messages)
                {
                    if (message is Message.Transfer transfer) applied.Add((from, accounts.IndexOf(transfer.To), transfer.Amount.Units));
                }
            }
        }

        return applied;
    }

    private static void Complain(CampaignReport report, string about, ImmutableArray<string> complaints)
    {
        foreach (string complaint in complaints) report.Complaints.Add($"{about}: {complaint}");
    }
}
