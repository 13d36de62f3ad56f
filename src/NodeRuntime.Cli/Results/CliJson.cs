using System.Text.Json;
using System.Text.Json.Serialization;
using NodeRuntime.Api;

namespace NodeRuntime.Cli.Results;

/// <summary>How results look as JSON: made at compile time, names in camel case. A field, once there, keeps its meaning.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ErrorResult))]
[JsonSerializable(typeof(InitResult))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(StatusResult))]
[JsonSerializable(typeof(ActorsResult))]
[JsonSerializable(typeof(WalletResult))]
[JsonSerializable(typeof(SendResult))]
[JsonSerializable(typeof(TokenResult))]
[JsonSerializable(typeof(ValidatorListResult))]
[JsonSerializable(typeof(ValidatorSentResult))]
[JsonSerializable(typeof(BeaconResult))]
[JsonSerializable(typeof(CapacitiesAnswer))]
[JsonSerializable(typeof(CapacityPeerAnswer))]
[JsonSerializable(typeof(JobDoneResult))]
[JsonSerializable(typeof(JobStatusResult))]
[JsonSerializable(typeof(JobListResult))]
[JsonSerializable(typeof(JobLogsResult))]
[JsonSerializable(typeof(JobWhyResult))]
[JsonSerializable(typeof(ReceiptGetResult))]
[JsonSerializable(typeof(ReceiptVerifyResult))]
[JsonSerializable(typeof(EventAddResult))]
[JsonSerializable(typeof(EventVerifyResult))]
[JsonSerializable(typeof(EventExplainResult))]
[JsonSerializable(typeof(TraceResult))]
[JsonSerializable(typeof(CustodyExplainResult))]
[JsonSerializable(typeof(ReceiptExtendResult))]
[JsonSerializable(typeof(FraudVerifyResult))]
[JsonSerializable(typeof(FraudSubmitResult))]
[JsonSerializable(typeof(WitnessResult))]
[JsonSerializable(typeof(ChainExportResult))]
[JsonSerializable(typeof(AccuseResult))]
[JsonSerializable(typeof(ForensicsResult))]
[JsonSerializable(typeof(DoctorResult))]
[JsonSerializable(typeof(CompletionResult))]
internal sealed partial class CliJson : JsonSerializerContext;
