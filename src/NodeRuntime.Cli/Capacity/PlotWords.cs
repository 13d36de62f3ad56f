using System;
using System.Globalization;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Persistence.Plots;

namespace NodeRuntime.Cli.Capacity;

/// <summary>What a plot's verdicts mean to a person, and what to do.</summary>
internal static class PlotWords
{
    /// <summary>What happened, as a sentence without its end.</summary>
    public static string Reason(PlotOutcome outcome, string folder)
    {
        string unit = string.Create(CultureInfo.InvariantCulture, $"unit {outcome.Unit ?? 0}");
        return outcome.Verdict switch
        {
            PlotVerdict.Accepted => "nothing is wrong",
            PlotVerdict.FolderMissing => $"{folder}: there is no plot, or not any more",
            PlotVerdict.InUse => $"{folder}: another process has the plot",
            PlotVerdict.ManifestUnreadable => $"{folder}: its manifest.plot says nothing",
            PlotVerdict.WrongOwner => $"{folder}: the rows are another's",
            PlotVerdict.WrongLayout => $"{folder}: the plot was made with units or rows of another size",
            PlotVerdict.UnitMissing => $"{unit} is not made, or not to its end",
            PlotVerdict.SumsUnreadable => $"{unit}: its checksums cannot be read",
            PlotVerdict.WrongUnit => $"{unit}: its files are another unit's or another plot's",
            PlotVerdict.UnitTruncated => $"{unit} is shorter or longer than a unit",
            PlotVerdict.ChunkRotten => $"{unit} holds bytes that are not those that were written",
            PlotVerdict.RowWrong => $"{unit} holds a row that its function does not give",
            PlotVerdict.NoNonce => "no nonce has hits enough: of whole plots this happens to six in ten thousand",
            PlotVerdict.DiskFull => $"{folder}: the disk is full",
            PlotVerdict.DiskFailed => $"{folder}: the disk answers with an error",
            PlotVerdict.Cancelled => "interrupted",
        };
    }

    public static string Remedy(PlotVerdict verdict) => verdict switch
    {
        PlotVerdict.Accepted => string.Empty,
        PlotVerdict.FolderMissing => "name the plot's folder; where a disk was taken out, mount it again",
        PlotVerdict.InUse => "wait for the other command, or stop the peer that proves with it",
        PlotVerdict.ManifestUnreadable => "plot into another folder; of this one nobody can say whose rows it holds",
        PlotVerdict.WrongOwner => "plot into another folder, or give the key, the chain and the registration that these rows were made for",
        PlotVerdict.WrongLayout => "give the --unit-size and --parameters that it was made with, or plot into another folder",
        PlotVerdict.UnitMissing => "`noderuntime capacity plot` makes what is missing",
        PlotVerdict.SumsUnreadable or PlotVerdict.WrongUnit or PlotVerdict.UnitTruncated or PlotVerdict.ChunkRotten =>
            "`noderuntime capacity check --mend` makes it again, and nothing else",
        PlotVerdict.RowWrong => "this machine computes or writes wrongly: test its memory and its disk, delete the unit's files, and plot again",
        PlotVerdict.NoNonce => "try again: another beacon asks for other labels; if it stays, `noderuntime capacity check`",
        PlotVerdict.DiskFull => "make room, and give the same command again: it goes on where it stopped",
        PlotVerdict.DiskFailed => "look at the disk's health and at the folder's owner and mode",
        PlotVerdict.Cancelled => "the same command goes on where it stopped",
    };

    public static CliException Failure(PlotOutcome outcome, string folder) =>
        new(CodeOf(outcome.Verdict), "Plot" + outcome.Verdict, Reason(outcome, folder), Remedy(outcome.Verdict));

    /// <summary>The refusal of a folder that is somebody else's, with both names.</summary>
    public static CliException WrongOwner(string folder, PlotManifest found, PlotOwner wanted)
    {
        string whose = found.Owner is not { } owner ? "of an owner whom it does not name"
            : owner.NodeKey != wanted.NodeKey ? $"of peer {owner.NodeKey.ToPeerId()}; the given key is of peer {wanted.NodeKey.ToPeerId()}"
            : owner.Chain != wanted.Chain ? $"for chain {owner.Chain}; the given one is {wanted.Chain}"
            : $"bound to block {owner.Registration}; the given one is {wanted.Registration}";
        return new CliException(ExitCode.Usage, "PlotWrongOwner", $"{folder}: its rows are {whose}", Remedy(PlotVerdict.WrongOwner));
    }

    private static ExitCode CodeOf(PlotVerdict verdict) => verdict switch
    {
        PlotVerdict.FolderMissing => ExitCode.NotFound,
        PlotVerdict.ManifestUnreadable or PlotVerdict.WrongOwner or PlotVerdict.WrongLayout => ExitCode.Usage,
        PlotVerdict.Cancelled => ExitCode.Interrupted,
        PlotVerdict.Accepted or PlotVerdict.InUse or PlotVerdict.UnitMissing or PlotVerdict.SumsUnreadable or PlotVerdict.WrongUnit or PlotVerdict.UnitTruncated
            or PlotVerdict.ChunkRotten or PlotVerdict.RowWrong or PlotVerdict.NoNonce or PlotVerdict.DiskFull or PlotVerdict.DiskFailed => ExitCode.Failed,
    };
}
