using System;
using System.Collections.Immutable;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Client.Contacts;

/// <summary>
/// The gateways of a client. One is asked until it fails, then the next; who was caught with a forgery is not asked again.
/// Faults that pass are forgiven for some rounds, so that one block's delay or one lost packet is no error.
/// </summary>
internal sealed class ContactList : IDisposable
{
    private const int RoundsMax = 4;
    private const int AnswerBytesMax = 8 * 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private readonly ImmutableArray<Gateway> _gateways;
    private readonly ContactFault?[] _forgers;
    private int _preferred;

    public ContactList(ClientContext context)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = context.RequestTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        })
        {
            MaxResponseContentBufferSize = AnswerBytesMax,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _gateways = [.. context.Contacts.Select(address => new Gateway(_http, address, context.RequestTimeout))];
        _forgers = new ContactFault?[_gateways.Length];
    }

    /// <summary>Asks one gateway after the other until an answer stands.</summary>
    /// <param name="ask">Reads and checks; never throws for what a gateway says.</param>
    public async Task<T> AskAsync<T>(
        string what, Func<Gateway, CancellationToken, Task<ContactAnswer<T>>> ask, CancellationToken cancellation) where T : class
    {
        ImmutableArray<ContactFault> faults = [];
        TimeSpan pause = FirstPause;
        for (int round = 0; round < RoundsMax; round++)
        {
            faults = [];
            int first = Volatile.Read(ref _preferred);
            for (int i = 0; i < _gateways.Length; i++)
            {
                int index = (first + i) % _gateways.Length;
                if (Volatile.Read(ref _forgers[index]) is { } caught)
                {
                    faults = faults.Add(caught);
                    continue;
                }

                ContactAnswer<T> answer = await ask(_gateways[index], cancellation).ConfigureAwait(false);
                if (answer.Fault is not { } fault)
                {
                    Volatile.Write(ref _preferred, index);
                    return answer.Value!;
                }

                faults = faults.Add(fault);
                if (fault.Kind == ContactFaultKind.GatewayForged) Volatile.Write(ref _forgers[index], fault);
            }

            if (!faults.Any(static fault => fault.IsPassing) || round == RoundsMax - 1) break;
            await Task.Delay(pause, cancellation).ConfigureAwait(false);
            pause *= 2;
        }

        throw Failure(what, faults);
    }

    /// <summary>
    /// A second gateway's word beside the preferred one's: the first that answers, or none. Its silence is no failure; a forgery is noted as ever.
    /// </summary>
    public async Task<T?> AskOtherAsync<T>(Func<Gateway, CancellationToken, Task<ContactAnswer<T>>> ask, CancellationToken cancellation)
        where T : class
    {
        int first = Volatile.Read(ref _preferred);
        for (int i = 1; i < _gateways.Length; i++)
        {
            int index = (first + i) % _gateways.Length;
            if (Volatile.Read(ref _forgers[index]) is not null) continue;
            ContactAnswer<T> answer = await ask(_gateways[index], cancellation).ConfigureAwait(false);
            if (answer.Fault is not { } fault) return answer.Value;
            if (fault.Kind == ContactFaultKind.GatewayForged) Volatile.Write(ref _forgers[index], fault);
        }

        return null;
    }

    /// <summary>Every gateway that was not caught, in the order in which to ask: for what is to be told, not read.</summary>
    public ImmutableArray<Gateway> Preferred()
    {
        ImmutableArray<Gateway>.Builder gateways = ImmutableArray.CreateBuilder<Gateway>(_gateways.Length);
        int first = Volatile.Read(ref _preferred);
        for (int i = 0; i < _gateways.Length; i++)
        {
            int index = (first + i) % _gateways.Length;
            if (Volatile.Read(ref _forgers[index]) is null) gateways.Add(_gateways[index]);
        }

        return gateways.ToImmutable();
    }

    /// <summary>The next request begins with another gateway.</summary>
    public void PreferNext() => Volatile.Write(ref _preferred, (Volatile.Read(ref _preferred) + 1) % _gateways.Length);

    public void Dispose() => _http.Dispose();

    public static ClientException Failure(string what, ImmutableArray<ContactFault> faults)
    {
        if (faults.IsEmpty) return new ClientException(ClientFailure.Invalid, $"{what}: no contacts", "name at least one gateway in the context");
        if (faults.All(static fault => fault.Kind == ContactFaultKind.WrongChain))
        {
            return new ClientException(
                ClientFailure.WrongChain, $"{what}: no gateway serves the trusted chain", "check `genesis` and `contacts` of your context", faults);
        }

        if (faults.Any(static fault => fault.IsPassing))
        {
            return new ClientException(
                ClientFailure.Unreachable, $"{what}: no gateway gave an answer that stands", "check that a peer runs and add contacts", faults);
        }

        if (faults.Any(static fault => fault.Kind is ContactFaultKind.GatewayForged or ContactFaultKind.WrongChain))
        {
            return new ClientException(
                ClientFailure.GatewayForged, $"{what}: every gateway's answer was refused", "use gateways of other operators", faults);
        }

        if (faults.Any(static fault => fault.Kind == ContactFaultKind.Stale))
        {
            return new ClientException(
                ClientFailure.Unreachable, $"{what}: no gateway shows a fresh block", "check this machine's clock, and whether the chain stands still", faults);
        }

        return new ClientException(ClientFailure.Refused, $"{what}: refused", "see the gateways' words", faults);
    }
}
