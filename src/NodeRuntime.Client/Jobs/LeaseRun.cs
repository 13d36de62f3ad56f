using System;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NodeRuntime.Api.Jobs;
using NodeRuntime.Client.Files;
using NodeRuntime.Client.Providers;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>
/// One lease, from its opening to the receipt. Two helpers bring news, one from the ledger and one from the provider; one
/// loop hears them in turn, steps the owner's machine and does what it asks:
/// <code>
/// ledger ──┐                        ┌─ say, send chunks
///          ├─> inputs ─> machine ───┼─ store logs and outputs, hash them
/// provider ┘                        └─ compare with the ledger, acknowledge, take the receipt
/// </code>
/// The provider is believed nothing: its result must open the ledger's commitment, its bytes must hash as the result says,
/// its receipt must verify from the genesis hash. A provider that is caught is left alone, and unpaid where the ledger allows.
/// </summary>
internal sealed class LeaseRun : IDisposable
{
    private const int InputsMax = 64;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan DialPauseMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DialPauseMax = TimeSpan.FromSeconds(3);

    private readonly JobHost _host;
    private readonly PreparedJob _job;
    private readonly LeaseId _id;
    private readonly Action<JobEvent> _tell;
    private readonly JobOwnerMachine _machine;
    private readonly JobFolder _folder;
    private readonly byte[] _buffer = new byte[Limits.JobChunkBytesMax];
    private readonly Channel<LeaseInput> _inputs = Channel.CreateBounded<LeaseInput>(InputsMax);
    private LeaseRecord _lease;
    private ProviderLine? _line;
    private JobResult? _result;
    private string _detail = string.Empty;
    private bool _isHere;
    private bool _isAcknowledged;
    private bool _hasReceipt;
    private string? _distrust;
    private ulong _uploaded;

    public LeaseRun(JobHost host, PreparedJob job, LeaseId id, LeaseRecord lease, string folder, Action<JobEvent> tell)
    {
        _host = host;
        _job = job;
        _id = id;
        _lease = lease;
        _tell = tell;
        _machine = new JobOwnerMachine(host.Context.Chain, host.Signer, host.Signatures, id, lease.Provider, job.Spec);
        _folder = new JobFolder(folder);
    }

    public string ReceiptPath => _folder.ReceiptPath;

    public ImmutableArray<string> Outputs => _result is null ? [] : _folder.OutputsOf(_result);

