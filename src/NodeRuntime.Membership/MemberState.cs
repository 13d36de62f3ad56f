namespace NodeRuntime.Membership;

/// <summary>How a member seems to be, from here. Advice only: who is a member is decided by the ledger, never by a clock.</summary>
public enum MemberState
{
    Alive,
    Suspected,
    Left,
}
