using System.Collections.Immutable;
using NodeRuntime.Api;

namespace NodeRuntime.Cli.Results;

internal sealed record InitResult(string Folder, string Config, string KeyFile, string Account, string Peer, string Did);

internal sealed record RunResult(string Peer, string Account, string Chain, string Listen, string Api);

/// <param name="Gateway">What the peer says of itself.</param>
internal sealed record StatusResult(ulong ProvenHeight, string ProvenTime, StatusAnswer Gateway);

/// <param name="Actors">Depth first, each parent before its children.</param>
internal sealed record ActorsResult(string Peer, ImmutableArray<SupervisorAnswer> Actors);

internal sealed record CompletionResult(string Shell, string Script);
