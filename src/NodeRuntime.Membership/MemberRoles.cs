using System;

namespace NodeRuntime.Membership;

/// <summary>What a member says it does. A claim: who validates is decided by the ledger.</summary>
[Flags]
public enum MemberRoles : byte
{
    None = 0,
    Validator = 1,
    Provider = 2,
    Gateway = 4,
    All = Validator | Provider | Gateway,
}
