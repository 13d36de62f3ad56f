using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Host.Api;

/// <summary>
/// What the operator's own account reads of what is other people's: an event with the operator as actor, durable before the answer is given. The same thing in the
/// same second is one event, whoever waits for it.
/// </summary>
internal sealed class OperatorReads(PeerNode node)
{
    /// <summary>Things read in one second that are told apart; what is read beyond that is entered each time.</summary>
    private const int ReadsMax = 4096;

    private readonly Dictionary<Hash256, Task<RecordAnswer?>> _now = [];
    private readonly Lock _lock = new();
    private ulong _second;

    /// <summary>Whether it is entered; what is not is not to be shown.</summary>
    /// <param name="content">What is read: an event's leaf, a lease.</param>
    /// <param name="custody">Who may see that it was read: an account, or a lease for its owner.</param>
    /// <param name="parents">Null: what is last in the custody.</param>
    public async Task<bool> EnterAsync(Hash256 content, Hash256 custody, ImmutableArray<Hash256>? parents)
    {
        Task<RecordAnswer?> entered;
        lock (_lock)
        {
            ulong second = EpochPlans.RoundOf(SystemClock.Now).Second;
            if (second != _second || _now.Count >= ReadsMax) _now.Clear();
            _second = second;
            if (!_now.TryGetValue(content, out entered!)) _now[content] = entered = RecordAsync(content, custody, parents);
        }

        return await entered is { Sequence: not null };
    }

    private Task<RecordAnswer?> RecordAsync(Hash256 content, Hash256 custody, ImmutableArray<Hash256>? parents)
    {
        PeerAct act = new(EventKind.Read, content, custody) { Actor = ApiEndpoints.AccountOf(node).Hash, Parents = parents };
        return ApiEndpoints.AskAsync<RecordAnswer>(reply => node.Record(act, reply) ?? TellVerdict.Shed);
    }
}
