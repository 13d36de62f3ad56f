using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Processes.Tests;

/// <summary>What strangers send to a live peer's two ports is refused, by name where it is answered, and the peer goes on.</summary>
[Collection(DevnetGroup.Name)]
public sealed class HostileInputTests(Devnet devnet, HostileInputTests.Target target) : IClassFixture<HostileInputTests.Target>, IAsyncLifetime
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Whatever the test did: the same process answers and votes.</summary>
    public async Task DisposeAsync()
    {
        Assert.True(ProcessTable.IsAlive(target.Peer));
        Assert.Equal("Voting", (await devnet.StatusAsync(0))?.Consensus);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("http")]
    [InlineData("half a client hello")]
    public async Task Bytes_that_are_no_handshake_end_the_connection(string kind)
    {
        byte[] bytes = new byte[64 << 10];
        new Prng(11).Fill(bytes);
        if (kind == "http") bytes = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: peer\r\n\r\n");
        if (kind == "half a client hello") bytes = [0x16, 0x03, 0x01, 0x40, 0x00, 0x01, 0x00, 0x3F, 0xFC, 0x03, 0x03];
        for (int i = 0; i < 20; i++)
        {
            using TcpClient client = await DialAsync();
            await SendAsync(client.GetStream(), bytes);
            if (kind == "half a client hello") continue;
            await AssertEndsAsync(client.GetStream(), 15);
        }
    }

    [Fact]
    public async Task Tls_without_a_peers_certificate_is_refused()
    {
        using TcpClient client = await DialAsync();
        await using SslStream tls = await TlsAsync(client);
        await AssertEndsAsync(tls, 15);
    }

    [Fact]
    public async Task A_frame_of_four_gigabytes_from_nobody_ends_the_connection()
    {
        using TcpClient client = await DialAsync();
        await using SslStream tls = await TlsAsync(client);
        await SendAsync(tls, [0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x00]);
        await AssertEndsAsync(tls, 15);
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_too_large()
    {
        using ByteArrayContent body = new(new byte[Limits.TransactionBytesMax + 1]);
        await AssertRefusedAsync(await PostAsync(body), 413, "TooLarge");
        using StreamContent chunked = new(new MemoryStream(new byte[8 << 20]));
        chunked.Headers.ContentLength = null;
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(devnet.ApiOf(0), Routes.Transactions)) { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        try
        {
            await AssertRefusedAsync(await Http.SendAsync(request), 413, "TooLarge");
        }
        catch (HttpRequestException)
        {
            // The server may close before we have said all of it: that is a refusal too.
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public async Task A_malformed_transaction_is_refused_with_a_code(int length)
    {
        byte[] bytes = new byte[length];
        new Prng((ulong)length).Fill(bytes);
        using ByteArrayContent body = new(bytes);
        await AssertRefusedAsync(await PostAsync(body), 422, "Malformed");
    }

    [Fact]
    public async Task A_transaction_counts_once_however_often_it_is_sent()
    {
        AccountId other = KeyPolicy.Single(devnet.NewSigner().PublicKey).ToAccountId();
        SubmittedTransaction sent = await devnet.Owner.TransferAsync(other, Amount.FromTokens(3), CancellationToken.None);
        for (int peer = 0; peer < Devnet.Peers; peer++)
        {
            using ByteArrayContent body = new(sent.Bytes);
            HttpResponseMessage answer = await PostAsync(body, peer);
            ErrorAnswer error = await ErrorOfAsync(answer);
            Assert.Equal(422, (int)answer.StatusCode);
            Assert.Contains(error.Code, (string[])["SequenceTooLow", "AlreadyKnown"]);
        }

        await devnet.GoesOnAsync();
        AccountRecord record = await devnet.Owner.GetAccountAsync(other, CancellationToken.None);
        Assert.Equal(Amount.FromTokens(3), record.Balance);
    }

    [Fact]
    public async Task A_transaction_with_a_flipped_bit_is_refused()
    {
        Transaction honest = TransactionBuilder.Sign(
            devnet.OwnerSigner, devnet.Context.Chain, 1_000, new Amount(1_000), new Height(1_000_000),
            [new Message.Transfer(devnet.Owner.Account, new Amount(1))]);
        byte[] bytes = honest.Encode();
        bytes[^3] ^= 1;
        using ByteArrayContent body = new(bytes);
        HttpResponseMessage answer = await PostAsync(body);
        Assert.Equal(422, (int)answer.StatusCode);
        Assert.NotEmpty((await ErrorOfAsync(answer)).Code);
    }

    [Theory]
    [InlineData("/v1/state/nonsense/0000000000000000000000000000000000000000000000000000000000000000", 400, "FamilyUnknown")]
    [InlineData("/v1/state/99/0000000000000000000000000000000000000000000000000000000000000000", 400, "FamilyUnknown")]
    [InlineData("/v1/state/account/xyz", 400, "IdMalformed")]
    [InlineData("/v1/jobs/xyz", 400, "IdMalformed")]
    [InlineData("/v1/jobs/0000000000000000000000000000000000000000000000000000000000000000", 401, "TokenRefused")]
    [InlineData("/v1/jobs", 401, "TokenRefused")]
    [InlineData("/v1/jobs/0000000000000000000000000000000000000000000000000000000000000000/events", 401, "TokenRefused")]
    public async Task A_request_that_means_nothing_is_refused_by_name(string path, int status, string code) =>
        await AssertRefusedAsync(await Http.GetAsync(new Uri(devnet.ApiOf(0), path)), status, code);

    [Fact]
    public async Task Somebody_elses_job_is_unknown_and_a_token_for_another_peer_is_worth_nothing()
    {
        PreparedJob job = await Jobs.PrepareAsync(devnet, Modules.Busy(1_000));
        OrderId order = await devnet.Owner.SubmitAsync(job, CancellationToken.None);
        string path = Routes.Job.Replace("{id}", order.ToString(), StringComparison.Ordinal);
        await Deadline.UntilAsync("the order at peer 0", 10, async () => (int)(await AskAsync(path, devnet.TokenOf(devnet.OwnerSigner, 0))).StatusCode == 200);
        await AssertRefusedAsync(await AskAsync(path, devnet.TokenOf(devnet.NewSigner(), 0)), 404, "JobUnknown");
        await AssertRefusedAsync(await AskAsync(path, devnet.TokenOf(devnet.OwnerSigner, 1)), 401, "TokenRefused");
        await AssertRefusedAsync(await AskAsync(path, new string('A', 900)), 401, "TokenRefused");
        await AssertRefusedAsync(await AskAsync(path + "/events", devnet.TokenOf(devnet.NewSigner(), 0)), 404, "JobUnknown");
        await Jobs.RunAsync(devnet, job, order, 40);
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(devnet.ApiOf(0), path));
        request.Headers.Add("Authorization", "Bearer " + token);
        return await Http.SendAsync(request);
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent body, int peer = 0) => Http.PostAsync(new Uri(devnet.ApiOf(peer), Routes.Transactions), body);

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, int status, string code)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} {text}");
        ErrorAnswer error = JsonSerializer.Deserialize(text, ApiJson.Default.ErrorAnswer)!;
        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.Message);
        Assert.NotEmpty(error.Hint);
    }

    private static async Task<ErrorAnswer> ErrorOfAsync(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ApiJson.Default.ErrorAnswer)!;

    private async Task<TcpClient> DialAsync()
    {
        TcpClient client = new();
        await client.ConnectAsync(IPEndPoint.Parse(devnet.ConfigOf(0).Listen));
        return client;
    }

    private static async Task<SslStream> TlsAsync(TcpClient client)
    {
        SslStream tls = new(client.GetStream());
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "peer",
                    EnabledSslProtocols = SslProtocols.Tls13,
#pragma warning disable CA5359 // The server's proof of itself is not what is tested here.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                patience.Token);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // Refused within the handshake: what follows finds the connection closed.
        }

        return tls;
    }

    // A peer that has already closed resets what is still sent: that is its answer.
    private static async Task SendAsync(Stream stream, byte[] bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return;
        }
    }

    private static async Task AssertEndsAsync(Stream stream, double seconds)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(seconds));
        byte[] buffer = new byte[4096];
        List<byte> said = [];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, patience.Token)) > 0) said.AddRange(buffer[..count]);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // Closed hard.
        }

        Assert.True(said.Count < 4096, $"it said {said.Count} bytes to a stranger");
    }

    /// <summary>The peer that is attacked; after all attacks every peer must finalize.</summary>
    public sealed class Target(Devnet devnet) : IAsyncLifetime
    {
        internal ProcessEntry Peer { get; } = ProcessTable.Naming(devnet.ConfigPathOf(0)).Single();

        public Task InitializeAsync() => Task.CompletedTask;

        public Task DisposeAsync() => devnet.GoesOnAsync();
    }
}
