using System;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

public sealed class DocumentationExample
{
    // docs/actors.md shows what follows.
    public abstract record AlarmMessage
    {
        public sealed record Arm(ActorRef<string> Bell, Duration Delay) : AlarmMessage;

        public sealed record Ring(ActorRef<string> Bell) : AlarmMessage;

        public sealed record Disarm : AlarmMessage;
    }

    public sealed class Alarm : Actor<AlarmMessage>
    {
        protected override void Receive(AlarmMessage message)
        {
            switch (message)
            {
                case AlarmMessage.Arm arm:
                    Context.StartTimer("ring", new AlarmMessage.Ring(arm.Bell), arm.Delay);
                    break;
                case AlarmMessage.Ring ring:
                    ring.Bell.Tell("rang at " + Context.Now.Milliseconds);
                    break;
                case AlarmMessage.Disarm:
                    Context.CancelTimer("ring");
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(message));
            }
        }
    }

    [Fact]
    public void Rings_after_its_delay_unless_it_is_disarmed()
    {
        TestKit kit = new(seed: 42);
        TestProbe<string> bell = kit.CreateProbe<string>("bell");
        ActorRef<AlarmMessage> alarm = kit.Spawn(Props.Create(() => new Alarm()), "alarm");

        alarm.Tell(new AlarmMessage.Arm(bell.Ref, Duration.FromSeconds(5)));
        bell.Expect("rang at 1005000");

        alarm.Tell(new AlarmMessage.Arm(bell.Ref, Duration.FromSeconds(5)));
        alarm.Tell(new AlarmMessage.Disarm());
        bell.ExpectNothingFor(Duration.FromMinutes(60));
    }
}
