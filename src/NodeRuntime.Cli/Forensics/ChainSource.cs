using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using NodeRuntime.Host.Peer;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Cli.Forensics;

/// <summary>Where a chain is read from: a chain file, a peer's folder, or its data folder. A folder is locked while it is open.</summary>
internal sealed class ChainSource : IDisposable
{
    private readonly DataFolder? _folder;
    private readonly SqlJournal? _journal;
    private readonly string _path;

    private ChainSource(string path, Genesis genesis, DataFolder? folder, SqlJournal? journal)
    {
        _path = path;
        Genesis = genesis;
        _folder = folder;
        _journal = journal;
    }

    public Genesis Genesis { get; }

    public ChainExtract Extract => new(Seals, Links);

    public ImmutableArray<Seal> Seals => _journal is null ? ChainFile.ReadSeals(_path) : StoredChain.ReadSeals(_journal);

    public IEnumerable<ChainLink> Links => _journal is null ? ChainFile.ReadLinks(_path) : StoredChain.ReadAll(_journal);

    public static ChainSource Open(string path)
    {
        path = Path.GetFullPath(path);
        if (File.Exists(path)) return new ChainSource(path, ChainFile.ReadHead(path), null, null);
        if (Directory.Exists(path)) return OpenFolder(path);
        throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file or folder {path}", "name a chain file or a peer's folder");
    }

    public void Dispose()
    {
        _journal?.Dispose();
        _folder?.Dispose();
    }

    // A peer's folder holds the genesis, and the data folder in it; a data folder alone has the genesis beside it.
    private static ChainSource OpenFolder(string path)
    {
        string inside = Path.Combine(path, "data");
        string data = Directory.Exists(inside) ? inside : path;
        string genesisPath = Path.Combine(Path.GetDirectoryName(data)!, GenesisFiles.Name);
        if (!File.Exists(genesisPath))
        {
            throw new CliException(ExitCode.NotFound, "GenesisMissing", $"there is no {genesisPath}", "name the peer's folder, which holds genesis.bin and data");
        }

        if (!Genesis.TryDecode(File.ReadAllBytes(genesisPath), out Genesis? genesis))
        {
            throw new CliException(ExitCode.Usage, "GenesisMalformed", $"{genesisPath} is no genesis", "take it from another peer of the chain");
        }

        DataFolder? folder = null;
        try
        {
            folder = DataFolder.OpenExisting(data);
            if (folder.Chain != genesis!.ChainId)
            {
                throw new CliException(ExitCode.Usage, "WrongChain", $"{data} is of chain {folder.Chain}, and {genesisPath} of {genesis.ChainId}", "name folders that belong together");
            }

            if (!folder.HasJournal)
            {
                throw new CliException(
                    ExitCode.NotFound, "JournalMissing", $"{data} holds no journal: the peer keeps it on a server", "`noderuntime chain export --contact URL` asks the peer itself");
            }

            return new ChainSource(path, genesis, folder, SqlJournal.OpenSqlite(folder));
        }
        catch (Exception exception) when (exception is DataFolderException or JournalException)
        {
            folder?.Dispose();
            throw new CliException(ExitCode.Failed, "FolderUnreadable", exception.Message, "a peer that runs is asked with `noderuntime chain export --contact URL`", exception);
        }
        catch
        {
            folder?.Dispose();
            throw;
        }
    }
}
