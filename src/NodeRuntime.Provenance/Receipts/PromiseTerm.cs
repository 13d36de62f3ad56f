using System;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>What became of a promise, by the two receipts of one event: the one that was given at once, and the one that says where it is.</summary>
/// <param name="Due">The last second in which it was to be entered.</param>
/// <param name="Entered">The one in which it was.</param>
public readonly record struct PromiseTerm(Round Due, Round Entered)
{
    /// <summary>0 where the promise was kept.</summary>
    public ulong SecondsLate => Entered > Due ? Entered.Second - Due.Second : 0;

    /// <param name="promised">The caller has verified both.</param>
    /// <returns>Null where the first holds no promise, the second no second, or they are not of one event.</returns>
    public static PromiseTerm? Of(EventReceipt promised, EventReceipt entered)
    {
        if (promised.Issuer != entered.Issuer || !promised.Record.Span.SequenceEqual(entered.Record.Span)) return null;
        if (promised.Promise is not { } word || EventPromise.TryDecode(word, out EventPromise? promise) != RecordVerdict.Accepted) return null;
        if (entered.State == ReceiptState.Promised || entered.Segments[0].Next is not { } next) return null;
        return AggregationLeaf.TryDecode(next, out AggregationLeaf? second) == RecordVerdict.Accepted ? new PromiseTerm(promise!.Due, second!.Round) : null;
    }
}
