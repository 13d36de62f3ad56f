using System.Collections.Immutable;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Controls;

/// <summary>
/// What a value means under a control. What cannot be read is <see cref="ControlState.Unknown"/>, except where a rule asks for no value at all.
/// </summary>
public static class ControlRules
{
    /// <param name="value">Null: there is no such thing.</param>
    /// <param name="baseline">Of a control that compares with one, by path; null while there is none.</param>
    public static ControlState Judge(
        Control control, string path, string? value, ImmutableSortedDictionary<string, string>? baseline, ImmutableArray<Rollout> rollouts, Instant now) => control.Rule switch
        {
            ControlRule.AsBaseline rule => JudgeBaseline(rule, path, value, baseline, rollouts, now),
            ControlRule.Absent => value is null ? ControlState.Good : ControlState.Bad,
            ControlRule.OneOf rule => JudgeValue(control, rule, value),
            ControlRule.Only rule => value is null || IsAllowed(rule, path) ? ControlState.Good : ControlState.Bad,
            ControlRule.Permissions rule => JudgePermissions(control, rule, value),
            _ => Invariant.Unreachable<ControlState>("rules are a closed family"),
        };

    // {old}, then {old, new}, then {new}; and so on with the next roll-out of the same path. In the order in which they begin.
    private static ControlState JudgeBaseline(
        ControlRule.AsBaseline rule, string path, string? value, ImmutableSortedDictionary<string, string>? baseline, ImmutableArray<Rollout> rollouts, Instant now)
    {
        if (baseline is null || value == Thing.Unreadable) return ControlState.Unknown;
        string? old = baseline.GetValueOrDefault(path);
        if (rule.IsOpen && (old is null || value is null)) return ControlState.Good;
        bool isDue = value == old;
        foreach (Rollout rollout in rollouts)
        {
            if (rollout.Path != path || now < rollout.From) continue;
            if (now >= rollout.Until) isDue = false;
            if (IsRolledOut(rollout, old, value)) isDue = true;
        }

        return isDue ? ControlState.Good : ControlState.Bad;
    }

    private static bool IsRolledOut(Rollout rollout, string? old, string? value)
    {
        if (FileValue.TryParse(value) is not { } now || now.Content != rollout.Content) return false;
        return FileValue.TryParse(old) is not { } before || now with { Content = before.Content } == before;
    }

    private static ControlState JudgeValue(Control control, ControlRule.OneOf rule, string? value)
    {
        if (value is null) return control.Pattern.IsExact && !rule.IsOptional ? ControlState.Bad : ControlState.Good;
        if (value == Thing.Unreadable) return ControlState.Unknown;
        return rule.Values.Contains(value) ? ControlState.Good : ControlState.Bad;
    }

    private static bool IsAllowed(ControlRule.Only rule, string path)
    {
        foreach (PathPattern allowed in rule.Allowed)
        {
            if (allowed.Matches(path)) return true;
        }

        return false;
    }

    private static ControlState JudgePermissions(Control control, ControlRule.Permissions rule, string? value)
    {
        if (value is null) return control.Pattern.IsExact ? ControlState.Bad : ControlState.Good;
        // That the content was another says nothing of who may read it.
        if (FileValue.TryParse(value) is not { } file) return ControlState.Unknown;
        bool isTight = file.Kind == 'l' || (file.Mode & ~rule.ModeMax) == 0;
        return isTight && (rule.Owner is not { } owner || file.Owner == owner) ? ControlState.Good : ControlState.Bad;
    }
}
