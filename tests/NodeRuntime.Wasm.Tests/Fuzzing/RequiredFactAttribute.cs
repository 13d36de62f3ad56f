namespace NodeRuntime.Wasm.Tests.Fuzzing;

/// <summary>A fact that needs programs of the machine.</summary>
internal sealed class RequiredFactAttribute : FactAttribute
{
    public RequiredFactAttribute(params string[] requirements)
    {
        foreach (string requirement in requirements) Skip ??= Requirement.WhySkip(requirement);
    }
}
