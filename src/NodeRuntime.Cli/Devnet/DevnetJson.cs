using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Devnet;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DevnetResult))]
internal sealed partial class DevnetJson : JsonSerializerContext;
