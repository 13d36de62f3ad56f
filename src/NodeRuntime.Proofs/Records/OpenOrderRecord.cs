using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>One line of the list of orders that take bids, oldest first.</summary>
public sealed record OpenOrderRecord(OrderId Order)
{
    public void Write(WireWriter writer) => writer.Record(WireType.OpenOrderRecord, 1).Hash(Order.Hash).End();

    public static OpenOrderRecord Read(WireReader reader)
    {
        reader.Record(WireType.OpenOrderRecord, 1);
        OpenOrderRecord record = new(new OrderId(reader.Hash()));
        reader.End();
        return record;
    }
}
