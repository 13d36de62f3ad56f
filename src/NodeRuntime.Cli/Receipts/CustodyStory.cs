using System.Collections.Immutable;
using NodeRuntime.Cli.Results;
using NodeRuntime.Proofs.Receipts;

namespace NodeRuntime.Cli.Receipts;

/// <summary>A custody in sentences, in the order in which things happened.</summary>
internal static class CustodyStory
{
    public static ImmutableArray<string> Of(JobStatement? job, ImmutableArray<CustodyEvent> events)
    {
        ImmutableArray<string>.Builder story = ImmutableArray.CreateBuilder<string>();
        if (job is not null)
        {
            story.Add($"The order {job.Order} of {job.Owner.Hash.ToShortString()} was leased to {job.Provider.Hash.ToShortString()}, answered with the result {job.Result.ToShortString()} and paid.");
        }

        foreach (CustodyEvent it in events)
        {
            string what = it.About.Length > 0 ? $"{it.About} {it.Digest[..8]}" : "something that the salted subject names";
            string who = it.Actor[..8];
            string did = it.Kind switch
            {
                "receive" => $"{who} received {what}",
                "process-input" => $"{who} ran {what} on a machine {StateOf(it)}",
                "process-output" => $"that run made {what}",
                "send" => $"{who} sent {what}",
                _ => $"{who} did `{it.Kind}` with {what}",
            };
            string proof = it.State switch
            {
                "NONE" => "nothing proves it yet",
                "PROMISED" => "it is promised to the calendar",
                "ROUND" => $"it stands in the second {it.Second} of the calendar that the validators signed",
                "WITNESSED" => $"it stands in the second {it.Second} of the calendar that the validators signed and outsiders saw",
                _ => $"it stands in the second {it.Second} of a calendar that was made public",
            };
            string answers = it.Operator.Length > 0 ? $" The account {it.Operator[..8]} answers for the peer." : string.Empty;
            story.Add($"At {it.Time} in {it.Zone}, {did}; {proof}: {it.Result}.{answers}");
        }

        return story.ToImmutable();
    }

    private static string StateOf(CustodyEvent it) => it.MachineState == "none" ? "that nobody watched" : "in state " + it.MachineState[..8];
}
