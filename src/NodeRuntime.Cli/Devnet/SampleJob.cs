using System;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Text;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Devnet;

/// <summary>The job that a devnet runs: the shipped CSV report over a file that is given, or made up from a fixed seed.</summary>
internal static class SampleJob
{
    private const string ResourceName = "csv_report.wasm";
    private const int Rows = 600_000;

    private static readonly string[] Regions = ["eu-west", "eu-north", "us-east", "us-west", "ap-south", "sa-east", "af-south"];

    /// <summary>Writes program and input into the folder; the description's path is inside it.</summary>
    public static (JobDescription Description, string Path) Prepare(string folder, string? input)
    {
        using (Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)!)
        using (FileStream module = File.Create(Path.Combine(folder, ResourceName)))
        {
            resource.CopyTo(module);
        }

        string data = input is null ? Path.Combine(folder, "orders.csv") : Path.GetFullPath(input);
        if (input is null) Generate(data);
        else if (!File.Exists(data)) throw new CliException(ExitCode.NotFound, "InputMissing", $"{data} does not exist", "name an existing CSV file with --input");
        string name = Path.GetFileName(data);
        JobDescription description = new()
        {
            Name = "csv-report",
            Module = ResourceName,
            Args = Arguments(name, input is null),
            Inputs = { [name] = data },
            Limits = new JobLimitsSection { Fuel = 1_500_000_000_000, MemoryMiB = 1024, OutputMiB = 64, Seconds = 120 },
            PricePerSecond = 10_000,
            StartTime = "2026-01-01T00:00:00Z",
        };
        return (description, Path.Combine(folder, "job.yaml"));
    }

    private static System.Collections.Generic.List<string> Arguments(string name, bool isGenerated) =>
        isGenerated ? ["--input", name, "--group", "region", "--value", "amount", "--bootstrap", "5500"] : ["--input", name];

    // Orders of a shop that never was: quoted names, a few broken rows, amounts with a long tail.
    private static void Generate(string path)
    {
        Prng prng = new(20260101);
        using StreamWriter writer = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        writer.Write("id,region,customer,amount,items\n");
        for (int row = 0; row < Rows; row++)
        {
            if (prng.NextBelow(10_000) == 0)
            {
                writer.Write("broken,row\n");
                continue;
            }

            int cents = 100 + prng.NextBelow(1 + prng.NextBelow(1_000_000));
            writer.Write(row.ToString(CultureInfo.InvariantCulture));
            writer.Write(',');
            writer.Write(Regions[prng.NextBelow(Regions.Length)]);
            writer.Write(",\"Customer, ");
            writer.Write(prng.NextBelow(50_000).ToString(CultureInfo.InvariantCulture));
            writer.Write("\",");
            writer.Write((cents / 100).ToString(CultureInfo.InvariantCulture));
            writer.Write('.');
            writer.Write((cents % 100).ToString("00", CultureInfo.InvariantCulture));
            writer.Write(',');
            writer.Write((1 + prng.NextBelow(9)).ToString(CultureInfo.InvariantCulture));
            writer.Write('\n');
        }
    }
}
