using System;
using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation;

/// <summary>
/// The people behind the peers: each holds stake in an account of its own, declares its peer a validator, changes its key and leaves,
/// by real transactions through whichever peers are up. What does not make it into a block is done again another time.
/// </summary>
internal sealed class SimulatedOperators(
    Genesis genesis, IReadOnlyList<ISigner> wallets, IReadOnlyList<ISigner> nodes, IReadOnlyList<ISigner> secondKeys, Action<byte[]> submit, Prng prng)
{
    // More than the least, so that a lost view does not cost the place.
    private static readonly Amount Stake = Amount.FromTokens(120);

    /// <summary>A peer comes, changes its key or goes, as it stands and as chance will.</summary>
    public FaultClass Change(int peer, LedgerState state)
    {
        if (state.Records.Validator(AccountOf(peer)) is null) return Join(peer, state);
        return prng.NextBelow(2) == 0 ? Leave(peer, state) : Rotate(peer, state);
    }

    public FaultClass Join(int peer, LedgerState state)
    {
        Declare(peer, nodes[peer], state);
        return FaultClass.ValidatorJoins;
    }

    /// <summary>To whichever of its two keys it does not vote with.</summary>
    public FaultClass Rotate(int peer, LedgerState state)
    {
        bool hasSecond = state.Records.Validator(AccountOf(peer))?.Key == secondKeys[peer].PublicKey;
        Declare(peer, hasSecond ? nodes[peer] : secondKeys[peer], state);
        return FaultClass.KeyRotation;
    }

    public FaultClass Leave(int peer, LedgerState state)
    {
        Send(wallets[peer], state, new Message.LeaveValidators());
        return FaultClass.ValidatorLeaves;
    }

    /// <summary>A validator of genesis stands in its node's account.</summary>
    public void LeaveGenesis(int peer, LedgerState state) => Send(nodes[peer], state, new Message.LeaveValidators());

    private AccountId AccountOf(int peer) => KeyPolicy.Single(wallets[peer].PublicKey).ToAccountId();

    private void Declare(int peer, ISigner key, LedgerState state)
    {
        Message.DeclareValidator declare = Possession.Declare(
            genesis.ChainId, AccountOf(peer), key, nodes[peer], SimulatedReveals.Of(genesis.Parameters, key).Anchor);
        BondRecord bond = state.Records.Bond(AccountOf(peer));
        if (bond.Bonded < state.Parameters.ValidatorBondMin) Send(wallets[peer], state, new Message.Bond(Stake), declare);
        else Send(wallets[peer], state, declare);
    }

    private void Send(ISigner wallet, LedgerState state, params Message[] messages)
    {
        AccountId account = KeyPolicy.Single(wallet.PublicKey).ToAccountId();
        byte[] bytes = TransactionBuilder.Sign(
            wallet, genesis.ChainId, state.Records.Account(account).Sequence, state.Parameters.TransactionFee, new Height(state.Height.Number + 20), [.. messages])
            .Encode();
        submit(bytes);
    }
}
