namespace NodeRuntime.Wasm.Tests.Specification;

/// <summary>A test that needs the official suite, which lies beside the checkout or not at all.</summary>
internal sealed class SpecificationFactAttribute : FactAttribute
{
    public SpecificationFactAttribute()
    {
        if (SpecArchive.Find() is null) Skip = "shared/vectors/wasm-spec-2.0.tar.gz does not lie beside this checkout";
    }
}
