using System;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;

namespace NodeRuntime.Client.Tests.Reads;

/// <summary>However a connection fails, the next contact is asked.</summary>
public sealed class GatewayTests
{
    public static TheoryData<Exception> Failures =>
    [
        new HttpRequestException("refused"),
        new IOException("reset while it was read"),
        // As HttpClient lets it through where a connection is reset as soon as it stands.
        new SocketException((int)SocketError.NotConnected),
    ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_connection_that_fails_is_a_contact_that_cannot_be_reached(Exception failure)
    {
        using HttpClient http = new(new FailingHandler(failure));
        Gateway gateway = new(http, new Uri("http://127.0.0.1:1"), TimeSpan.FromSeconds(30));

        ContactAnswer<StatusAnswer> answer = await gateway.GetAsync(Routes.Status, ApiJson.Default.StatusAnswer, null, CancellationToken.None);

        Assert.Null(answer.Value);
        Assert.Equal(ContactFaultKind.Unreachable, answer.Fault!.Kind);
    }

    private sealed class FailingHandler(Exception failure) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(failure);
    }
}
