using System;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NodeRuntime.Actors;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Host.Api;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Witnesses;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Host.Witnesses;

/// <summary>A witness and where it answers.</summary>
/// <param name="Address">Its submission prefix.</param>
public sealed record WitnessContact(Witness Witness, Uri Address);

/// <summary>
/// Shows each checkpoint of the calendar to outside witnesses and keeps what they say. Each witness has a queue and a pace of its own, so that one that is slow
/// or gone holds up nobody; what does not fit into its queue is never cosigned by it. Works at the calendar's writer; elsewhere there is nothing to show.
/// </summary>
public sealed class WitnessClient : IAsyncDisposable
{
    /// <summary>Checkpoints, which are seconds, that wait for one witness.</summary>
    private const int WaitingMax = 64;

    private const int AnswerBytesMax = 64 * 1024;

    /// <summary>The first answer may name the size to begin from, the second is to be a cosignature.</summary>
    private const int AttemptsMax = 3;

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    private readonly PeerNode _node;
    private readonly IEd25519Verifier _ed25519;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = AnswerWithin })
    {
        MaxResponseContentBufferSize = AnswerBytesMax,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly CancellationTokenSource _stop = new();
    private readonly ImmutableArray<Task> _loops;

    public WitnessClient(PeerNode node, ImmutableArray<WitnessContact> witnesses, IEd25519Verifier ed25519, TimeProvider time, ILogger logger)
    {
        _node = node;
        _ed25519 = ed25519;
        _time = time;
        _logger = logger;
        ImmutableArray<Task>.Builder loops = ImmutableArray.CreateBuilder<Task>();
        foreach (WitnessContact witness in witnesses)
        {
            Channel<CalendarCertified> queue = Channel.CreateBounded<CalendarCertified>(new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
            node.System.EventStream.Subscribe(ActorRef.FromDelegate<CalendarCertified>("witness", certified => { queue.Writer.TryWrite(certified); }));
            loops.Add(Task.Run(() => RunAsync(witness, queue.Reader)));
        }

        _loops = loops.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(WitnessContact witness, ChannelReader<CalendarCertified> queue)
    {
        ulong known = 0;
        string said = string.Empty;
        try
        {
            await foreach (CalendarCertified certified in queue.ReadAllAsync(_stop.Token))
            {
                (known, string trouble) = await ShowAsync(witness, certified, known);
                // Once for each kind of trouble, and once when it is over: not once a second.
                if (trouble != said && trouble.Length > 0) _logger.LogWarning("the witness {Witness} does not cosign: {Trouble}", witness.Witness.Name, trouble);
                if (trouble != said && trouble.Length == 0) _logger.LogInformation("the witness {Witness} cosigns", witness.Witness.Name);
                said = trouble;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The peer ends.
        }
    }

    // What the witness has now, and what stood in the way; empty for nothing.
    private async Task<(ulong Known, string Trouble)> ShowAsync(WitnessContact witness, CalendarCertified certified, ulong known)
    {
        for (int i = 0; i < AttemptsMax; i++)
        {
            // It is further: somebody else showed it more, and will have its word.
            if (known > certified.Size) return (known, string.Empty);
            CalendarGrowth? growth = known == 0 || known == certified.Size
                ? new CalendarGrowth([])
                : await ApiEndpoints.AskAsync<CalendarGrowth>(reply => _node.AskGrowth(known, certified.Size, reply) ?? TellVerdict.Shed);
            if (growth?.Path is not { } path) return (known, "the calendar's log cannot be read");
            (HttpStatusCode status, string body, string fault) = await PostAsync(witness, new AddCheckpoint(known, path, certified.Checkpoint).ToString());
            if (fault.Length > 0) return (known, fault);
            if (status == HttpStatusCode.Conflict && ulong.TryParse(body.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong size) && size != known)
            {
                known = size;
                continue;
            }

            if (status != HttpStatusCode.OK) return (known, $"HTTP {(int)status} {body.TrimEnd('\n')}");
            if (LineOf(witness.Witness, certified.Checkpoint, body) is not { } line) return (known, "its answer is no cosignature of this checkpoint");
            _node.AddCosignature(certified.Size, line);
            return (certified.Size, string.Empty);
        }

        return (known, "it names another size each time");
    }

    // Other keys' lines are none of ours; its own must be right.
    private NoteSignature? LineOf(Witness witness, string checkpoint, string body)
    {
        if (SignedNote.TryParse(checkpoint) is not { } note) return null;
        foreach (string text in body.Split('\n'))
        {
            if (NoteSignature.TryParse(text) is not { } line || line.KeyId != witness.KeyId || line.Name != witness.Name) continue;
            ulong earliest = (ulong)Math.Max(0, _time.GetUtcNow().AddMinutes(-5).ToUnixTimeSeconds());
            ReceiptCode code = CheckpointSignatures.CheckWitnesses(note with { Signatures = [line] }, [witness], earliest, _ed25519, out int count, out _);
            return code == ReceiptCode.None && count == 1 ? line : null;
        }

        return null;
    }

    private async Task<(HttpStatusCode Status, string Body, string Fault)> PostAsync(WitnessContact witness, string body)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        deadline.CancelAfter(AnswerWithin);
        try
        {
            using StringContent content = new(body, Encoding.UTF8, "text/plain");
            using HttpResponseMessage response = await _http.PostAsync(new Uri(witness.Address.AbsoluteUri.TrimEnd('/') + WitnessServer.Route), content, deadline.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token), string.Empty);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return (default, string.Empty, $"no answer within {AnswerWithin.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            return (default, string.Empty, exception.Message);
        }
    }
}
