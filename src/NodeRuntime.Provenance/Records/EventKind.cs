namespace NodeRuntime.Provenance.Records;

/// <summary>What happened to data, or to who may touch it.</summary>
public enum EventKind
{
    Ingest = 1,
    Send = 2,
    Receive = 3,
    ProcessInput = 4,
    ProcessOutput = 5,
    Store = 6,
    Read = 7,
    Delete = 8,
    KeyUse = 9,
    Decision = 10,
    StateChange = 11,
    Alert = 12,
    Grant = 13,
    Revoke = 14,
    Review = 15,
    Exemption = 16,
    Policy = 17,
    Contract = 18,
    Backup = 19,
    Restore = 20,
}
