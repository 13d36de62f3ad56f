using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using Spectre.Console;

namespace NodeRuntime.Cli.Devnet;

/// <summary>
/// What a person sees of a devnet: on a terminal a table of its peers, each as it speaks of itself, over the newest lines, redrawn
/// every second; elsewhere the lines alone. Programs see neither.
/// </summary>
internal sealed class DevnetScreen : IAsyncDisposable
{
    public const int LinesMax = 12;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Display _display;
    private readonly DevnetFolder _folder;
    private readonly CliWorld _world;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly StatusAnswer?[] _states;
    private Task _drawing = Task.CompletedTask;

    public DevnetScreen(Display display, DevnetFolder folder, CliWorld world)
    {
        _display = display;
        _folder = folder;
        _world = world;
        _states = new StatusAnswer?[folder.Peers.Length];
        if (display.IsLive) _drawing = DrawAsync();
    }

    /// <summary>Something happened.</summary>
    public void Note(string line) => Say(line, _display.Note);

    /// <summary>Something that belongs to the answer.</summary>
    public void Line(string line) => Say(line, _display.Line);

    /// <summary>A peer in words where there is no table.</summary>
    public static string LineOf(StatusAnswer status) => string.Create(
        CultureInfo.InvariantCulture,
        $"height {status.FinalizedHeight}  view {status.View}  peers {status.PeersConnected + 1}  pending {status.TransactionsPending}  leases {status.LeasesHeld}  held {status.Supply.Held}");

    /// <summary>The table and the lines under it.</summary>
    /// <param name="states">By peer; null where it does not answer.</param>
    public static Rows Draw(IReadOnlyList<DevnetPeer> peers, IReadOnlyList<StatusAnswer?> states, IEnumerable<string> lines)
    {
        Table table = Display.NewTable("peer", "consensus", "height", "view", "links", "pending", "leases", "capacity", "api");
        for (int i = 0; i < peers.Count; i++)
        {
            string api = "http://" + peers[i].Api;
            if (states[i] is not { } state)
            {
                table.AddRow(Number(i), new Text("no answer", new Style(Color.Red)), Text.Empty, Text.Empty, Text.Empty, Text.Empty, Text.Empty, Text.Empty, new Text(api));
                continue;
            }

            table.AddRow(
                Number(i), Standing(state), Number((long)state.FinalizedHeight), Number((long)state.View), Number(state.PeersConnected),
                Number(state.TransactionsPending), Number(state.LeasesHeld), Capacity(state), new Text(api));
        }

        List<Text> under = [Text.Empty];
        foreach (string line in lines) under.Add(new Text(line) { Overflow = Overflow.Ellipsis });
        return new Rows([table, .. under]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _drawing;
        _stop.Dispose();
        _http.Dispose();
    }

    private void Say(string line, Action<string> withoutTable)
    {
        if (!_display.IsLive)
        {
            withoutTable(line);
            return;
        }

        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax) _lines.Dequeue();
        }
    }

    private Task DrawAsync() => _display.Console.Live(Draw(_folder.Peers, _states, [])).AutoClear(false).StartAsync(async context =>
    {
        while (!_stop.IsCancellationRequested)
        {
            for (int i = 0; i < _states.Length; i++) _states[i] = await AskAsync(_folder.Peers[i]);
            Redraw(context);
            await Task.Delay(Interval, _world.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Redraw(context);
    });

    private void Redraw(LiveDisplayContext context)
    {
        string[] lines;
        lock (_gate) lines = [.. _lines];
        context.UpdateTarget(Draw(_folder.Peers, _states, lines));
    }

    private async Task<StatusAnswer?> AskAsync(DevnetPeer peer)
    {
        try
        {
            return JsonSerializer.Deserialize(
                await _http.GetStringAsync(new Uri("http://" + peer.Api + Routes.Status), _stop.Token), ApiJson.Default.StatusAnswer);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or SocketException or JsonException)
        {
            // It is shown as what it is: a peer that does not answer.
            return null;
        }
    }

    private static Text Standing(StatusAnswer state)
    {
        bool isWell = state.Consensus is "Voting" or "Observing" && state.Outlook == "Fresh";
        string text = state.Outlook == "Fresh" ? state.Consensus : $"{state.Consensus}, {state.Outlook}";
        return new Text(text, new Style(isWell ? Color.Green : Color.Yellow));
    }

    private static Text Capacity(StatusAnswer state) => state.Capacity is not { } capacity
        ? new Text("none")
        : capacity.Proven ? new Text("proven", new Style(Color.Green)) : new Text("not proven", new Style(Color.Yellow));

    private static Text Number(long value) => new(value.ToString(CultureInfo.InvariantCulture));
}
