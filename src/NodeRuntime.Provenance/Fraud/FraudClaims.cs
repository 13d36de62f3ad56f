using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Fraud;

/// <summary>Claims that can be made of what holders of receipts have. Whether they are true the rules say.</summary>
public static class FraudClaims
{
    /// <summary>Two promises by one peer, and an event in each: a peer whose disk went back to an old copy gives its numbers twice.</summary>
    /// <returns>Null where these are no two promises of one peer.</returns>
    public static FraudProof? OfPromises(EventReceipt one, EventReceipt other)
    {
        if (one.Issuer != other.Issuer || one.Promise is not { } first || other.Promise is not { } second) return null;
        if (one.State != ReceiptState.Promised || other.State != ReceiptState.Promised || one.Segments.Length != 1 || other.Segments.Length != 1) return null;
        return new FraudProof(
            FraudKind.PromiseContradiction, one.Issuer, [first, second], [one.Signature, other.Signature],
            [one.Segments[0] with { Next = null }, other.Segments[0] with { Next = null }],
            [RecordHash.Leaf(one.Record.Span).ToArray(), RecordHash.Leaf(other.Record.Span).ToArray()]);
    }
}
