namespace NodeRuntime.Primitives;

/// <summary>
/// The one list of limits. Everything that can grow has a line here with its reason; relations between lines are
/// asserted by a test.
/// </summary>
public static class Limits
{
    /// <summary>A frame carries at most one block with its justification and leaves room for the envelope.</summary>
    public const int FrameBytesMax = BlockBytesMax + (256 * 1024);

    /// <summary>A block's body: a second of traffic on a 10 Mbit/s uplink to four peers.</summary>
    public const int BlockBytesMax = 1024 * 1024;

    public const int BlockTransactionsMax = 4096;

    /// <summary>A transaction is a handful of commitments; programs and inputs never travel in one.</summary>
    public const int TransactionBytesMax = 16 * 1024;

    public const int TransactionMessagesMax = 16;

    /// <summary>Certificates are a bitmap and 64 bytes each: 100 signatures of a quorum stay below 7 KiB.</summary>
    public const int ValidatorsMax = 100;

    public const int KeyPolicyKeysMax = 8;

    /// <summary>Nullifications that travel inside a proposal before they must be pulled.</summary>
    public const int JustificationSkipsMax = 64;

    /// <summary>Views ahead of ours for which votes are kept.</summary>
    public const int ViewsAheadMax = 16;

    public const int MempoolTransactionsMax = 20_000;

    public const int MempoolTransactionsPerSenderMax = 64;

    public const int MempoolBytesMax = 64 * 1024 * 1024;

    /// <summary>Messages that wait at one actor before its overflow policy acts.</summary>
    public const int MailboxLengthMax = 16_384;

    public const int PeersMax = 256;

    public const int MembersKnownMax = 10_000;

    public const int TextCharactersMax = 256;

    /// <summary>Orders that wait for a bid or run, for one owner.</summary>
    public const int OpenOrdersPerAccountMax = 256;

    public const int BidsPerOrderMax = 64;

    /// <summary>A module, as the engine loads it.</summary>
    public const int ModuleBytesMax = 32 * 1024 * 1024;

    /// <summary>One input file of a job.</summary>
    public const long InputBytesMax = 1L << 30;

    public const long OutputBytesMax = 256L << 20;

    /// <summary>Pages of 64 KiB: 2 GiB of guest memory.</summary>
    public const int GuestMemoryPagesMax = 32_768;

    public const int StateProofStepsMax = 264;

    /// <summary>Files of one job's input, its arguments, its variables, and the files of its output.</summary>
    public const int JobFilesMax = 1024;

    /// <summary>A path of an output below its folder, as Linux counts one name's bytes twice over.</summary>
    public const int OutputNameBytesMax = 512;

    /// <summary>An argument or a variable of a job: what a command line carries, not data.</summary>
    public const int JobTextCharactersMax = 32 * 1024;

    /// <summary>All arguments and variables of a job as one record.</summary>
    public const int SandboxRequestBytesMax = 256 * 1024;

    /// <summary>A message of a sandbox to its parent: 64 KiB of output and its envelope.</summary>
    public const int SandboxMessageBytesMax = SandboxChunkBytesMax + 1024;

    public const int SandboxChunkBytesMax = 64 * 1024;

    /// <summary>Sandboxes that run at once on one machine, whatever it was configured to.</summary>
    public const int SandboxesMax = 256;
}
