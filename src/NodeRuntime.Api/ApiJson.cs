using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Api;

/// <summary>How answers look as JSON: names in camel case, made at compile time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(GenesisAnswer))]
[JsonSerializable(typeof(SealsAnswer))]
[JsonSerializable(typeof(ValidatorsAnswer))]
[JsonSerializable(typeof(BeaconAnswer))]
[JsonSerializable(typeof(CapacitiesAnswer))]
[JsonSerializable(typeof(CapacityAnswer))]
[JsonSerializable(typeof(CapacityPeerAnswer))]
[JsonSerializable(typeof(PeersAnswer))]
[JsonSerializable(typeof(StateAnswer))]
[JsonSerializable(typeof(TransactionAnswer))]
[JsonSerializable(typeof(ChainAnswer))]
[JsonSerializable(typeof(EvidenceAnswer))]
[JsonSerializable(typeof(EventsRequest))]
[JsonSerializable(typeof(EventRequest))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(EventStateAnswer))]
[JsonSerializable(typeof(EventsMissedAnswer))]
[JsonSerializable(typeof(EventReceiptAnswer))]
[JsonSerializable(typeof(EventRecordAnswer))]
[JsonSerializable(typeof(CustodyAnswer))]
[JsonSerializable(typeof(CosignaturesAnswer))]
[JsonSerializable(typeof(PostureAnswer))]
[JsonSerializable(typeof(PostureEdgesAnswer))]
[JsonSerializable(typeof(PostureEdgeAnswer))]
[JsonSerializable(typeof(PostureProofAnswer))]
[JsonSerializable(typeof(JobAnswer))]
[JsonSerializable(typeof(JobsAnswer))]
[JsonSerializable(typeof(PrintAnswer))]
[JsonSerializable(typeof(WhyAnswer))]
public sealed partial class ApiJson : JsonSerializerContext;
