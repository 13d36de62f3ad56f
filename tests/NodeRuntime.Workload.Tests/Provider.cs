using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using Xunit;

namespace NodeRuntime.Workload.Tests;

/// <summary>A provider's machine with one lease that it won, an owner with a small job, and the words between them.</summary>
internal sealed class Provider
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    public Provider()
    {
        Order = new OrderRecord
        {
            Owner = AccountOf(OwnerSigner),
            Terms = Terms(),
            State = OrderState.Leased,
            Escrow = new Amount(20_000),
            AcceptedAt = Now,
            AuctionEndsAt = Now,
            Attempts = 1,
        };
        Lease = new LeaseRecord
        {
            Order = OrderId,
            Owner = Order.Owner,
            Provider = AccountOf(ProviderSigner),
            PricePerSecond = new Amount(1000),
            State = LeaseState.Opened,
            OpenedAt = Now,
            ReadyBy = Now,
            ReadyAt = Instant.Epoch,
            ResultBy = Now,
            ResultAt = Instant.Epoch,
            HandOver = Hash256.Zero,
            ResultCommitment = Hash256.Zero,
            ChargedSeconds = 0,
            Paid = Amount.Zero,
            Refunded = Amount.Zero,
            Penalty = Amount.Zero,
        };
    }

    public static ISigner OwnerSigner { get; } = SignerOf(1);

    public static ISigner ProviderSigner { get; } = SignerOf(2);

    public static ISigner StrangerSigner { get; } = SignerOf(3);

    public static ISignatureVerifier Verifier => Signatures;

    public static ChainId Chain { get; } = new(Hasher.Sha256([7]));

    public static LeaseId LeaseId { get; } = new(Hasher.Sha256([8]));

    public static OrderId OrderId { get; } = new(Hasher.Sha256([9]));

    public static PeerId Owner { get; } = OwnerSigner.PublicKey.ToPeerId();

    public static byte[] Module { get; } = [.. Enumerable.Range(0, 100).Select(static i => (byte)i)];

    public static byte[] Input { get; } = [.. Enumerable.Range(0, 50).Select(static i => (byte)(i * 3))];

    public static JobPiece InputPiece { get; } = JobPiece.Input("a.bin");

    private static Instant Now => Instant.FromMilliseconds(1_767_225_600_000);

    public OrderRecord Order { get; set; }

    public LeaseRecord Lease { get; set; }

    public WorkloadMachine Machine { get; private set; } = NewMachine();

    /// <summary>The last record that a Persist asked for: what a crash leaves.</summary>
    public LeaseWorkRecord? Durable { get; private set; }

    public static AccountId AccountOf(ISigner signer) => KeyPolicy.Single(signer.PublicKey).ToAccountId();

    public static ProviderConfig Config => new()
    {
        PricePerSecond = new Amount(1000),
        Region = "eu",
        MemoryPagesMax = 100,
        FuelMax = 1000,
        InputBytesMax = 10_000,
        OutputBytesMax = 10_000,
        LeasesMax = 2,
    };

    public static JobSpec Spec() => new()
    {
        Salt = new Salt(new byte[Salt.ByteCount]),
        Name = "job",
        Module = ContentOf(Module),
        Arguments = ["x"],
        Environment = [],
        Inputs = [new JobInput("a.bin", ContentOf(Input))],
        StandardInput = null,
        FuelMax = 500,
        MemoryPagesMax = 10,
        CallDepthMax = 10,
        OutputBytesMax = 1000,
        StartTime = Now,
        Seed = 1,
    };

    public static OrderTerms Terms() => new()
    {
        SpecCommitment = Spec().Commitment,
        PricePerSecondMax = new Amount(2000),
        SecondsMax = 10,
        ReadyWithin = Duration.FromSeconds(5),
        ExpiresAfter = Duration.FromMinutes(1),
        FuelMax = 500,
        MemoryPagesMax = 10,
        InputBytes = 150,
        OutputBytesMax = 1000,
        Region = string.Empty,
    };

    public static JobResult Result() => new()
    {
        Salt = new Salt(new byte[Salt.ByteCount]),
        Outcome = JobOutcome.Exited,
        ExitCode = 0,
        FuelUsed = 5,
        FuelSchedule = 1,
        StandardOutput = ContentOf("hi\n"u8.ToArray()),
        StandardError = ContentOf([]),
        Outputs = [],
    };

    public static ContentRef ContentOf(byte[] bytes) => new(Hasher.Sha256(bytes), (ulong)bytes.Length);

    public static Signature OwnerHandOver(ISigner signer) =>
        signer.Sign(new HandOver(LeaseId, Terms().SpecCommitment, AccountOf(OwnerSigner), AccountOf(ProviderSigner)).Digest(Chain));

    public ImmutableArray<WorkloadEffect> Step(WorkloadInput input)
    {
        ImmutableArray<WorkloadEffect> effects = Machine.Step(input);
        foreach (WorkloadEffect.Persist persist in effects.OfType<WorkloadEffect.Persist>()) Durable = persist.Record;
        return effects;
    }

    public ImmutableArray<WorkloadEffect> Say(JobMessage message, ISigner? signer = null)
    {
        ISigner speaker = signer ?? OwnerSigner;
        return Step(new WorkloadInput.ClientSaid(speaker.PublicKey.ToPeerId(), speaker.PublicKey, message));
    }

    public ImmutableArray<WorkloadEffect> LedgerSays(LeaseState state)
    {
        Lease = Lease with { State = state };
        return Step(new WorkloadInput.LeaseChanged(LeaseId, Lease, Order));
    }

    /// <summary>A new life of the machine: what was durable, then what the ledger says.</summary>
    public ImmutableArray<WorkloadEffect> Crash()
    {
        Machine = NewMachine();
        if (Durable is { } record) Assert.Empty(Step(new WorkloadInput.Recovered(LeaseWorkRecord.Decode(record.Encode())!)));
        return LedgerSays(Lease.State);
    }

    // ---- a job's way, to the end of each stage ----

    public Provider Offered()
    {
        LedgerSays(LeaseState.Opened);
        Say(new JobMessage.Offer(LeaseId, Spec()));
        return this;
    }

    public Provider Taken()
    {
        Offered();
        Upload(JobPiece.Module, Module);
        Upload(InputPiece, Input);
        return this;
    }

    public Provider Starting()
    {
        Taken();
        Say(new JobMessage.HandOverSigned(LeaseId, OwnerHandOver(OwnerSigner)));
        return this;
    }

    public Provider Running()
    {
        Starting();
        Step(new WorkloadInput.SandboxReady(LeaseId));
        LedgerSays(LeaseState.Ready);
        return this;
    }

    public Provider Finished()
    {
        Running();
        Step(new WorkloadInput.SandboxFinished(LeaseId, Result(), string.Empty));
        return this;
    }

    public ImmutableArray<WorkloadEffect> Upload(JobPiece piece, byte[] bytes)
    {
        Say(new JobMessage.Chunk(LeaseId, piece, 0, bytes));
        Step(new WorkloadInput.Appended(LeaseId, piece, (ulong)bytes.Length, StoreVerdict.Accepted));
        return Step(new WorkloadInput.Sealed(LeaseId, piece, StoreVerdict.Accepted));
    }

    private static WorkloadMachine NewMachine() => new(Chain, ProviderSigner, Signatures, Config);

    private static ISigner SignerOf(byte seed)
    {
        byte[] entropy = new byte[KeyPair.EntropyByteCountMin];
        Array.Fill(entropy, seed);
        return Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
    }
}

internal static class Told
{
    public static TMessage Says<TMessage>(this IEnumerable<WorkloadEffect> effects) where TMessage : JobMessage =>
        Assert.Single(effects.OfType<WorkloadEffect.Say>().Select(static say => say.Message).OfType<TMessage>());

    public static JobRefusal Refusal(this IEnumerable<WorkloadEffect> effects) => effects.Says<JobMessage.Refused>().Code;

    public static TMessage Submits<TMessage>(this IEnumerable<WorkloadEffect> effects) where TMessage : Message =>
        Assert.Single(effects.OfType<WorkloadEffect.Submit>().Select(static submit => submit.Message).OfType<TMessage>());
}
