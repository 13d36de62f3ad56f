using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Api.Jobs;

/// <summary>
/// The owner's side of a lease, from the offer to the receipt, over a connection that may break and come back: each
/// reconnection offers again, and the provider's answer says where to go on. The other side is the provider's workload.
/// </summary>
public sealed class JobOwnerMachine
{
    private readonly ChainId _chain;
    private readonly ISigner _signer;
    private readonly ISignatureVerifier _signatures;
    private readonly HandOver _handOver;
    private readonly JobSpec _spec;
    private readonly List<Upload> _uploads = [];
    private readonly List<Download> _downloads = [];
    private readonly List<JobOwnerEffect> _effects = [];
    private ulong _outputBytes;
    private ulong _errorBytes;
    private JobResult? _result;
    private string _detail = string.Empty;
    private bool _isComplete;
    private bool _hasReceipt;

    public JobOwnerMachine(
        ChainId chain, ISigner signer, ISignatureVerifier signatures, LeaseId lease, AccountId provider, JobSpec spec)
    {
        _chain = chain;
        _signer = signer;
        _signatures = signatures;
        _spec = spec;
        _handOver = new HandOver(lease, spec.Commitment, KeyPolicy.Single(signer.PublicKey).ToAccountId(), provider);
        _uploads.Add(new Upload(JobPiece.Module, spec.Module.Length));
        foreach (JobInput input in spec.Inputs) _uploads.Add(new Upload(JobPiece.Input(input.Name), input.Content.Length));
        if (spec.StandardInput is { } standardInput) _uploads.Add(new Upload(JobPiece.StandardInput, standardInput.Length));
    }

