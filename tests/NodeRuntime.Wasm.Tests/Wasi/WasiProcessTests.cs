using System;
using System.Buffers.Binary;
using System.Linq;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Tests.Building;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm.Tests.Wasi;

public sealed class WasiProcessTests
{
    [Fact]
    public void Arguments_and_environment_arrive_as_the_job_gives_them()
    {
        var script = new WasiScript
        {
            Job = SampleProgram.Job() with
            {
                Arguments = ["program", "größe", ""],
                Environment = [new GuestVariable("HOME", "/out"), new GuestVariable("A", "=")],
            },
        };
        int count = script.Place(4), bytes = script.Place(4), pointers = script.Place(12), buffer = script.Place(32);
        script.Call("args_sizes_get", count, bytes);
        script.Call("args_get", pointers, buffer);
        int variables = script.Place(4), variableBytes = script.Place(4), variablePointers = script.Place(8), variableBuffer = script.Place(32);
        script.Call("environ_sizes_get", variables, variableBytes);
        script.Call("environ_get", variablePointers, variableBuffer);
        script.Run();
        Assert.Equal((3, 17), (script.Int32(count), script.Int32(bytes)));
        Assert.Equal("program\0größe\0\0", script.TextAt(buffer, 17));
        Assert.Equal(buffer + 8, script.Int32(pointers + 4));
        Assert.Equal((2, 14), (script.Int32(variables), script.Int32(variableBytes)));
        Assert.Equal("HOME=/out\0A==\0", script.TextAt(variableBuffer, 14));
    }

    [Fact]
    public void The_clock_starts_where_the_job_says_and_runs_by_fuel()
    {
        var script = new WasiScript { Job = SampleProgram.Job() with { StartTime = Instant.FromMilliseconds(1_000_000) } };
        int first = script.Place(8), second = script.Place(8), monotonic = script.Place(8), resolution = script.Place(8);
        script.Call("clock_time_get", 0, 1L, first);
        script.Call("clock_time_get", 0, 1L, second);
        script.Call("clock_time_get", 1, 1L, monotonic);
        script.Call("clock_res_get", 1, resolution);
        int unknown = script.Call("clock_time_get", 4, 1L, first + 64);
        script.Run();
        long start = 1_000_000L * 1_000_000;
        Assert.InRange(script.Int64(first), start, start + 1_000);
        Assert.InRange(script.Int64(second) - script.Int64(first), 1, 100);
        Assert.InRange(script.Int64(monotonic), 1, 1_000);
        Assert.Equal(1, script.Int64(resolution));
        Assert.Equal(Errno.Invalid, (Errno)script.Answer(unknown));
    }

