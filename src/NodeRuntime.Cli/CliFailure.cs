using System;
using System.IO;
using NodeRuntime.Client;
using NodeRuntime.Host;
using NodeRuntime.Host.Config;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli;

/// <summary>From what goes wrong to what a person reads and a shell sees.</summary>
internal sealed record CliFailure(ExitCode ExitCode, string Code, string Message, string Hint)
{
    /// <summary>Null where the exception is none of ours: a defect, which keeps its stack trace.</summary>
    public static CliFailure? Of(Exception exception) => exception switch
    {
        CliException e => new CliFailure(e.ExitCode, e.Code, e.Message, e.Hint),
        ClientException e => new CliFailure(CodeOf(e.Failure), e.Code.Length != 0 ? e.Code : e.Failure.ToString(), e.Message, e.Hint),
        ConfigException e => new CliFailure(ExitCode.Usage, "ConfigInvalid", e.Message, "docs/configuration.md lists every key"),
        KeyFileException e => new CliFailure(CodeOf(e.Verdict), "KeyFile" + e.Verdict, e.Message, "`noderuntime wallet new` makes a key"),
        HostException e => new CliFailure(ExitCode.Failed, "PeerFailed", e.Message, "`noderuntime doctor` looks for the cause"),
        OperationCanceledException => new CliFailure(ExitCode.Interrupted, "Interrupted", "interrupted", "what is on the ledger goes on without you"),
        IOException or UnauthorizedAccessException =>
            new CliFailure(ExitCode.Failed, "FileFailed", exception.Message, "check the path, its owner and the room on the disk"),
        _ => null,
    };

    private static ExitCode CodeOf(ClientFailure failure) => failure switch
    {
        ClientFailure.Invalid => ExitCode.Usage,
        ClientFailure.Unreachable => ExitCode.Unreachable,
        ClientFailure.WrongChain => ExitCode.VerificationFailed,
        ClientFailure.GatewayForged => ExitCode.VerificationFailed,
        ClientFailure.ChainForked => ExitCode.VerificationFailed,
        ClientFailure.Refused => ExitCode.Refused,
        ClientFailure.NotFound => ExitCode.NotFound,
        ClientFailure.TimedOut => ExitCode.TimedOut,
        ClientFailure.JobFailed => ExitCode.Failed,
        ClientFailure.ProviderForged => ExitCode.VerificationFailed,
    };

    private static ExitCode CodeOf(KeyFileVerdict verdict) => verdict switch
    {
        KeyFileVerdict.Accepted => Invariant.Unreachable<ExitCode>("an accepted file is no failure"),
        KeyFileVerdict.NotFound => ExitCode.NotFound,
        KeyFileVerdict.AlreadyExists => ExitCode.Usage,
        KeyFileVerdict.OpenToOthers => ExitCode.Usage,
        KeyFileVerdict.TooLarge => ExitCode.Usage,
        KeyFileVerdict.Empty => ExitCode.Usage,
        KeyFileVerdict.DiskFull => ExitCode.Failed,
        KeyFileVerdict.Failed => ExitCode.Failed,
    };
}
