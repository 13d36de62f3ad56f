using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NodeRuntime.Primitives;

/// <summary>
/// What must be true whatever a peer sends. Invariants stay on in Release. A broken one stops its supervisor, which
/// restarts from its log; a bad message never reaches one. Write <c>Holds(a); Holds(b);</c>, not <c>Holds(a &amp;&amp; b)</c>.
/// </summary>
public static class Invariant
{
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition) Break(expression);
    }

    [DoesNotReturn]
    public static void Break(string expression) => throw new InvariantException(expression);

    /// <summary>For an arm of a switch that no value can reach.</summary>
    [DoesNotReturn]
    public static T Unreachable<T>(string what) => throw new InvariantException("unreachable: " + what);
}
