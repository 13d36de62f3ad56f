using System;
using System.Diagnostics;
using System.IO;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests.Programs;

/// <summary>The file system through the eyes of clang's C library, which makes its own calls in its own order.</summary>
public sealed class LibcTests
{
    [CompilerFact]
    public void A_c_program_finds_the_file_system_that_posix_promises()
    {
        var output = new MemoryOutput();
        WasiOutcome outcome = GuestThread.Run(Guest.Load(Compiler.Build("files.c")), SampleProgram.Job(output: output) with
        {
            Arguments = ["files", "größ"],
            Environment = [new GuestVariable("NAME", "value")],
            StartTime = Instant.FromMilliseconds(1_000_000),
            Directories =
            [
                new GuestDirectory("/in") { Files = [new GuestFile("data.txt", SampleProgram.Text("0123456789"))] },
                new GuestDirectory("/work") { IsWritable = true },
            ],
        });
        Assert.Equal("0 failures\n", SampleProgram.Text(output));
        Assert.Equal((WasiStatus.Exited, 7), (outcome.Status, outcome.ExitCode));
    }
}

/// <summary>clang for wasm32-wasi, where it is installed.</summary>
internal static class Compiler
{
    private const string Libc = "/usr/lib/wasm32-wasi/libc.a";

    public static bool IsThere => File.Exists("/usr/bin/clang") && File.Exists(Libc);

    public static byte[] Build(string source)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Programs", source);
        string made = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new("/usr/bin/clang", ["--target=wasm32-wasi", "-O1", "-Wall", "-Wextra", "-Werror", "-ftls-model=local-exec", "-o", made, path])
            {
                RedirectStandardError = true,
            };
            using Process clang = Process.Start(start)!;
            string said = clang.StandardError.ReadToEnd();
            clang.WaitForExit();
            Assert.True(clang.ExitCode == 0, said);
            return File.ReadAllBytes(made);
        }
        finally
        {
            File.Delete(made);
        }
    }
}

/// <summary>A test that compiles a program; NODERUNTIME_REQUIRE=programs makes a missing compiler a failure.</summary>
internal sealed class CompilerFactAttribute : FactAttribute
{
    public CompilerFactAttribute()
    {
        if (!Compiler.IsThere && !BuiltPrograms.AreDemanded) Skip = "clang and wasi-libc are not installed";
    }
}
