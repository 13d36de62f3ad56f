namespace NodeRuntime.Sandbox.Tests;

/// <summary>A theory that needs something of the machine.</summary>
internal sealed class RequiredTheoryAttribute : TheoryAttribute
{
    public RequiredTheoryAttribute(params string[] requirements)
    {
        foreach (string requirement in requirements) Skip ??= Requirement.WhySkip(requirement);
    }
}
