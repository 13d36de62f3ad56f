using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Posture;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Cli.Tests.Posture;

public sealed class PostureTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task The_pages_commands_do_what_it_says()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "posture.md"));
        _line.Write("controls.yaml", page.Split("```yaml\n")[1].Split("```")[0]);
        _line.Write("app/server", "a program");
        string[] commands = page.Split("```sh\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["baseline", "watch"], commands.Select(static line => line.Split(' ')[2]));
        foreach (string command in commands)
        {
            string[] words = [.. command.Split(" #")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
            string[] here = Array.ConvertAll(words, word => word.Contains('.', StringComparison.Ordinal) ? _line.PathOf(word) : word == "60" ? "1" : word);
            (ExitCode code, _, string error) = await _line.RunAsync(here);
            // In one second a busy machine may not have looked at all: then it says so.
            Assert.True(code == ExitCode.Ok || (words[1] == "watch" && code == ExitCode.Inconclusive), command + ": " + error);
        }

        using JsonDocument things = JsonDocument.Parse(await File.ReadAllTextAsync(_line.PathOf("before.json")));
        Assert.Contains(things.RootElement.EnumerateArray(), it => it.GetProperty("name").GetString() == _line.PathOf("app/server"));
    }

    [Fact]
    public async Task What_is_violated_is_the_commands_exit_code()
    {
        string controls = _line.Write("controls.yaml", "version: 1\ncontrols:\n- { id: none, class: file, path: '${folder}/app/*', rule: absent }\n");
        _line.Write("app/extra", "extra");
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("posture", "baseline", "--controls", controls);
        Assert.Equal((ExitCode.Failed, "Bad"), (code, answer.GetProperty("controls")[0].GetProperty("state").GetString()));

        _line.Write("controls.yaml", "version: 1\ncontrols:\n- { id: none, class: file, path: x, rule: absent }\n");
        (code, answer) = await _line.RunJsonAsync("posture", "baseline", "--controls", controls);
        Assert.Equal((ExitCode.Usage, "ConfigInvalid"), (code, answer.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("controls.yaml:3:", answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_says_how_its_machine_stands_to_its_own_key_alone()
    {
        string folder = Directory.CreateDirectory(_line.PathOf("peer")).FullName;
        KeyPair pair = NodeKeys.Create(Path.Combine(folder, "node.key"));
        Genesis genesis = new()
        {
            Name = "posture",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            Parameters = ChainParameters.Development,
            Validators = [new GenesisValidator(pair.PublicKey, 1)],
            Allocations = [new GenesisAllocation(KeyPolicy.Single(pair.PublicKey).ToAccountId(), Amount.FromTokens(10), Amount.FromTokens(200))],
        };
        await File.WriteAllBytesAsync(Path.Combine(folder, "genesis.bin"), genesis.Encode());
        PeerConfig config = new() { Genesis = genesis.ChainId.ToString(), Listen = "127.0.0.1:0", Api = "127.0.0.1:" + LoopbackPorts.Find(1)[0] };
        string file = _line.Write("peer/peer.yaml", PeerConfigFile.Write(config));
        await using PeerHost peer = await PeerHost.StartAsync(config, folder, NullLoggerFactory.Instance, CancellationToken.None);

        using HttpClient http = new() { BaseAddress = new Uri("http://" + config.Api) };
        foreach (string route in (string[])["/v1/posture", "/v1/posture/alerts", "/v1/posture/alerts/stream", "/v1/posture/proof?of=file&name=x"])
        {
            using HttpResponseMessage refused = await http.GetAsync(new Uri(route, UriKind.Relative));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        JsonElement answer = await Until(async () =>
        {
            (ExitCode code, JsonElement said) = await _line.RunJsonAsync("posture", "status", "--config", file);
            return code == ExitCode.Ok ? said : null;
        });
        Assert.NotEqual("None", answer.GetProperty("level").GetString());
        Assert.Equal(64, answer.GetProperty("root").GetString()!.Length);

        await File.WriteAllTextAsync(Path.Combine(folder, "extra.yaml"), "not from here");
        JsonElement edge = await Until(async () =>
        {
            (_, JsonElement said) = await _line.RunJsonAsync("posture", "alerts", "--config", file, "--alerts-only");
            return said.GetProperty("edges").EnumerateArray().Cast<JsonElement?>().FirstOrDefault(static it => it!.Value.GetProperty("path").GetString()!.EndsWith("/extra.yaml", StringComparison.Ordinal));
        });
        Assert.Equal(("peer-configuration", "Bad"), (edge.GetProperty("control").GetString(), edge.GetProperty("to").GetString()));
        PostureEdge read = PostureEdge.Decode(Convert.FromBase64String(edge.GetProperty("record").GetString()!))!;
        Assert.Equal(edge.GetProperty("content").GetString(), read.Content.ToString());
        await Until(async () => (await _line.RunJsonAsync("posture", "status", "--config", file)).Code == ExitCode.Failed ? answer : null);
    }

    private static async Task<JsonElement> Until(Func<Task<JsonElement?>> ask)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < end)
        {
            if (await ask() is { } answer) return answer;
            await Task.Delay(100);
        }

        throw new TimeoutException("it did not come");
    }
}