    [Fact]
    public void Random_bytes_are_the_seeds_own()
    {
        byte[] Draw(ulong seed)
        {
            var script = new WasiScript { Job = SampleProgram.Job() with { Seed = seed } };
            int place = script.Place(32);
            script.Call("random_get", place, 32);
            return script.Run().Memory.AsSpan(place, 32).ToArray();
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        Assert.Contains(Draw(1), value => value != 0);
    }

    [Fact]
    public void Sleeping_moves_the_clock_and_takes_no_time()
    {
        var script = new WasiScript();
        byte[] subscription = new byte[48];
        BinaryPrimitives.WriteInt64LittleEndian(subscription, 0x1234);
        BinaryPrimitives.WriteInt32LittleEndian(subscription.AsSpan(16), 1);
        BinaryPrimitives.WriteInt64LittleEndian(subscription.AsSpan(24), 3_600_000_000_000);
        int events = script.Place(32), count = script.Place(4), after = script.Place(8);
        int poll = script.Call("poll_oneoff", script.Bytes(subscription), events, 1, count);
        script.Call("clock_time_get", 1, 1L, after);
        int none = script.Call("poll_oneoff", 64, 64, 0, count + 64);
        script.Run();
        Assert.Equal((0, 1), (script.Answer(poll), script.Int32(count)));
        Assert.Equal((0x1234L, (byte)0), (script.Int64(events), script.Memory[events + 10]));
        Assert.InRange(script.Int64(after), 3_600_000_000_000, 3_600_000_001_000);
        Assert.Equal(Errno.Invalid, (Errno)script.Answer(none));
    }

    [Fact]
    public void A_stream_is_ready_before_any_clock()
    {
        var script = new WasiScript();
        byte[] subscriptions = new byte[96];
        BinaryPrimitives.WriteInt64LittleEndian(subscriptions.AsSpan(24), 1_000);
        subscriptions[48] = 7;
        subscriptions[48 + 8] = 1;
        int events = script.Place(64), count = script.Place(4);
        script.Call("poll_oneoff", script.Bytes(subscriptions), events, 2, count);
        script.Run();
        Assert.Equal((1, 7L, (byte)1), (script.Int32(count), script.Int64(events), script.Memory[events + 10]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Exit_gives_its_code_and_nothing_behind_it_runs(int code)
    {
        var script = new WasiScript();
        script.Call("proc_exit", code);
        script.Run();
        Assert.Equal((WasiStatus.Exited, code, null), (script.Outcome.Status, script.Outcome.ExitCode, script.Outcome.Trap));
        Assert.Empty(script.Printed);
        Assert.Empty(script.Memory);
    }

    [Fact]
    public void Standard_streams_pass_through_and_do_not_seek()
    {
        var error = new MemoryOutput();
        var script = new WasiScript
        {
            Job = SampleProgram.Job() with { StandardInput = SampleProgram.Text("abcdef"), StandardError = error },
        };
        int bytes = script.Place(16), read = script.Place(4), last = script.Place(4);
        script.Call("fd_read", 0, script.Buffer(bytes, 4), 1, read);
        script.Call("fd_read", 0, script.Buffer(bytes + 4, 4), 1, last);
        script.Call("fd_write", 1, script.Buffer(bytes, 6), 1, script.Place(4));
        script.Call("fd_write", 2, script.Buffer(bytes, 3), 1, script.Place(4));
        int seek = script.Call("fd_seek", 1, 0L, 0, script.Place(8));
        int write = script.Call("fd_write", 0, script.Buffer(bytes, 1), 1, script.Place(4));
        int flags = script.Call("fd_fdstat_set_flags", 0, 4);
        int stat = script.Place(24);
        script.Call("fd_fdstat_get", 0, stat);
        script.Run();
        Assert.Equal("abcdef", Encoding.ASCII.GetString(script.Printed));
        Assert.Equal("abc", SampleProgram.Text(error));
        Assert.Equal((4, 2), (script.Int32(read), script.Int32(last)));
        Assert.Equal(Errno.NotSeekable, (Errno)script.Answer(seek));
        Assert.Equal(Errno.NotCapable, (Errno)script.Answer(write));
        Assert.Equal((0, (byte)4), (script.Answer(flags), script.Memory[stat + 2]));
    }

    [Theory]
    [InlineData("fd_write", new int[] { 1, 65_532, 1, 8 })]
    [InlineData("fd_write", new int[] { 1, -8, 1, 8 })]
    [InlineData("fd_read", new int[] { 0, 8, 1, 65_533 })]
    [InlineData("args_get", new int[] { 65_534, 65_534 })]
    [InlineData("random_get", new int[] { 65_535, 2 })]
    [InlineData("random_get", new int[] { 8, -1 })]
    [InlineData("fd_prestat_get", new int[] { 3, 65_535 })]
    [InlineData("poll_oneoff", new int[] { 65_500, 8, 2, 8 })]
    public void A_pointer_out_of_memory_is_the_guests_trap(string call, int[] arguments)
    {
        var script = new WasiScript { Job = SampleProgram.Job() with { Arguments = ["a"] } };
        script.Call(call, [.. arguments.Cast<object>()]);
        Assert.Equal((WasiStatus.Trapped, Trap.OutOfBoundsMemory), (script.Run().Outcome.Status, script.Outcome.Trap));
    }

    [Fact]
    public void There_is_no_network()
    {
        var script = new WasiScript();
        int[] calls =
        [
            script.Call("sock_accept", 3, 0, 64), script.Call("sock_recv", 3, 64, 1, 0, 72, 80),
            script.Call("sock_send", 3, 64, 1, 0, 72), script.Call("sock_shutdown", 1, 0),
        ];
        script.Run();
        Assert.All(calls, call => Assert.Equal(Errno.NotSupported, (Errno)script.Answer(call)));
    }

    [Theory]
    [InlineData(0, Errno.Success)]
    [InlineData(16, Errno.Success)]
    [InlineData(18, Errno.NotSupported)]
    [InlineData(31, Errno.Invalid)]
    [InlineData(-1, Errno.Invalid)]
    public void A_signal_that_ends_nothing_has_its_answer(int signal, object expected)
    {
        var script = new WasiScript();
        int raise = script.Call("proc_raise", signal);
        script.Run();
        Assert.Equal((Errno)expected, (Errno)script.Answer(raise));
    }

    [Fact]
    public void A_signal_that_ends_a_process_ends_it_as_shells_show_it()
    {
        var script = new WasiScript();
        script.Call("proc_raise", 6);
        Assert.Equal((WasiStatus.Exited, 134), (script.Run().Outcome.Status, script.Outcome.ExitCode));
    }

    [Fact]
    public void Of_several_clocks_the_earliest_is_waited_for_and_a_wrong_one_answers_at_once()
    {
        static byte[] Clock(long userdata, int clock, long timeout, short flags)
        {
            byte[] one = new byte[48];
            BinaryPrimitives.WriteInt64LittleEndian(one, userdata);
            BinaryPrimitives.WriteInt32LittleEndian(one.AsSpan(16), clock);
            BinaryPrimitives.WriteInt64LittleEndian(one.AsSpan(24), timeout);
            BinaryPrimitives.WriteInt16LittleEndian(one.AsSpan(40), flags);
            return one;
        }

        var script = new WasiScript();
        int events = script.Place(96), count = script.Place(4), worked = script.Place(8), later = script.Place(96), laterCount = script.Place(4);
        script.Call("poll_oneoff", script.Bytes([.. Clock(1, 1, 5_000_000, 0), .. Clock(2, 0, 2_000_000, 1), .. Clock(3, 0, 9_000, 0)]), events, 3, count);
        script.Call("clock_time_get", 2, 1L, worked);
        script.Call("poll_oneoff", script.Bytes([.. Clock(4, 1, 5_000_000, 0), .. Clock(5, 9, 1, 0)]), later, 2, laterCount);
        script.Run();
        Assert.Equal((1, 3L), (script.Int32(count), script.Int64(events)));
        Assert.InRange(script.Int64(worked), 1, 8_000);
        Assert.Equal((1, 5L, (short)Errno.Invalid), (script.Int32(laterCount), script.Int64(later), BitConverter.ToInt16(script.Memory, later + 8)));
    }

    /// <summary>What Rust's standard library and clang's C library import, each by its type.</summary>
    [Theory]
    [InlineData("args_get", "ii")]
    [InlineData("args_sizes_get", "ii")]
    [InlineData("environ_get", "ii")]
    [InlineData("environ_sizes_get", "ii")]
    [InlineData("clock_res_get", "ii")]
    [InlineData("clock_time_get", "iIi")]
    [InlineData("fd_advise", "iIIi")]
    [InlineData("fd_allocate", "iII")]
    [InlineData("fd_close", "i")]
    [InlineData("fd_datasync", "i")]
    [InlineData("fd_fdstat_get", "ii")]
    [InlineData("fd_fdstat_set_flags", "ii")]
    [InlineData("fd_fdstat_set_rights", "iII")]
    [InlineData("fd_filestat_get", "ii")]
    [InlineData("fd_filestat_set_size", "iI")]
    [InlineData("fd_filestat_set_times", "iIIi")]
    [InlineData("fd_pread", "iiiIi")]
    [InlineData("fd_prestat_dir_name", "iii")]
    [InlineData("fd_prestat_get", "ii")]
    [InlineData("fd_pwrite", "iiiIi")]
    [InlineData("fd_read", "iiii")]
    [InlineData("fd_readdir", "iiiIi")]
    [InlineData("fd_renumber", "ii")]
    [InlineData("fd_seek", "iIii")]
    [InlineData("fd_sync", "i")]
    [InlineData("fd_tell", "ii")]
    [InlineData("fd_write", "iiii")]
    [InlineData("path_create_directory", "iii")]
    [InlineData("path_filestat_get", "iiiii")]
    [InlineData("path_filestat_set_times", "iiiiIIi")]
    [InlineData("path_link", "iiiiiii")]
    [InlineData("path_open", "iiiiiIIii")]
    [InlineData("path_readlink", "iiiiii")]
    [InlineData("path_remove_directory", "iii")]
    [InlineData("path_rename", "iiiiii")]
    [InlineData("path_symlink", "iiiii")]
    [InlineData("path_unlink_file", "iii")]
    [InlineData("poll_oneoff", "iiii")]
    [InlineData("proc_raise", "i")]
    [InlineData("random_get", "ii")]
    [InlineData("sched_yield", "")]
    [InlineData("sock_accept", "iii")]
    [InlineData("sock_recv", "iiiiii")]
    [InlineData("sock_send", "iiiii")]
    [InlineData("sock_shutdown", "ii")]
    public void Every_function_of_preview_1_is_there_and_bears_any_descriptor(string name, string letters)
    {
        foreach (long value in new long[] { 0, 1, 3, 4, 5, 64, 65_000, -1, int.MaxValue, int.MinValue })
        {
            var script = new WasiScript();
            script.Call(name, [.. letters.Select(letter => letter == 'I' ? (object)value : (int)value)]);
            WasiOutcome outcome = script.Run().Outcome;
            Assert.True(outcome.Status is WasiStatus.Exited or WasiStatus.Trapped, outcome.Status + " " + outcome.Detail);
        }
    }
}