    public ImmutableArray<JobOwnerEffect> Step(JobOwnerInput input)
    {
        Invariant.Holds(_effects.Count == 0);
        switch (input)
        {
            case JobOwnerInput.Connected:
                Connected();
                break;
            case JobOwnerInput.ProviderSaid m:
                if (m.Message.Lease == _handOver.Lease) Hear(m.Message);
                break;
            case JobOwnerInput.Settled:
                if (!_hasReceipt) Say(new JobMessage.WantReceipt(_handOver.Lease));
                break;
            default:
                Invariant.Break("an input without a rule");
                break;
        }

        ImmutableArray<JobOwnerEffect> effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    private void Connected()
    {
        if (_isComplete) return;
        foreach (Download download in _downloads) download.IsAsked = false;
        Say(new JobMessage.Offer(_handOver.Lease, _spec));
    }

    private void Hear(JobMessage message)
    {
        switch (message)
        {
            case JobMessage.Wanted m:
                Wanted(m);
                break;
            case JobMessage.Received m:
                if (Find(m.Progress.Piece) is { } upload && m.Progress.Length <= upload.Sent) upload.Acknowledged = m.Progress.Length;
                Pump();
                break;
            case JobMessage.Taken m:
                Taken(m);
                break;
            case JobMessage.Stage m:
                _effects.Add(new JobOwnerEffect.StageChanged(m.Current));
                break;
            case JobMessage.Log m:
                Log(m);
                break;
            case JobMessage.Finished m:
                Finished(m);
                break;
            case JobMessage.Data m:
                Data(m);
                break;
            case JobMessage.Receipt m:
                _hasReceipt = true;
                _effects.Add(new JobOwnerEffect.ReceiptArrived(m.Bytes));
                break;
            case JobMessage.Refused m:
                Refused(m);
                break;
            default:
                _effects.Add(new JobOwnerEffect.Distrust("an owner's message came from the provider"));
                break;
        }
    }

    private void Wanted(JobMessage.Wanted wanted)
    {
        foreach (JobPieceProgress progress in wanted.Pieces)
        {
            if (Find(progress.Piece) is not { } upload || progress.Length > upload.Length)
            {
                _effects.Add(new JobOwnerEffect.Distrust("the provider wants what the specification does not name"));
                return;
            }

            upload.Sent = progress.Length;
            upload.Acknowledged = progress.Length;
        }

        Say(new JobMessage.Follow(_handOver.Lease, _outputBytes, _errorBytes));
        Pump();
    }

    // A window of chunks over all pieces, in their order: a slow provider is not flooded, a far one is kept busy.
    private void Pump()
    {
        ulong underWay = 0;
        foreach (Upload upload in _uploads) underWay += upload.Sent - upload.Acknowledged;
        foreach (Upload upload in _uploads)
        {
            while (upload.Sent < upload.Length && underWay < WindowBytes)
            {
                int count = (int)ulong.Min(Limits.JobChunkBytesMax, upload.Length - upload.Sent);
                _effects.Add(new JobOwnerEffect.SendChunk(upload.Piece, upload.Sent, count));
                upload.Sent += (ulong)count;
                underWay += (ulong)count;
            }
        }
    }

    private const ulong WindowBytes = (ulong)Limits.JobChunkBytesMax * Limits.JobChunksInFlightMax;

    private void Taken(JobMessage.Taken taken)
    {
        Hash256 digest = _handOver.Digest(_chain);
        bool isProvider = KeyPolicy.Single(taken.ProviderKey).ToAccountId() == _handOver.Provider;
        if (!isProvider || _signatures.Verify(taken.ProviderKey, digest, taken.ProviderSignature) != SignatureVerdict.Accepted)
        {
            _effects.Add(new JobOwnerEffect.Distrust("the hand-over is not signed by the lease's provider"));
            return;
        }

        Say(new JobMessage.HandOverSigned(_handOver.Lease, _signer.Sign(digest)));
    }

    private void Log(JobMessage.Log log)
    {
        ulong expected = log.IsError ? _errorBytes : _outputBytes;
        if (log.Offset > expected)
        {
            Say(new JobMessage.Follow(_handOver.Lease, _outputBytes, _errorBytes));
            return;
        }

        if (log.Offset < expected || log.Bytes.IsEmpty) return;
        if (log.IsError) _errorBytes += (ulong)log.Bytes.Length;
        else _outputBytes += (ulong)log.Bytes.Length;
        _effects.Add(new JobOwnerEffect.Log(log.IsError, log.Bytes));
        CompleteIfSo();
    }

    private void Finished(JobMessage.Finished finished)
    {
        if (_result is null)
        {
            if (!IsWithinSpec(finished.Result))
            {
                _effects.Add(new JobOwnerEffect.Distrust("the result is larger than the specification allows"));
                return;
            }

            _result = finished.Result;
            _detail = finished.Detail;
            foreach (JobInput output in _result.Outputs)
            {
                _downloads.Add(new Download(JobPiece.Output(output.Name), output.Content.Length));
            }
        }
        else if (_result.Commitment != finished.Result.Commitment)
        {
            _effects.Add(new JobOwnerEffect.Distrust("the provider changed its result"));
            return;
        }

        AskNext();
        CompleteIfSo();
    }

    // Streams and files together: who promises more would fill the owner's disk.
    private bool IsWithinSpec(JobResult result)
    {
        System.UInt128 total = (System.UInt128)result.StandardOutput.Length + result.StandardError.Length;
        foreach (JobInput output in result.Outputs) total += output.Content.Length;
        return total <= _spec.OutputBytesMax;
    }

    // One file at a time, one piece of it at a time; what the logs lack is fetched like a file.
    private void AskNext()
    {
        Invariant.Holds(_result is not null);
        foreach (Download download in _downloads)
        {
            if (download.Here == download.Length) continue;
            if (download.IsAsked) return;
            download.IsAsked = true;
            Say(new JobMessage.Fetch(_handOver.Lease, download.Piece, download.Here));
            return;
        }

        if (_outputBytes < _result.StandardOutput.Length) Say(new JobMessage.Fetch(_handOver.Lease, JobPiece.StandardOutput, _outputBytes));
        else if (_errorBytes < _result.StandardError.Length) Say(new JobMessage.Fetch(_handOver.Lease, JobPiece.StandardError, _errorBytes));
    }

    private void Data(JobMessage.Data data)
    {
        if (data.Piece.Kind is JobPieceKind.StandardOutput or JobPieceKind.StandardError)
        {
            // Nothing is no answer to a question for bytes: asking again for ever is what a liar would like.
            if (data.Bytes.IsEmpty)
            {
                _effects.Add(new JobOwnerEffect.Distrust("the provider answers with nothing"));
                return;
            }

            Log(new JobMessage.Log(data.Lease, data.Piece.Kind == JobPieceKind.StandardError, data.Offset, data.Bytes));
            if (_result is not null && !_isComplete) AskNext();
            return;
        }

        Download? download = _downloads.Find(candidate => candidate.Piece == data.Piece);
        if (download is null || data.Offset != download.Here) return;
        if (data.Bytes.IsEmpty || (ulong)data.Bytes.Length > download.Length - download.Here)
        {
            _effects.Add(new JobOwnerEffect.Distrust("an output has another length than the result says"));
            return;
        }

        download.Here += (ulong)data.Bytes.Length;
        download.IsAsked = false;
        _effects.Add(new JobOwnerEffect.StoreOutput(data.Piece, data.Offset, data.Bytes));
        AskNext();
        CompleteIfSo();
    }

    private void CompleteIfSo()
    {
        if (_isComplete || _result is null) return;
        if (_outputBytes < _result.StandardOutput.Length || _errorBytes < _result.StandardError.Length) return;
        foreach (Download download in _downloads)
        {
            if (download.Here < download.Length) return;
        }

        _isComplete = true;
        _effects.Add(new JobOwnerEffect.Complete(_result, _detail));
    }

    private void Refused(JobMessage.Refused refused)
    {
        _effects.Add(new JobOwnerEffect.Refused(refused.Code, refused.Detail));
        // The provider holds another part than we thought: ask it where to go on.
        if (refused.Code == JobRefusal.OffsetWrong) Say(new JobMessage.Offer(_handOver.Lease, _spec));
    }

    private Upload? Find(JobPiece piece) => _uploads.Find(candidate => candidate.Piece == piece);

    private void Say(JobMessage message) => _effects.Add(new JobOwnerEffect.Say(message));

    private sealed class Upload(JobPiece piece, ulong length)
    {
        public JobPiece Piece { get; } = piece;

        public ulong Length { get; } = length;

        public ulong Sent { get; set; }

        public ulong Acknowledged { get; set; }
    }

    private sealed class Download(JobPiece piece, ulong length)
    {
        public JobPiece Piece { get; } = piece;

        public ulong Length { get; } = length;

        public ulong Here { get; set; }

        public bool IsAsked { get; set; }
    }
}
