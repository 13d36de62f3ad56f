using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;

namespace NodeRuntime.Client.Contacts;

/// <summary>One gateway over HTTP. Answers are bounded in time and size; whatever goes wrong becomes a named fault.</summary>
internal sealed class Gateway(HttpClient http, Uri address, TimeSpan timeout)
{
    private const string Cbor = "application/cbor";

    public Uri Address => address;

    public Task<ContactAnswer<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, AccessToken? token, CancellationToken cancellation)
        where T : class => SendAsync(HttpMethod.Get, path, null, type, token, Cbor, cancellation);

    public Task<ContactAnswer<T>> PostAsync<T>(string path, ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class => SendAsync(HttpMethod.Post, path, body, type, null, Cbor, cancellation);

    public Task<ContactAnswer<T>> PostJsonAsync<T>(string path, ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, AccessToken token, CancellationToken cancellation)
        where T : class => SendAsync(HttpMethod.Post, path, body, type, token, "application/json", cancellation);

    /// <summary>A stream of server-sent events, as long as it lasts.</summary>
    /// <exception cref="ClientException">Unreachable, or refused, with the API's code.</exception>
    public async IAsyncEnumerable<SseItem<string>> StreamAsync(string path, AccessToken token, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.ToHeaderValue());
        using HttpResponseMessage response = await OpenAsync(request, cancellation).ConfigureAwait(false);
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(cancellation).ConfigureAwait(false)) yield return item;
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            throw new ClientException(ClientFailure.Unreachable, $"{address}: {exception.Message}", "check that the peer runs");
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            ErrorAnswer? error = ReadError(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
            throw new ClientException(ClientFailure.Refused, error?.Message ?? $"HTTP {(int)response.StatusCode}", error?.Hint ?? "ask again") { Code = error?.Code ?? "Refused" };
        }
    }

    private async Task<ContactAnswer<T>> SendAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, JsonTypeInfo<T> type, AccessToken? token, string contentType, CancellationToken cancellation)
        where T : class
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            using HttpRequestMessage request = new(method, new Uri(address, path));
            if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.ToHeaderValue());
            if (body is { } bytes)
            {
                request.Content = new ReadOnlyMemoryContent(bytes);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
            }

            using HttpResponseMessage response = await http.SendAsync(request, deadline.Token).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(deadline.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) return Refusal<T>(response.StatusCode, text);
            T? value = JsonSerializer.Deserialize(text, type);
            return value is null
                ? ContactAnswer<T>.Failed(ContactFaultKind.GatewayForged, address, "the answer is empty")
                : ContactAnswer<T>.Of(value);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ContactAnswer<T>.Failed(ContactFaultKind.TimedOut, address, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
        // HttpClient asks a new connection for its other end, and one that was reset by then has none: this comes as it is.
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            return ContactAnswer<T>.Failed(ContactFaultKind.Unreachable, address, exception.Message);
        }
        catch (JsonException exception)
        {
            return ContactAnswer<T>.Failed(ContactFaultKind.GatewayForged, address, "the answer is not of this API: " + exception.Message);
        }
    }

    private ContactAnswer<T> Refusal<T>(HttpStatusCode status, string text) where T : class
    {
        ErrorAnswer? error = ReadError(text);
        string reason = error is { Code: not null, Message: not null } ? $"{error.Code}: {error.Message}" : $"HTTP {(int)status}";
        bool isBusy = (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
        return ContactAnswer<T>.Failed(isBusy ? ContactFaultKind.Busy : ContactFaultKind.Refused, address, reason, error);
    }

    // A proxy in between may answer in its own words: then the status alone speaks.
    private static ErrorAnswer? ReadError(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonSerializer.Deserialize(text, ApiJson.Default.ErrorAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
