using System;
using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime;

namespace NodeRuntime.Simulation;

/// <summary>
/// People who send each other tokens, so many times a second, each through one peer. Whose transactions stop arriving begins anew where the
/// ledger says that it is.
/// </summary>
internal sealed class SimulatedCrowd(Genesis genesis, IReadOnlyList<ISigner> people, VirtualTimeDispatcher time, Prng prng, IReadOnlyList<SimulatedPeer> peers)
{
    private static readonly Duration PatienceMax = Duration.FromSeconds(10);

    // Asked for, it is the hash of the whole genesis, made anew.
    private readonly ChainId _chain = genesis.ChainId;
    private readonly ulong[] _next = new ulong[people.Count];
    private readonly (ulong Sequence, Instant At)[] _seen = new (ulong, Instant)[people.Count];

    public long Sent { get; private set; }

    /// <summary>By the furthest of the peers.</summary>
    public long Settled
    {
        get
        {
            LedgerTip? furthest = null;
            foreach (SimulatedPeer peer in peers)
            {
                if (peer.Tip is { } tip && (furthest is null || tip.Height > furthest.Height)) furthest = tip;
            }

            long settled = 0;
            if (furthest is null) return settled;
            for (int i = 0; i < people.Count; i++) settled += (long)furthest.State.Records.Account(AccountOf(i)).Sequence;
            return settled;
        }
    }

    public void Start(int perSecond)
    {
        Duration interval = Duration.FromSeconds(1) / perSecond;
        time.ScheduleAt(time.Now + prng.NextDuration(interval / 2, interval + (interval / 2)), () =>
        {
            Pay(prng.NextBelow(people.Count));
            Start(perSecond);
        });
    }

    private void Pay(int person)
    {
        SimulatedPeer peer = peers[person % peers.Count];
        if (peer.Tip is not { } tip) return;
        ulong settled = tip.State.Records.Account(AccountOf(person)).Sequence;
        if (settled != _seen[person].Sequence || _next[person] <= settled) _seen[person] = (settled, time.Now);
        bool isStuck = time.Now - _seen[person].At > PatienceMax;
        if (_next[person] < settled || isStuck) _next[person] = settled;
        // One that waits for as many as the pool takes waits.
        if (_next[person] - settled >= Limits.MempoolTransactionsPerSenderMax) return;
        Message payment = new Message.Transfer(AccountOf(prng.NextBelow(people.Count)), new Amount(1));
        Height expiry = new(tip.Height.Number + 500);
        Transaction transaction = TransactionBuilder.Sign(
            people[person], _chain, _next[person], genesis.Parameters.TransactionFee, expiry, [payment]);
        _next[person]++;
        Sent++;
        peer.Submit(transaction.Encode());
    }

    private AccountId AccountOf(int person) => KeyPolicy.Single(people[person].PublicKey).ToAccountId();
}
