using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Histories;

/// <summary>
/// What clients appended to one list, and the list in the end. Values are unique. What must hold of any history: whatever was
/// acknowledged is there, nothing is there twice, nothing that nobody asked for, and who was answered before another asked stands
/// before that one.
/// </summary>
public static class AppendHistory
{
    /// <returns>What is wrong, a line each; none for a good history.</returns>
    public static ImmutableArray<string> Complaints(IEnumerable<Operation<long>> appends, IReadOnlyList<long> list)
    {
        ImmutableArray<string>.Builder complaints = ImmutableArray.CreateBuilder<string>();
        SortedDictionary<long, Operation<long>> asked = [];
        foreach (Operation<long> append in appends)
        {
            if (!asked.TryAdd(append.Call, append)) complaints.Add($"{append.Call} was asked for twice: the history is no test");
        }

        SortedDictionary<long, int> places = [];
        // From the end: the earliest answer of all that stand behind. Who was called after it stands before it in vain.
        Instant answeredBehind = new(long.MaxValue);
        for (int place = list.Count - 1; place >= 0; place--)
        {
            long value = list[place];
            if (!places.TryAdd(value, place)) complaints.Add($"{value} was applied twice, at {place} and at {places[value]}");
            if (!asked.TryGetValue(value, out Operation<long>? append))
            {
                complaints.Add($"{value} stands at {place}, and nobody asked for it");
                continue;
            }

            if (append.Invoked > answeredBehind) complaints.Add($"{value} stands at {place}, before one that was acknowledged before it was asked for");
            if (append.Completed is { } completed && completed < answeredBehind) answeredBehind = completed;
        }

        foreach (Operation<long> append in asked.Values)
        {
            if (append.Completed is not null && !places.ContainsKey(append.Call)) complaints.Add($"{append.Call} was acknowledged and is lost");
        }

        return complaints.ToImmutable();
    }
}
