using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Pictures;

/// <summary>
/// A run as a picture: a row for each peer, time from left to right. Bands are views, in two shades; marks above the line are
/// votes, below it final blocks; grey is down, striped is stopped; over all rows stand cuts and healing. Plain SVG, no script, nothing
/// from elsewhere.
/// </summary>
public static class TimelineSvg
{
    private const int Left = 70;
    private const int Top = 70;
    private const int RowHeight = 44;
    private const int PixelsPerSecond = 40;
    private const int WidthMax = 40_000;
    private const int HeightDigitWidth = 5;

    public static string Write(Timeline timeline, string title)
    {
        Picture picture = new(timeline);
        return picture.Draw(title);
    }

    private sealed class Picture
    {
        private readonly StringBuilder _svg = new();
        private readonly IReadOnlyList<TimelineEvent> _events;
        private readonly bool _isCutOff;
        private readonly Instant _end = World.Start;
        private readonly int _peers;
        private readonly int _width;
        private int _heightsWrittenTo;

        public Picture(Timeline timeline)
        {
            _events = timeline.Events;
            _isCutOff = timeline.IsCutOff;
            foreach (TimelineEvent one in _events)
            {
                if (one.At > _end) _end = one.At;
                if (one.Peer >= _peers) _peers = one.Peer + 1;
            }

            _width = Math.Min(WidthMax, X(_end) + 60);
        }

        public string Draw(string title)
        {
            int height = Top + (_peers * RowHeight) + 70;
            _svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{_width}\" height=\"{height}\" viewBox=\"0 0 {_width} {height}\" font-family=\"sans-serif\" font-size=\"11\">\n");
            _svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
            _svg.Append("<defs><pattern id=\"stop\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"3\" height=\"6\" fill=\"#b0bec5\"/></pattern></defs>\n");
            Text(Left, 18, Escape(title), "#222", "font-weight=\"bold\"");
            Legend();
            Ruler(height);
            Across(height);
            for (int peer = 0; peer < _peers; peer++) Row(peer);
            if (_isCutOff) Text(Left, height - 8, "the picture ends here, the run does not", "#b71c1c", string.Empty);
            return _svg.Append("</svg>\n").ToString();
        }