    public async Task<LeaseOutcome> RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task ledger = BringAsync(WatchLedgerAsync, over.Token);
        Task provider = BringAsync(TalkAsync, over.Token);
        try
        {
            await foreach (LeaseInput input in _inputs.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                if (await HearAsync(input, over.Token).ConfigureAwait(false) is { } outcome) return outcome;
            }

            return Invariant.Unreachable<LeaseOutcome>("the inputs end with an error or not at all");
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ledger, provider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _folder.Dispose();

    // A helper's failure is the run's: it ends the inputs, and reading them throws it.
    private async Task BringAsync(Func<CancellationToken, Task> helper, CancellationToken over)
    {
        try
        {
            await helper(over).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _inputs.Writer.TryComplete(exception);
        }
    }

    // ---- news from the ledger ----

    private async Task WatchLedgerAsync(CancellationToken over)
    {
        while (true)
        {
            ProvenRecord<LeaseRecord> lease = await _host.Reads.LeaseAsync(_id, over).ConfigureAwait(false);
            if (lease.Record is { } record) await _inputs.Writer.WriteAsync(new LeaseInput.Ledger(record), over).ConfigureAwait(false);
            await Task.Delay(_host.Context.PollInterval, _host.Time, over).ConfigureAwait(false);
        }
    }

    // ---- news from the provider ----

    private async Task TalkAsync(CancellationToken over)
    {
        TimeSpan pause = DialPauseMin;
        while (true)
        {
            (ProviderAddress? address, ProviderLine? line, string reason) = await ReachAsync(over).ConfigureAwait(false);
            if (line is null)
            {
                await _inputs.Writer.WriteAsync(new LeaseInput.NotReached(reason), over).ConfigureAwait(false);
            }
            else
            {
                pause = DialPauseMin;
                await ListenAsync(line, address!, over).ConfigureAwait(false);
            }

            await Task.Delay(pause, _host.Time, over).ConfigureAwait(false);
            pause = pause * 2 < DialPauseMax ? pause * 2 : DialPauseMax;
        }
    }

    private async Task<(ProviderAddress? Address, ProviderLine? Line, string Reason)> ReachAsync(CancellationToken over)
    {
        ProviderAddress? address = await _host.Directory.FindAsync(_lease.Provider, over).ConfigureAwait(false);
        if (address is null) return (null, null, $"no gateway knows an address of provider {_lease.Provider.Hash.ToShortString()}");
        (ProviderLine? line, string reason) = await _host.Connections.OpenAsync(address, _id, over).ConfigureAwait(false);
        return (address, line, reason);
    }

    private async Task ListenAsync(ProviderLine line, ProviderAddress address, CancellationToken over)
    {
        try
        {
            await _inputs.Writer.WriteAsync(new LeaseInput.Connected(line, address), over).ConfigureAwait(false);
            await foreach (JobMessage message in line.Inbox.Reader.ReadAllAsync(over).ConfigureAwait(false))
            {
                await _inputs.Writer.WriteAsync(new LeaseInput.Said(line, message), over).ConfigureAwait(false);
            }

            await _inputs.Writer.WriteAsync(new LeaseInput.Lost(line), over).ConfigureAwait(false);
        }
        finally
        {
            await _host.Connections.CloseAsync(line).ConfigureAwait(false);
        }
    }

    // ---- the one loop ----

    private async Task<LeaseOutcome?> HearAsync(LeaseInput input, CancellationToken over)
    {
        switch (input)
        {
            case LeaseInput.Connected m:
                _line = m.Line;
                _tell(new JobEvent.Connected(_host.Now, m.Provider.Peer, m.Provider.Address));
                if (_distrust is not null) break;
                await StepAsync(new JobOwnerInput.Connected(), over).ConfigureAwait(false);
                if (_lease.State == LeaseState.Settled && _isHere) await StepAsync(new JobOwnerInput.Settled(), over).ConfigureAwait(false);
                break;
            case LeaseInput.Said m:
                if (m.Line == _line && _distrust is null) await StepAsync(new JobOwnerInput.ProviderSaid(m.Message), over).ConfigureAwait(false);
                break;
            case LeaseInput.Lost m:
                if (m.Line != _line) break;
                _line = null;
                _tell(new JobEvent.Trouble(_host.Now, "the connection with the provider was lost; dialling again"));
                break;
            case LeaseInput.NotReached m:
                _tell(new JobEvent.Trouble(_host.Now, m.Reason));
                break;
            case LeaseInput.Ledger m:
                return await FollowAsync(m.Lease, over).ConfigureAwait(false);
            case LeaseInput.Again m:
                if (_line is null || _distrust is not null) break;
                JobOwnerInput again = m.IsReceipt ? new JobOwnerInput.Settled() : new JobOwnerInput.Connected();
                await StepAsync(again, over).ConfigureAwait(false);
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        return _hasReceipt ? new LeaseOutcome.Done(_lease, _result!, _detail) : null;
    }

    private async Task<LeaseOutcome?> FollowAsync(LeaseRecord lease, CancellationToken over)
    {
        bool isNews = lease.State != _lease.State;
        _lease = lease;
        if (isNews) _tell(new JobEvent.LeaseChanged(_host.Now, _id, lease.State));
        switch (lease.State)
        {
            case LeaseState.Opened:
            case LeaseState.Ready:
                return null;
            case LeaseState.ResultReported:
                ThrowIfDistrusted();
                if (_isHere) await AcknowledgeAsync(over).ConfigureAwait(false);
                return null;
            case LeaseState.Settled:
                ThrowIfDistrusted();
                if (!isNews || !_isHere) return null;
                CheckCommitment();
                await StepAsync(new JobOwnerInput.Settled(), over).ConfigureAwait(false);
                return null;
            case LeaseState.NotReady:
                return new LeaseOutcome.Failed(lease.State, _distrust ?? "the provider was not ready in time");
            case LeaseState.ResultMissed:
                return new LeaseOutcome.Failed(lease.State, _distrust ?? "the provider reported no result in time and paid the penalty");
            case LeaseState.Closed:
                return new LeaseOutcome.Failed(lease.State, "the owner closed the lease");
            default:
                return Invariant.Unreachable<LeaseOutcome>("a state without a rule");
        }
    }

    // The result must open the commitment on the ledger before a word of ours pays for it.
    private async Task AcknowledgeAsync(CancellationToken over)
    {
        if (_isAcknowledged) return;
        CheckCommitment();
        try
        {
            await _host.AcknowledgeAsync(_id, over).ConfigureAwait(false);
            _isAcknowledged = true;
            _tell(new JobEvent.Acknowledged(_host.Now, _id));
        }
        catch (ClientException exception) when (exception.Failure == ClientFailure.Refused)
        {
            // A gateway one block behind, or the window passed: the next look at the ledger decides.
            _tell(new JobEvent.Trouble(_host.Now, exception.Message));
        }
    }

    private void CheckCommitment()
    {
        Invariant.Holds(_result is not null);
        if (_result.Commitment == _lease.ResultCommitment) return;
        throw Forged("the provider's result is not the one it committed to on the ledger");
    }

    private async Task StepAsync(JobOwnerInput input, CancellationToken over)
    {
        foreach (JobOwnerEffect effect in _machine.Step(input)) await PerformAsync(effect, over).ConfigureAwait(false);
    }

    private async Task PerformAsync(JobOwnerEffect effect, CancellationToken over)
    {
        switch (effect)
        {
            case JobOwnerEffect.Say m:
                await SayAsync(m.Message, over).ConfigureAwait(false);
                break;
            case JobOwnerEffect.SendChunk m:
                await SendChunkAsync(m, over).ConfigureAwait(false);
                break;
            case JobOwnerEffect.StageChanged m:
                _tell(new JobEvent.StageChanged(_host.Now, m.Stage));
                break;
            case JobOwnerEffect.Log m:
                _folder.AppendLog(m.IsError, m.Bytes.Span);
                _tell(new JobEvent.Log(_host.Now, m.IsError, m.Bytes));
                break;
            case JobOwnerEffect.StoreOutput m:
                _folder.AppendOutput(m.Piece.Name, m.Offset, m.Bytes.Span);
                break;
            case JobOwnerEffect.Complete m:
                await CompleteAsync(m, over).ConfigureAwait(false);
                break;
            case JobOwnerEffect.ReceiptArrived m:
                TakeReceipt(m.Bytes);
                break;
            case JobOwnerEffect.Refused m:
                Refused(m, over);
                break;
            case JobOwnerEffect.Distrust m:
                Distrust(m.Reason);
                break;
            default:
                Invariant.Break("an effect that nobody performs");
                break;
        }
    }

    // Where the line is broken the machine offers again on the next one: nothing is lost but the words.
    private async Task SayAsync(JobMessage message, CancellationToken over)
    {
        if (_line is { } line) await line.Link.SendAsync(message, over).ConfigureAwait(false);
    }

    private async Task SendChunkAsync(JobOwnerEffect.SendChunk chunk, CancellationToken over)
    {
        if (_line is null) return;
        string path = _job.PathOf(chunk.Piece);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            file.Seek((long)chunk.Offset, SeekOrigin.Begin);
            file.ReadExactly(_buffer, 0, chunk.Count);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClientException(
                ClientFailure.JobFailed,
                $"{path} cannot be read as it was at submission: {exception.Message}",
                "keep a job's files unchanged until it is settled; cancel the job and submit it again",
                exception);
        }

        await SayAsync(new JobMessage.Chunk(_id, chunk.Piece, chunk.Offset, _buffer.AsMemory(0, chunk.Count)), over).ConfigureAwait(false);
        _uploaded = Math.Min(_uploaded + (ulong)chunk.Count, _job.Terms.InputBytes);
        _tell(new JobEvent.Uploaded(_host.Now, _uploaded, _job.Terms.InputBytes));
    }

    private async Task CompleteAsync(JobOwnerEffect.Complete complete, CancellationToken over)
    {
        _result = complete.Result;
        _detail = complete.Detail;
        if (_folder.Check(complete.Result) is { } wrong)
        {
            Distrust(wrong);
            return;
        }

        _isHere = true;
        _tell(new JobEvent.ResultHere(_host.Now, _result, _detail));
        if (_lease.State == LeaseState.ResultReported) await AcknowledgeAsync(over).ConfigureAwait(false);
        // Settled before everything was here: the window had passed.
        if (_lease.State == LeaseState.Settled) await StepAsync(new JobOwnerInput.Settled(), over).ConfigureAwait(false);
    }

    private void TakeReceipt(ReadOnlyMemory<byte> bytes)
    {
        ReceiptVerdict verdict = ReceiptVerifier.Verify(bytes, _host.Context.Chain, _host.Signatures, out JobReceipt? receipt);
        if (verdict != ReceiptVerdict.Accepted) throw Forged($"the provider's receipt does not verify: {verdict}");
        if (receipt!.Statement.Lease != _id || _result is null || receipt.Statement.Result != _result.ResultHash)
        {
            throw Forged("the provider's receipt is of another job");
        }

        PrivateFiles.Write(ReceiptPath, bytes.Span);
        _hasReceipt = true;
        _tell(new JobEvent.ReceiptHere(_host.Now, ReceiptPath));
    }

    private void Refused(JobOwnerEffect.Refused refused, CancellationToken over)
    {
        switch (refused.Code)
        {
            case JobRefusal.LeaseUnknown:
                // Its ledger is a block behind ours.
                AskAgainLater(isReceipt: _isHere, over);
                break;
            case JobRefusal.NotYet:
                if (_isHere) AskAgainLater(isReceipt: true, over);
                break;
            case JobRefusal.ContentWrong:
                throw new ClientException(
                    ClientFailure.JobFailed,
                    "the provider received another content than the specification names: " + refused.Detail,
                    "keep a job's files unchanged until it is settled; cancel the job and submit it again");
            case JobRefusal.MessageMalformed:
            case JobRefusal.NotTheProvider:
            case JobRefusal.NotTheOwner:
            case JobRefusal.LeaseOver:
            case JobRefusal.SpecCommitmentWrong:
            case JobRefusal.SpecExceedsTerms:
            case JobRefusal.PieceUnknown:
            case JobRefusal.HandOverSignatureWrong:
            case JobRefusal.DiskFull:
            case JobRefusal.SandboxUnavailable:
                // The lease's deadlines decide: without Ready or result it fails, and the order finds another provider.
                _tell(new JobEvent.Trouble(_host.Now, $"the provider refuses: {refused.Code}: {refused.Detail}"));
                break;
            case JobRefusal.OffsetWrong:
                break;
            default:
                _tell(new JobEvent.Trouble(_host.Now, $"the provider refuses by an unknown code {(byte)refused.Code}"));
                break;
        }
    }

    private void AskAgainLater(bool isReceipt, CancellationToken over) => _ = BringAsync(
        async stop =>
        {
            await Task.Delay(AskAgainAfter, _host.Time, stop).ConfigureAwait(false);
            await _inputs.Writer.WriteAsync(new LeaseInput.Again(isReceipt), stop).ConfigureAwait(false);
        },
        over);

    private void Distrust(string reason)
    {
        _distrust = reason;
        _tell(new JobEvent.Trouble(_host.Now, "the provider is not trusted any more: " + reason));
        if (_lease.State is LeaseState.ResultReported or LeaseState.Settled) ThrowIfDistrusted();
    }

    private void ThrowIfDistrusted()
    {
        if (_distrust is not null) throw Forged(_distrust);
    }

    private ClientException Forged(string reason) => new(
        ClientFailure.ProviderForged,
        $"lease {_id.Hash.ToShortString()}, provider {_lease.Provider.Hash.ToShortString()}: {reason}",
        "do not acknowledge it; `noderuntime job submit` again finds another provider");
}
