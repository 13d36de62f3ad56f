using System.Globalization;

namespace NodeRuntime.Actors;

/// <summary>
/// What a parent calls a child: the name it was given, or its number among those without one, written <c>$7</c>. A number is
/// written out only when somebody looks.
/// </summary>
internal readonly record struct ChildName
{
    public const char NumberSign = '$';

    private readonly string? _given;
    private readonly long _number;

    public ChildName(string given) => _given = given;

    public ChildName(long number) => _number = number;

    /// <summary>Null for a number.</summary>
    public string? Given => _given;

    public override string ToString() => _given ?? NumberSign + _number.ToString(CultureInfo.InvariantCulture);
}
