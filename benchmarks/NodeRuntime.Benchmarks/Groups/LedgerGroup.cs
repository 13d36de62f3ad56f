using System;
using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>A block of transfers on one core, to the new root, beside the signatures that it must verify.</summary>
internal static class LedgerGroup
{
    private const string Name = "ledger";

    public static IEnumerable<BenchmarkRow> Run()
    {
        SystemSignatures signatures = VerifyLimit.OpenSignatures();
        SampleChain chain = new(signatures);
        MempoolMachine mempool = new(chain.State, signatures, new DigestHashing(new Prng(1)));
        foreach (ReadOnlyMemory<byte> transaction in chain.Body)
        {
            MempoolOutcome outcome = mempool.Add(transaction, chain.Context.Time);
            Invariant.Holds(outcome.Verdict == MempoolVerdict.Accepted);
        }

        Limit verify = new("verify-bound", VerifyLimit.Raw(signatures));
        return
        [
            .. Contest.Hold(Name, "transfers never seen before", "transfers/s", Apply(chain, signatures, null), verify),
            .. Contest.Hold(Name, "transfers known to the mempool", "transfers/s", Apply(chain, signatures, mempool), verify),
        ];
    }

    private static Work Apply(SampleChain chain, SystemSignatures signatures, MempoolMachine? known) => new(
        times =>
        {
            for (int i = 0; i < times; i++)
            {
                BlockOutcome outcome = BlockApplication.Apply(chain.State, chain.Context, chain.Body, signatures, known);
                Invariant.Holds(outcome.Verdict == BlockVerdict.Accepted);
                Invariant.Holds(outcome.State!.Root != chain.State.Root);
            }
        },
        SampleChain.Accounts);
}
