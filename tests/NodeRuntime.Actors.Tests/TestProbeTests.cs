using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

/// <summary>What a probe says when the world is not as the test expects: a stranger must see at once what came instead.</summary>
public sealed class TestProbeTests
{
    private readonly TestKit _kit = new();

    [Fact]
    public void Silence_is_told_with_how_long_it_was()
    {
        TestProbe<string> probe = _kit.CreateProbe<string>("probe");

        ExpectationException told = Assert.Throws<ExpectationException>(() => probe.Receive());

        Assert.Equal($"/probe received nothing within {_kit.Patience}, until {_kit.Now}", told.Message);
    }

    [Fact]
    public void Another_message_is_told()
    {
        TestProbe<object> probe = _kit.CreateProbe<object>("probe");
        probe.Ref.Tell("hello");
        probe.Ref.Tell(7);
        probe.Ref.Tell("bye");

        Assert.Equal("hello", probe.Receive<string>());
        Assert.Equal("/probe expected String and received 7", Assert.Throws<ExpectationException>(() => probe.Receive<string>()).Message);
        Assert.Equal("/probe expected hello and received bye", Assert.Throws<ExpectationException>(() => probe.Expect("hello")).Message);
    }

    [Fact]
    public void A_message_where_there_should_be_none_is_told()
    {
        TestProbe<string> probe = _kit.CreateProbe<string>("probe");
        _kit.Dispatcher.ScheduleAt(_kit.Now + Duration.FromSeconds(2), () => probe.Ref.Tell("late"));

        probe.ExpectNothingFor(Duration.FromSeconds(1));
        ExpectationException told = Assert.Throws<ExpectationException>(() => probe.ExpectNothingFor(Duration.FromSeconds(5)));

        Assert.Equal($"/probe expected nothing and received late at {_kit.Now}", told.Message);
    }
}
