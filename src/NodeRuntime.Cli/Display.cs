using System;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeRuntime.Cli.Results;
using Spectre.Console;

namespace NodeRuntime.Cli;

/// <summary>
/// Where a verb's answer goes: one JSON object for programs, or text and tables for people. Errors of people go to the error
/// stream; those of programs are the one object.
/// </summary>
internal sealed class Display
{
    private const int PlainWidth = 200;

    private readonly CliWorld _world;

    public Display(CliWorld world, OutputFormat format, bool isPlain)
    {
        _world = world;
        IsJson = format == OutputFormat.Json;
        IsLive = !IsJson && world.IsTerminal && !isPlain;
        Console = Make(world.Out);
    }

    public bool IsJson { get; }

    /// <summary>Redraws and colours are welcome.</summary>
    public bool IsLive { get; }

    /// <summary>For people; silent where a program reads.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>The verb's answer, once.</summary>
    public void Answer<T>(T result, JsonTypeInfo<T> type, Action<IAnsiConsole, T> show)
    {
        if (IsJson) _world.Out.WriteLine(JsonSerializer.Serialize(result, type));
        else show(Console, result);
    }

    /// <summary>A plain line for people, as it is: no markup.</summary>
    public void Line(string text)
    {
        if (!IsJson) _world.Out.WriteLine(text);
    }

    /// <summary>What goes on, for people; never in the way of the answer.</summary>
    public void Note(string text)
    {
        if (!IsJson) _world.Error.WriteLine(text);
    }

    public void Complain(CliFailure failure)
    {
        if (IsJson)
        {
            ErrorResult error = new(new ErrorBody(failure.Code, failure.Message, failure.Hint, (int)failure.ExitCode));
            _world.Out.WriteLine(JsonSerializer.Serialize(error, CliJson.Default.ErrorResult));
            return;
        }

        _world.Error.WriteLine("error: " + failure.Message);
        if (failure.Hint.Length != 0) _world.Error.WriteLine("  hint: " + failure.Hint);
    }

    /// <summary>A table without borders: it reads as well in a pipe.</summary>
    public static Table NewTable(params string[] columns)
    {
        Table table = new() { Border = TableBorder.None, ShowRowSeparators = false };
        foreach (string column in columns) table.AddColumn(new TableColumn(new Text(column.ToUpper(CultureInfo.InvariantCulture))) { NoWrap = true });
        return table;
    }

    /// <summary>OK, INCONCLUSIVE or another word, in the colour of what it means, and why.</summary>
    public static void Verdict(IAnsiConsole console, string verdict, string reason)
    {
        string colour = verdict switch
        {
            "OK" => "green",
            "INCONCLUSIVE" => "yellow",
            _ => "red",
        };
        console.MarkupLine($"[{colour}]{verdict}[/] {Markup.Escape(reason)}");
    }

    /// <summary>Names and values in two columns.</summary>
    public static void Pairs(IAnsiConsole console, params (string Name, string Value)[] pairs)
    {
        Grid grid = new();
        grid.AddColumn(new GridColumn { NoWrap = true });
        grid.AddColumn(new GridColumn());
        foreach ((string name, string value) in pairs) grid.AddRow(new Text(name), new Text(value));
        console.Write(grid);
    }

    private IAnsiConsole Make(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsLive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = IsLive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!IsLive) console.Profile.Width = PlainWidth;
        return console;
    }
}
