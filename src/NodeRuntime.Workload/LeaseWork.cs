using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Workload;

/// <summary>One lease as its provider works on it. Owned by the machine.</summary>
internal sealed class LeaseWork(LeaseId id, LeaseRecord lease, OrderRecord order)
{
    public LeaseId Id { get; } = id;

    public LeaseRecord Lease { get; set; } = lease;

    public OrderRecord Order { get; set; } = order;

    public JobStage Stage { get; set; } = JobStage.Receiving;

    /// <summary>Null until the owner opened it.</summary>
    public JobSpec? Spec { get; set; }

    public PublicKey OwnerKey { get; set; }

    public Signature? OwnerSignature { get; set; }

    public Signature ProviderSignature { get; set; }

    public JobResult? Result { get; set; }

    public string Detail { get; set; } = string.Empty;

    /// <summary>What the specification asks for, how far each is here, and which hashed as it should.</summary>
    public List<Piece> Pieces { get; } = [];

    /// <summary>Clients that asked to follow; at most one connection per owner matters, a few are kept.</summary>
    public SortedSet<PeerId> Followers { get; } = [];

    public ulong OutputBytes { get; set; }

    public ulong ErrorBytes { get; set; }

    public bool SandboxRuns { get; set; }

    public void Open(JobSpec spec)
    {
        Spec = spec;
        Pieces.Clear();
        Pieces.Add(new Piece(JobPiece.Module, spec.Module));
        foreach (JobInput input in spec.Inputs) Pieces.Add(new Piece(JobPiece.Input(input.Name), input.Content));
        if (spec.StandardInput is { } standardInput) Pieces.Add(new Piece(JobPiece.StandardInput, standardInput));
    }

    public Piece? Find(JobPiece piece) => Pieces.Find(candidate => candidate.Name == piece);

    public bool AllSealed => Pieces.TrueForAll(static piece => piece.IsSealed);

    public ImmutableArray<JobPieceProgress> Progress()
    {
        ImmutableArray<JobPieceProgress>.Builder progress = ImmutableArray.CreateBuilder<JobPieceProgress>(Pieces.Count);
        foreach (Piece piece in Pieces) progress.Add(new JobPieceProgress(piece.Name, piece.Length));
        return progress.MoveToImmutable();
    }

    public LeaseWorkRecord ToRecord()
    {
        Invariant.Holds(Spec is not null);
        return new LeaseWorkRecord
        {
            Lease = Id,
            Spec = Spec,
            OwnerKey = OwnerKey,
            OwnerSignature = OwnerSignature,
            ProviderSignature = ProviderSignature,
            Result = Result,
        };
    }

    internal sealed class Piece(JobPiece name, ContentRef content)
    {
        public JobPiece Name { get; } = name;

        public ContentRef Content { get; } = content;

        /// <summary>Bytes asked to be written; the keeper confirms or refuses each.</summary>
        public ulong Length { get; set; }

        public bool IsSealed { get; set; }
    }
}
