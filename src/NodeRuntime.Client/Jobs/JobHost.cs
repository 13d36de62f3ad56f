using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Providers;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Client.Jobs;

/// <summary>What a job's run needs of its client.</summary>
internal sealed record JobHost(
    ClientContext Context,
    ISigner Signer,
    ISignatureVerifier Signatures,
    VerifiedReads Reads,
    ProviderDirectory Directory,
    ProviderConnections Connections,
    Func<LeaseId, CancellationToken, Task> AcknowledgeAsync,
    TimeProvider Time)
{
    public DateTimeOffset Now => Time.GetUtcNow();
}
