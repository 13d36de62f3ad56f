using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Posture.Challenges;

namespace NodeRuntime.Runtime.Posture;

/// <summary>What of its machine a peer holds against what.</summary>
/// <param name="Baseline">Which baseline: another number than before, and everything that is there at the next start is what is right from then on.</param>
/// <param name="Uses">What is expected of data; null where nothing is declared.</param>
public sealed record PosturePlan(ImmutableArray<Control> Controls, ImmutableArray<Rollout> Rollouts, uint Baseline, UsePlan? Uses = null)
{
    /// <summary>How it asks other peers about theirs; whoever enters events and watches its machine answers in any case.</summary>
    public ChallengePlan Challenges { get; init; } = ChallengePlan.Default;

    /// <summary>
    /// SHA-256 of what this machine is held against: <c>[1, 394, baseline, [[id, class, pattern, rule, [words]]], [[path, content, from, until]]]</c>. Rules are 1 baseline, 2 open
    /// baseline, 3 absent, 4 one-of, 5 one-of where it may be missing, 6 only, 7 permissions. Titles are for people, and not in it.
    /// </summary>
    public Hash256 Digest()
    {
        WireWriter writer = new();
        writer.Record(WireType.PosturePolicy, 3).UInt64(Baseline).Array(Controls.Length);
        foreach (Control control in Controls)
        {
            writer.Array(5).Text(control.Id).UInt64((ulong)control.Class).Text(control.Pattern.Text);
            Write(writer, control.Rule);
            writer.End();
        }

        writer.End().Array(Rollouts.Length);
        foreach (Rollout rollout in Rollouts) writer.Array(4).Text(rollout.Path).Hash(rollout.Content).Instant(rollout.From).Instant(rollout.Until).End();
        return Hasher.Sha256(writer.End().End().ToArray());
    }

    private static void Write(WireWriter writer, ControlRule rule)
    {
        switch (rule)
        {
            case ControlRule.AsBaseline m:
                writer.UInt64(m.IsOpen ? 2UL : 1UL).Array(0);
                break;
            case ControlRule.Absent:
                writer.UInt64(3).Array(0);
                break;
            case ControlRule.OneOf m:
                writer.UInt64(m.IsOptional ? 5UL : 4UL).Array(m.Values.Length);
                foreach (string value in m.Values) writer.Text(value);
                break;
            case ControlRule.Only m:
                writer.UInt64(6).Array(m.Allowed.Length);
                foreach (PathPattern pattern in m.Allowed) writer.Text(pattern.Text);
                break;
            case ControlRule.Permissions m:
                writer.UInt64(7).Array(2).UInt64(m.ModeMax);
                if (m.Owner is { } owner) writer.UInt64(owner);
                else writer.Null();
                break;
            default:
                Invariant.Break("rules are a closed family");
                break;
        }

        writer.End();
    }
}
