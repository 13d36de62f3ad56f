using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Workload.Tests;

/// <summary>The ledger takes a result of a ready lease alone: a provider that has one says Ready before it.</summary>
public sealed class UnreadyResultTests
{
    private static readonly ChainId Chain = new(new Hash256(Bytes(1, Hash256.ByteCount)));
    private static readonly LeaseId Lease = new(new Hash256(Bytes(2, Hash256.ByteCount)));
    private static readonly ContentRef Nothing = new(new Hash256(Bytes(3, Hash256.ByteCount)), 0);

    private readonly ISigner _signer;
    private readonly WorkloadMachine _machine;

    public UnreadyResultTests()
    {
        SystemSignatures signatures = SystemSignatures.Open(Bytes(4, SystemSignatures.EntropyByteCount));
        _signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Bytes(5, KeyPair.EntropyByteCountMin)));
        _machine = new WorkloadMachine(Chain, _signer, signatures, new ProviderConfig
        {
            PricePerSecond = new Amount(1),
            Region = string.Empty,
            MemoryPagesMax = 16,
            FuelMax = 1_000,
            InputBytesMax = 1_000,
            OutputBytesMax = 1_000,
            LeasesMax = 1,
        });
    }

    [Fact]
    public void A_module_that_is_refused_before_it_runs_is_reported_ready_and_then_its_result()
    {
        _machine.Step(new WorkloadInput.Recovered(RecordWith(null)));
        Assert.Contains(Follow(LeaseState.Opened), static effect => effect is WorkloadEffect.StartSandbox);
        AssertReadyThenResult(_machine.Step(new WorkloadInput.SandboxFinished(Lease, Result(JobOutcome.ModuleRefused), "no module")));
    }

    [Fact]
    public void A_program_that_ran_is_reported_ready_once()
    {
        _machine.Step(new WorkloadInput.Recovered(RecordWith(null)));
        Follow(LeaseState.Opened);
        IEnumerable<WorkloadEffect> effects = [
            .. _machine.Step(new WorkloadInput.SandboxReady(Lease)),
            .. _machine.Step(new WorkloadInput.SandboxFinished(Lease, Result(JobOutcome.Exited), string.Empty)),
        ];
        AssertReadyThenResult(effects);
    }

    [Theory]
    [InlineData(LeaseState.Opened, true)]
    [InlineData(LeaseState.Ready, true)]
    [InlineData(LeaseState.ResultReported, false)]
    public void After_a_crash_with_a_result_both_words_are_said_again_where_the_ledger_lacks_them(LeaseState state, bool saysResult)
    {
        _machine.Step(new WorkloadInput.Recovered(RecordWith(Result(JobOutcome.Exited))));
        ImmutableArray<WorkloadEffect> effects = Follow(state);
        if (state == LeaseState.Opened) AssertReadyThenResult(effects);
        else Assert.Equal(saysResult ? [typeof(Message.ReportResult)] : [], MessagesOf(effects));
    }

    private static void AssertReadyThenResult(IEnumerable<WorkloadEffect> effects) =>
        Assert.Equal([typeof(Message.ReportReady), typeof(Message.ReportResult)], MessagesOf(effects));

    private static IEnumerable<Type> MessagesOf(IEnumerable<WorkloadEffect> effects) =>
        effects.OfType<WorkloadEffect.Submit>().Select(static effect => effect.Message.GetType());

    private ImmutableArray<WorkloadEffect> Follow(LeaseState state)
    {
        AccountId account = KeyPolicy.Single(_signer.PublicKey).ToAccountId();
        JobSpec spec = Spec();
        OrderRecord order = new()
        {
            Owner = account,
            Terms = new OrderTerms
            {
                SpecCommitment = spec.Commitment,
                PricePerSecondMax = new Amount(1),
                SecondsMax = 1,
                ReadyWithin = Duration.FromSeconds(1),
                ExpiresAfter = Duration.FromSeconds(1),
                FuelMax = 1,
                MemoryPagesMax = 1,
                InputBytes = 0,
                OutputBytesMax = 1,
                Region = string.Empty,
            },
            State = OrderState.Leased,
            Escrow = new Amount(1),
            AcceptedAt = Instant.Epoch,
            AuctionEndsAt = Instant.Epoch,
            Attempts = 1,
        };
        LeaseRecord lease = new()
        {
            Order = new OrderId(new Hash256(Bytes(6, Hash256.ByteCount))),
            Owner = account,
            Provider = account,
            PricePerSecond = new Amount(1),
            State = state,
            OpenedAt = Instant.Epoch,
            ReadyBy = Instant.Epoch,
            ReadyAt = Instant.Epoch,
            ResultBy = Instant.Epoch,
            ResultAt = Instant.Epoch,
            HandOver = Hash256.Zero,
            ResultCommitment = Hash256.Zero,
            ChargedSeconds = 0,
            Paid = Amount.Zero,
            Refunded = Amount.Zero,
            Penalty = Amount.Zero,
        };
        return _machine.Step(new WorkloadInput.LeaseChanged(Lease, lease, order));
    }

    private LeaseWorkRecord RecordWith(JobResult? result) => new()
    {
        Lease = Lease,
        Spec = Spec(),
        OwnerKey = _signer.PublicKey,
        OwnerSignature = _signer.Sign(Hash256.Zero),
        ProviderSignature = _signer.Sign(Hash256.Zero),
        Result = result,
    };

    private static JobSpec Spec() => new()
    {
        Salt = new Salt(Bytes(7, Salt.ByteCount)),
        Name = "job",
        Module = Nothing,
        Arguments = ["job"],
        Environment = [],
        Inputs = [],
        StandardInput = null,
        FuelMax = 1,
        MemoryPagesMax = 1,
        CallDepthMax = 1,
        OutputBytesMax = 1,
        StartTime = Instant.Epoch,
        Seed = 0,
    };

    private static JobResult Result(JobOutcome outcome) => new()
    {
        Salt = new Salt(Bytes(8, Salt.ByteCount)),
        Outcome = outcome,
        ExitCode = 0,
        FuelUsed = 0,
        FuelSchedule = 1,
        StandardOutput = Nothing,
        StandardError = Nothing,
        Outputs = [],
    };

    private static byte[] Bytes(ulong seed, int count)
    {
        byte[] bytes = new byte[count];
        new Prng(seed).Fill(bytes);
        return bytes;
    }
}
