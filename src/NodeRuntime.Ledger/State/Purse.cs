using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// The one place that moves tokens. Each movement changes its two records and the running totals together, so nothing
/// is made or lost between balances, bonds and escrows; only <see cref="Mint"/> makes and only <see cref="Burn"/> and
/// <see cref="BurnBond"/> destroy. Rules ask beforehand whether there is enough: here too little is a broken invariant (checked arithmetic).
///
///     mint -> balance -> bond      -> unbonding -> balance
///                     -> escrow    -> balance (of the provider, the owner)
///                     -> burn
///             bond    -> balance (of the owner: a penalty; of the harmed and the reporter: a slash)
///                     -> burn
/// </summary>
internal sealed class Purse(LedgerDraft draft)
{
    /// <summary>2^100 base units, as in genesis: sums of amounts stay far from the end of 128 bits.</summary>
    public static Amount SupplyMax => new(System.UInt128.One << 100);

    public void Mint(AccountId to, Amount amount)
    {
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Minted = supply.Minted + amount, Balances = supply.Balances + amount });
        Invariant.Holds(draft.Supply.Minted <= SupplyMax);
        Add(to, amount);
    }

    public void Burn(AccountId from, Amount amount)
    {
        Subtract(from, amount);
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Burned = supply.Burned + amount, Balances = supply.Balances - amount });
    }

    public void Transfer(AccountId from, AccountId to, Amount amount)
    {
        Subtract(from, amount);
        Add(to, amount);
    }

    public void Bond(AccountId provider, Amount amount)
    {
        Subtract(provider, amount);
        BondRecord bond = draft.Records.Bond(provider);
        draft.Put(provider, bond with { Bonded = bond.Bonded + amount });
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Balances = supply.Balances - amount, Bonds = supply.Bonds + amount });
    }

    /// <summary>What a provider asked back goes to its balance. Returns how much that was.</summary>
    public Amount Free(AccountId provider)
    {
        BondRecord bond = draft.Records.Bond(provider);
        draft.Put(provider, bond with { Unbonding = Amount.Zero, FreeAt = Instant.Epoch });
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Balances = supply.Balances + bond.Unbonding, Bonds = supply.Bonds - bond.Unbonding });
        Add(provider, bond.Unbonding);
        return bond.Unbonding;
    }

    /// <summary>
    /// Takes a penalty from a bond, what is not asked back first, and gives it to the one who was let down. Returns what
    /// there was to take.
    /// </summary>
    public Amount Penalise(AccountId provider, AccountId to, Amount penalty)
    {
        Amount taken = Take(provider, penalty);
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Balances = supply.Balances + taken, Bonds = supply.Bonds - taken });
        Add(to, taken);
        return taken;
    }

    /// <summary>Destroys a part of a bond, what is not asked back first. The bond holds that much.</summary>
    public void BurnBond(AccountId provider, Amount amount)
    {
        Invariant.Holds(Take(provider, amount) == amount);
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Burned = supply.Burned + amount, Bonds = supply.Bonds - amount });
    }

    /// <summary>Locks the deposit of an order as it is accepted: its record is written with the escrow it names.</summary>
    public void Lock(OrderId id, OrderRecord order)
    {
        Subtract(order.Owner, order.Escrow);
        draft.Put(id, order);
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Balances = supply.Balances - order.Escrow, Escrows = supply.Escrows + order.Escrow });
    }

    /// <summary>
    /// Empties an order's escrow: <paramref name="paid"/> to the provider, the rest back to the owner. Returns the rest.
    /// </summary>
    public Amount Settle(OrderId id, AccountId provider, Amount paid)
    {
        OrderRecord? order = draft.Records.Order(id);
        Invariant.Holds(order is not null);
        Invariant.Holds(paid <= order.Escrow);
        Amount refunded = order.Escrow - paid;
        draft.Put(id, order with { Escrow = Amount.Zero });
        SupplyRecord supply = draft.Supply;
        draft.SetSupply(supply with { Balances = supply.Balances + order.Escrow, Escrows = supply.Escrows - order.Escrow });
        Add(provider, paid);
        Add(order.Owner, refunded);
        return refunded;
    }

    private Amount Take(AccountId provider, Amount amount)
    {
        BondRecord bond = draft.Records.Bond(provider);
        Amount fromBonded = Amount.Min(amount, bond.Bonded);
        Amount fromUnbonding = Amount.Min(amount - fromBonded, bond.Unbonding);
        draft.Put(provider, bond with { Bonded = bond.Bonded - fromBonded, Unbonding = bond.Unbonding - fromUnbonding });
        return fromBonded + fromUnbonding;
    }

    private void Add(AccountId account, Amount amount)
    {
        if (amount == Amount.Zero) return;
        AccountRecord record = draft.Records.Account(account);
        draft.Put(account, record with { Balance = record.Balance + amount });
    }

    private void Subtract(AccountId account, Amount amount)
    {
        if (amount == Amount.Zero) return;
        AccountRecord record = draft.Records.Account(account);
        Invariant.Holds(record.Balance >= amount);
        draft.Put(account, record with { Balance = record.Balance - amount });
    }
}
