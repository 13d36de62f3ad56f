using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using Xunit;

namespace NodeRuntime.Provenance.Tests.Receipts;

/// <summary>Whether a promise was kept, by the two receipts of one event.</summary>
public sealed class PromiseTermTests
{
    private readonly ReceiptScenario _scenario = new(Signing.Fake);

    [Theory]
    [InlineData(0, 0UL)]
    [InlineData(2, 0UL)]
    [InlineData(-1, 1UL)]
    [InlineData(-3600, 3600UL)]
    public void It_is_late_by_as_many_seconds_as_it_was_entered_behind_the_last_that_would_do(int due, ulong late)
    {
        PromiseTerm? term = PromiseTerm.Of(Promised(due), _scenario.Make(ReceiptState.Round));
        Assert.Equal(((ulong)((long)_scenario.Round.Second + due), _scenario.Round.Second, late), (term!.Value.Due.Second, term.Value.Entered.Second, term.Value.SecondsLate));
    }

    [Fact]
    public void It_is_the_same_of_a_receipt_that_is_further()
    {
        Assert.Equal(7UL, PromiseTerm.Of(Promised(-7), _scenario.Make(ReceiptState.Published))!.Value.SecondsLate);
        Assert.Equal(7UL, PromiseTerm.Of(Promised(-7), _scenario.Make(ReceiptState.Witnessed))!.Value.SecondsLate);
    }

    [Fact]
    public void Receipts_that_are_not_a_promise_and_what_became_of_it_have_none()
    {
        EventReceipt promised = Promised(2), round = _scenario.Make(ReceiptState.Round);
        Assert.Null(PromiseTerm.Of(promised, promised));
        Assert.Null(PromiseTerm.Of(round, round));
        // Another's, and another event's.
        Assert.Null(PromiseTerm.Of(promised with { Issuer = Samples.Key(9) }, round));
        Assert.Null(PromiseTerm.Of(promised, _scenario.Make(ReceiptState.Round, index: 4)));
        Assert.Null(PromiseTerm.Of(promised with { Promise = new byte[] { 1, 2, 3 } }, round));
        Assert.Null(PromiseTerm.Of(promised, round with { Segments = round.Segments.SetItem(0, round.Segments[0] with { Next = new byte[] { 1, 2, 3 } }) }));
        Assert.Null(PromiseTerm.Of(promised, round with { Segments = round.Segments.SetItem(0, round.Segments[0] with { Next = null }) }));
    }

    private EventReceipt Promised(int due)
    {
        EventReceipt receipt = _scenario.Make(ReceiptState.Promised);
        Assert.Equal(RecordVerdict.Accepted, EventPromise.TryDecode(receipt.Promise!.Value, out EventPromise? promise));
        Round last = new((ulong)((long)_scenario.Round.Second + due));
        return receipt with { Promise = (promise! with { Round = last, Due = last }).Encode() };
    }
}