        private void Legend()
        {
            (string Colour, string Word)[] words =
                [("#1565c0", "proposes"), ("#90caf9", "notarizes"), ("#2e7d32", "votes final"), ("#ef6c00", "nullifies"), ("#1b5e20", "final (below, with height)"), ("#cfd8dc", "down"), ("url(#stop)", "stopped"), ("#b71c1c", "cut"), ("#00897b", "healed")];
            int x = Left;
            foreach ((string colour, string word) in words)
            {
                _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"28\" width=\"10\" height=\"10\" fill=\"{colour}\"/>");
                Text(x + 14, 37, word, "#444", string.Empty);
                x += 30 + (word.Length * 6);
            }
        }

        private void Ruler(int height)
        {
            for (int second = 0; X(World.Start + Duration.FromSeconds(second)) < _width - 20; second++)
            {
                int x = X(World.Start + Duration.FromSeconds(second));
                _svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" y1=\"{Top - 8}\" x2=\"{x}\" y2=\"{height - 60}\" stroke=\"{(second % 5 == 0 ? "#bbb" : "#eee")}\"/>");
                if (second % 5 == 0) Text(x + 2, Top - 12, string.Create(CultureInfo.InvariantCulture, $"{second} s"), "#666", string.Empty);
            }

            _svg.Append('\n');
        }

        // What concerns everybody: cuts as a bar under all rows, healing as a line through them.
        private void Across(int height)
        {
            int y = height - 52;
            int? began = null;
            string cause = string.Empty;
            foreach (TimelineEvent one in _events)
            {
                switch (one.Mark)
                {
                    case TimelineMark.CutBegan:
                        if (began is { } before) Bar(before, X(one.At), y, cause);
                        began = X(one.At);
                        cause = one.Text;
                        break;
                    case TimelineMark.CutEnded or TimelineMark.Healed when began is { } from:
                        Bar(from, X(one.At), y, cause);
                        began = null;
                        break;
                    default:
                        break;
                }

                if (one.Mark == TimelineMark.Noted) Text(X(one.At), y + 24, Escape(one.Text), "#6a1b9a", string.Empty);
                if (one.Mark != TimelineMark.Healed) continue;
                _svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(one.At)}\" y1=\"{Top - 8}\" x2=\"{X(one.At)}\" y2=\"{height - 60}\" stroke=\"#00897b\" stroke-width=\"2\"/>");
                Text(X(one.At) + 3, y + 40, "healed", "#00897b", string.Empty);
            }

            if (began is { } open) Bar(open, X(_end), y, cause);
        }

        private void Bar(int from, int to, int y, string word)
        {
            _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from}\" y=\"{y}\" width=\"{Math.Max(2, to - from)}\" height=\"8\" fill=\"#b71c1c\" opacity=\"0.6\"><title>{Escape(word)}</title></rect>\n");
        }

        private void Row(int peer)
        {
            int y = Top + (peer * RowHeight) + (RowHeight / 2);
            Text(8, y + 4, string.Create(CultureInfo.InvariantCulture, $"peer {peer}"), "#222", string.Empty);
            _svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{y}\" x2=\"{_width - 20}\" y2=\"{y}\" stroke=\"#ccc\"/>\n");
            Spans(peer, y);
            _heightsWrittenTo = 0;
            foreach (TimelineEvent one in _events)
            {
                if (one.Peer == peer) Mark(one, y);
            }

            _svg.Append('\n');
        }

        // Views, and times of being down or stopped, have a beginning and an end.
        private void Spans(int peer, int y)
        {
            int viewFrom = Left;
            ulong view = 0;
            int? downFrom = null;
            int? stoppedFrom = null;
            foreach (TimelineEvent one in _events)
            {
                if (one.Peer != peer) continue;
                int x = X(one.At);
                switch (one.Mark)
                {
                    case TimelineMark.Entered:
                        Band(viewFrom, x, y, view);
                        viewFrom = x;
                        view = one.View;
                        break;
                    case TimelineMark.Crashed:
                        downFrom = x;
                        break;
                    case TimelineMark.Started when downFrom is { } from:
                        Box(from, x, y, "#cfd8dc", "down");
                        downFrom = null;
                        break;
                    case TimelineMark.Paused:
                        stoppedFrom = x;
                        break;
                    case TimelineMark.Resumed when stoppedFrom is { } since:
                        Box(since, x, y, "url(#stop)", "stopped");
                        stoppedFrom = null;
                        break;
                    default:
                        break;
                }
            }

            Band(viewFrom, X(_end), y, view);
            if (downFrom is { } open) Box(open, X(_end), y, "#cfd8dc", "down");
        }

        private void Band(int from, int to, int y, ulong view)
        {
            if (to <= from || view == 0) return;
            _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from}\" y=\"{y - 3}\" width=\"{to - from}\" height=\"6\" fill=\"{(view % 2 == 0 ? "#e3f2fd" : "#bbdefb")}\"><title>view {view}</title></rect>");
            if (to - from > 24) Text(from + 2, y - 14, string.Create(CultureInfo.InvariantCulture, $"v{view}"), "#90a4ae", "font-size=\"8\"");
        }

        private void Box(int from, int to, int y, string fill, string word) =>
            _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{from}\" y=\"{y - 14}\" width=\"{Math.Max(2, to - from)}\" height=\"28\" fill=\"{fill}\"><title>{word}</title></rect>");

        private void Mark(TimelineEvent one, int y)
        {
            int x = X(one.At);
            switch (one.Mark)
            {
                case TimelineMark.Proposed:
                    Tick(x, y - 12, 9, "#1565c0", 3, $"proposes in view {one.View}");
                    break;
                case TimelineMark.Notarized:
                    Tick(x, y - 11, 7, "#90caf9", 2, $"notarizes in view {one.View}");
                    break;
                case TimelineMark.VotedFinal:
                    Tick(x, y - 11, 7, "#2e7d32", 2, $"votes final in view {one.View}");
                    break;
                case TimelineMark.Nullified:
                    Tick(x, y - 11, 7, "#ef6c00", 2, $"nullifies view {one.View}");
                    break;
                case TimelineMark.Finalized:
                    Tick(x, y + 4, 7, "#1b5e20", 2, $"height {one.Text}, view {one.View}");
                    WriteHeight(x + 1, y + 19, one.Text);
                    break;
                case TimelineMark.Crashed:
                    Text(x - 4, y + 4, "x", "#b71c1c", "font-weight=\"bold\" font-size=\"14\"");
                    break;
                default:
                    break;
            }
        }

        // Where blocks follow each other closely only some have a number; all say theirs to whoever points at them.
        private void WriteHeight(int x, int y, string height)
        {
            if (x < _heightsWrittenTo) return;
            Text(x, y, height, "#1b5e20", "font-size=\"7\"");
            _heightsWrittenTo = x + ((height.Length + 1) * HeightDigitWidth);
        }

        private void Tick(int x, int y, int height, string colour, int width, FormattableString title) => _svg.Append(
            CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"><title>{title.ToString(CultureInfo.InvariantCulture)}</title></rect>");

        private void Text(int x, int y, string text, string colour, string more) =>
            _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" fill=\"{colour}\" {more}>{text}</text>\n");

        private static int X(Instant at) => Left + (int)Math.Min(WidthMax, (at - World.Start).Milliseconds * PixelsPerSecond / 1000);

        private static string Escape(string text) => text
            .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
    }
}
