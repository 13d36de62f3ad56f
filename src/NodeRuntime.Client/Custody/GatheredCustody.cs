using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Custody;

namespace NodeRuntime.Client.Custody;

/// <summary>What contacts showed of custody. Nothing of it is verified: that is what its receipts are for.</summary>
/// <param name="Unknown">Events that others name and no contact shows.</param>
/// <param name="IsCut">There is more than the limits allowed.</param>
public sealed record GatheredCustody(ImmutableArray<CustodyStep> Steps, ImmutableArray<Hash256> Unknown, bool IsCut)
{
    /// <summary>Steps that are in no round yet, or whose receipt is forgotten.</summary>
    public int Unproven
    {
        get
        {
            int count = 0;
            foreach (CustodyStep step in Steps) count += step.Receipt is null ? 1 : 0;
            return count;
        }
    }
}
