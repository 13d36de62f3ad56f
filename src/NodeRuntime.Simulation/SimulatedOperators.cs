using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Runtime;

namespace NodeRuntime.Simulation;

/// <summary>
/// The people behind the peers: each holds stake in an account of its own, declares its peer a validator, changes its key and leaves,
/// by real transactions through whichever peers are up. What does not make it into a block is done again another time.
/// </summary>
internal sealed class SimulatedOperators(
    ChainId chain, IReadOnlyList<ISigner> wallets, IReadOnlyList<ISigner> nodes, IReadOnlyList<ISigner> secondKeys, List<SimulatedPeer> peers, Prng prng)
{
    private static readonly Amount Stake = Amount.FromTokens(100);

    /// <summary>Somebody comes, changes its key or goes. The validators of genesis stay.</summary>
    /// <param name="first">The lowest peer that may.</param>
    public void Change(int first, LedgerTip tip)
    {
        if (first >= peers.Count) return;
        int peer = first + prng.NextBelow(peers.Count - first);
        if (tip.State.Records.Validator(AccountOf(peer)) is not { } validator) Join(peer, tip);
        else if (prng.NextBelow(2) == 0) Leave(peer, tip);
        else Declare(peer, validator.Key == nodes[peer].PublicKey ? secondKeys[peer] : nodes[peer], tip);
    }

    public void Join(int peer, LedgerTip tip) => Declare(peer, nodes[peer], tip);

    public void Rotate(int peer, LedgerTip tip) => Declare(peer, secondKeys[peer], tip);

    public void Leave(int peer, LedgerTip tip) => Send(wallets[peer], tip, new Message.LeaveValidators());

    /// <summary>A validator of genesis stands in its node's account.</summary>
    public void LeaveGenesis(int peer, LedgerTip tip) => Send(nodes[peer], tip, new Message.LeaveValidators());

    private AccountId AccountOf(int peer) => KeyPolicy.Single(wallets[peer].PublicKey).ToAccountId();

    private void Declare(int peer, ISigner key, LedgerTip tip)
    {
        Message.DeclareValidator declare = Possession.Declare(chain, AccountOf(peer), key, nodes[peer]);
        BondRecord bond = tip.State.Records.Bond(AccountOf(peer));
        if (bond.Bonded < Stake) Send(wallets[peer], tip, new Message.Bond(Stake), declare);
        else Send(wallets[peer], tip, declare);
    }

    private void Send(ISigner wallet, LedgerTip tip, params Message[] messages)
    {
        AccountId account = KeyPolicy.Single(wallet.PublicKey).ToAccountId();
        byte[] bytes = TransactionBuilder.Sign(
            wallet, chain, tip.State.Records.Account(account).Sequence, tip.State.Parameters.TransactionFee, new Height(tip.Height.Number + 20), [.. messages])
            .Encode();
        foreach (SimulatedPeer peer in peers) peer.Submit(bytes);
    }
}
