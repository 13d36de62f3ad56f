using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// R1 ENTER(v): the view becomes v; timers for its leader, its end and its retries; a word about the certificate that led
// here. D(k) = D0 * 1.25^k, at most 4 D0, k = views since the floor: bad luck slows us down, never by much.
public sealed partial class ConsensusMachine
{
    private void Start()
    {
        Invariant.Holds(!_hasStarted);
        _hasStarted = true;
        NoteBirth();
        Enter(_view > _floor.View.Next ? _view : _floor.View.Next);
        SayAgain();
        AskForMissing();
        if (_isFenced) AskHowFar();
        else ListenBeforeVoting();
    }

    private void Enter(View view)
    {
        Invariant.Holds(view > _floor.View);
        _view = view;
        _leader = LeaderSchedule.LeaderOf(_config.Chain, _set, view);
        _buildAsked = false;
        _buildAt = null;
        _effects.Add(new ConsensusEffect.CancelTimer(ConsensusTimer.Build));
        SetViewTimers();
        ForgetVotesOfOldViews();
        if (_self is not null && view.Number > 1) Broadcast(HaveLast());
    }

    private void SetViewTimers()
    {
        _isViewOver = false;
        Duration delay = Delay();
        // A leader may wait this long for something to put into its block.
        Duration leader = (delay * 2) + BlockInterval();
        Duration advance = leader + delay;
        SetRetry(advance + delay);
        // Who only follows has nothing to nullify.
        if (_self is null) return;
        _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Leader, leader));
        _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Advance, advance));
    }

    // What waits now need not wait for an idle leader: the view's clocks begin anew with the short interval.
    private void NotePending(bool isPending)
    {
        bool isNew = isPending && !_isPending;
        _isPending = isPending;
        if (!isNew || !_hasStarted) return;
        _buildAt = null;
        if (!HasOwn(VoteKind.Notarize) && !HasOwn(VoteKind.Finalize)) SetViewTimers();
    }

    private void SetRetry(Duration delay)
    {
        Duration spread = delay / 5;
        _effects.Add(new ConsensusEffect.SetTimer(ConsensusTimer.Retry, _config.Prng.NextDuration(delay - spread, delay + spread)));
    }

    private Duration BlockInterval() => _isPending ? _config.Parameters.BlockIntervalMin : _config.Parameters.BlockIntervalIdle;

    private Duration Delay()
    {
        Duration delay = _config.Parameters.NetworkDelay;
        Duration longest = delay * (_config.Mutant == RuleMutant.NoDelayCap ? 4096 : 4);
        ulong views = _view.Number - _floor.View.Number - 1;
        for (ulong k = 0; k < views && delay < longest; k++) delay = delay * 5 / 4;
        return delay < longest ? delay : longest;
    }
}
