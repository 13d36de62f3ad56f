using System;
using System.Collections.Immutable;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Host.Witnesses;

/// <param name="Size">That was cosigned last; 0 for none.</param>
/// <param name="Line">The cosignature as a line of a note; empty unless accepted.</param>
public sealed record WitnessAnswer(WitnessVerdict Verdict, ulong Size, string Line);

/// <summary>Where a witness learns who signs since it was started.</summary>
/// <param name="Read">Asked before a request is judged, every five seconds at most: all plans of the chain, proven, where there may be more; null where there is nothing new.</param>
/// <param name="Heard">What they were beside those that it has, and the newest epoch that it goes by now.</param>
public sealed record WitnessChain(Func<ImmutableArray<EpochPlan>?> Read, Action<WitnessNews, Epoch> Heard);

/// <summary>
/// What a witness has cosigned last, in a file that is replaced whole and synced before any cosignature is given. The folder belongs to one process; a file that
/// cannot be read stops the witness, since one that forgets may sign twice. Whoever deletes it, or puts an old one back, makes the witness forget.
/// </summary>
public sealed class WitnessBook : IDisposable
{
    private const string CheckpointName = "checkpoint";
    private const string LockName = "lock";

    /// <summary>How often a newer chain is looked for: not with each request that somebody sends.</summary>
    private static readonly TimeSpan LooksApart = TimeSpan.FromSeconds(5);


    private readonly string _path;
    private readonly FileStream _lock;
    private readonly WitnessChain? _chain;
    private WitnessRules _rules;
    private long? _lookedAt;
    private readonly Witness _witness;
    private readonly byte[] _seed;
    private readonly SystemEd25519 _ed25519;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Checkpoint? _last;
    private bool _hasFailed;

    private WitnessBook(
        string path, FileStream held, Checkpoint? last, WitnessRules rules, Witness witness, byte[] seed, SystemEd25519 ed25519, TimeProvider time,
        WitnessChain? chain)
    {
        _chain = chain;
        _path = path;
        _lock = held;
        _last = last;
        _rules = rules;
        _witness = witness;
        _seed = seed;
        _ed25519 = ed25519;
        _time = time;
    }

    public Witness Witness => _witness;

    /// <summary>Size that was cosigned last; 0 for none.</summary>
    public ulong Size => _last?.Size ?? 0;

    /// <summary>Whose signatures it goes by: the newest epoch that it knows.</summary>
    public Epoch Newest => _rules.Newest;

    /// <param name="chain">Where it learns who signs since it was started; null: what it has is all.</param>
    /// <exception cref="HostException">Another process has the folder, or what is in it cannot be read.</exception>
    public static WitnessBook Open(string folder, WitnessRules rules, Witness witness, byte[] seed, SystemEd25519 ed25519, TimeProvider time, WitnessChain? chain = null)
    {
        Directory.CreateDirectory(folder);
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new HostException($"{folder}: another process has it: {exception.Message}. A witness runs once.", exception);
        }

        string path = Path.Combine(folder, CheckpointName);
        Checkpoint? last = null;
        if (File.Exists(path))
        {
            last = new FileInfo(path).Length <= Limits.CheckpointBytesMax ? Checkpoint.TryParse(File.ReadAllText(path, Encoding.UTF8)) : null;
            if (last is null)
            {
                held.Dispose();
                throw new HostException($"{path}: cannot be read, and a witness that forgets may sign twice. Put it back from a copy that is not older, or begin with a new key.");
            }
        }

        return new WitnessBook(path, held, last, rules, witness, seed, ed25519, time, chain);
    }

    /// <summary>Judges one request; requests wait for each other, so that what is compared is what is replaced.</summary>
    /// <exception cref="IOException">It could not be written down: nothing was cosigned, and nothing is until the next start.</exception>
    public async Task<WitnessAnswer> AddAsync(string request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_hasFailed) throw new IOException("an earlier checkpoint could not be written down");
            LearnWhoSigns();
            WitnessVerdict verdict = _rules.Judge(request, _last, out Checkpoint? checkpoint);
            if (verdict != WitnessVerdict.Accepted) return new WitnessAnswer(verdict, Size, string.Empty);
            if (checkpoint != _last) Keep(checkpoint!);
            ulong time = (ulong)_time.GetUtcNow().ToUnixTimeSeconds();
            NoteSignature signature = _witness.Cosignature(time, _ed25519.Sign(_seed, Witness.Message(time, checkpoint!.Text)));
            return new WitnessAnswer(verdict, Size, signature.ToLine());
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _lock.Dispose();
        _turn.Dispose();
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(_seed);
    }

    // Before anything is judged: who has left the set is not believed because nobody asked.
    private void LearnWhoSigns()
    {
        if (_chain is null || (_lookedAt is { } before && _time.GetElapsedTime(before) < LooksApart)) return;
        _lookedAt = _time.GetTimestamp();
        if (_chain.Read() is { } plans) _chain.Heard(_rules.Learn(plans, out _rules), _rules.Newest);
    }

    // What failed half way may be on the disk or not: until it was read again nobody knows what was cosigned.
    private void Keep(Checkpoint checkpoint)
    {
        _hasFailed = true;
        AtomicFile.Replace(_path, Encoding.UTF8.GetBytes(checkpoint.Text));
        _last = checkpoint;
        _hasFailed = false;
    }
}
