using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>What becomes due. In the order in which things due at one time are handled: who is paid may bid again.</summary>
public enum DeadlineKind : byte
{
    /// <summary>A result was neither acknowledged nor closed: it is paid. The subject is a lease.</summary>
    Acknowledge = 1,

    /// <summary>A running lease has no result. The subject is a lease.</summary>
    Result = 2,

    /// <summary>A lease never became ready. The subject is a lease.</summary>
    Ready = 3,

    /// <summary>An auction ends. The subject is an order.</summary>
    Auction = 4,

    /// <summary>A bond that was asked back is free. The subject is a provider's account.</summary>
    Unbonding = 5,

    /// <summary>An order that is over leaves the state, with its leases. The subject is an order.</summary>
    Forget = 6,

    /// <summary>A provider's period of one kind of capacity is judged. The subject is the key of its duty.</summary>
    Capacity = 7,

    /// <summary>Of what a validator's key signed no evidence counts any more. The subject is the key's hash, which names a peer too.</summary>
    ValidatorKey = 8,
}

/// <summary>One line of the ledger's calendar.</summary>
public sealed record DeadlineRecord(DeadlineKind Kind, Hash256 Subject)
{
    public void Write(WireWriter writer) => writer.Record(WireType.DeadlineRecord, 2).UInt64((byte)Kind).Hash(Subject).End();

    public static DeadlineRecord Read(WireReader reader)
    {
        reader.Record(WireType.DeadlineRecord, 2);
        DeadlineRecord record = new((DeadlineKind)reader.Byte(), reader.Hash());
        reader.End();
        if (record.Kind is < DeadlineKind.Acknowledge or > DeadlineKind.ValidatorKey) reader.Fail();
        return record;
    }
}
