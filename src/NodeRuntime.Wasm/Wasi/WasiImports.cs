using System;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>The functions of WASI preview 1 by name, each with its type in letters: i is i32, I is i64; an exclamation mark gives nothing, else an errno.</summary>
internal static unsafe class WasiImports
{
    public const string ModuleName = "wasi_snapshot_preview1";

    public static HostFunction? Find(string name) => name switch
    {
        "args_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&ProcessCalls.ArgsGet),
        "args_sizes_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&ProcessCalls.ArgsSizesGet),
        "clock_res_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&ProcessCalls.ClockResGet),
        "clock_time_get" => Make("iIi", (nint)(delegate*<int, long, int, Instance, int, int>)&ProcessCalls.ClockTimeGet),
        "environ_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&ProcessCalls.EnvironGet),
        "environ_sizes_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&ProcessCalls.EnvironSizesGet),
        "fd_advise" => Make("iIIi", (nint)(delegate*<int, long, long, int, Instance, int, int>)&FileCalls.FdAdvise),
        "fd_allocate" => Make("iII", (nint)(delegate*<int, long, long, Instance, int, int>)&FileCalls.FdAllocate),
        "fd_close" => Make("i", (nint)(delegate*<int, Instance, int, int>)&DescriptorCalls.FdClose),
        "fd_datasync" => Make("i", (nint)(delegate*<int, Instance, int, int>)&DescriptorCalls.FdDatasync),
        "fd_fdstat_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&DescriptorCalls.FdFdstatGet),
        "fd_fdstat_set_flags" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&DescriptorCalls.FdFdstatSetFlags),
        "fd_fdstat_set_rights" => Make("iII", (nint)(delegate*<int, long, long, Instance, int, int>)&DescriptorCalls.FdFdstatSetRights),
        "fd_filestat_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&DescriptorCalls.FdFilestatGet),
        "fd_filestat_set_size" => Make("iI", (nint)(delegate*<int, long, Instance, int, int>)&FileCalls.FdFilestatSetSize),
        "fd_filestat_set_times" => Make("iIIi", (nint)(delegate*<int, long, long, int, Instance, int, int>)&DescriptorCalls.FdFilestatSetTimes),
        "fd_pread" => Make("iiiIi", (nint)(delegate*<int, int, int, long, int, Instance, int, int>)&FileCalls.FdPread),
        "fd_prestat_dir_name" => Make("iii", (nint)(delegate*<int, int, int, Instance, int, int>)&DescriptorCalls.FdPrestatDirName),
        "fd_prestat_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&DescriptorCalls.FdPrestatGet),
        "fd_pwrite" => Make("iiiIi", (nint)(delegate*<int, int, int, long, int, Instance, int, int>)&FileCalls.FdPwrite),
        "fd_read" => Make("iiii", (nint)(delegate*<int, int, int, int, Instance, int, int>)&FileCalls.FdRead),
        "fd_readdir" => Make("iiiIi", (nint)(delegate*<int, int, int, long, int, Instance, int, int>)&DescriptorCalls.FdReaddir),
        "fd_renumber" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&DescriptorCalls.FdRenumber),
        "fd_seek" => Make("iIii", (nint)(delegate*<int, long, int, int, Instance, int, int>)&FileCalls.FdSeek),
        "fd_sync" => Make("i", (nint)(delegate*<int, Instance, int, int>)&DescriptorCalls.FdSync),
        "fd_tell" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&FileCalls.FdTell),
        "fd_write" => Make("iiii", (nint)(delegate*<int, int, int, int, Instance, int, int>)&FileCalls.FdWrite),
        "path_create_directory" => Make("iii", (nint)(delegate*<int, int, int, Instance, int, int>)&PathCalls.PathCreateDirectory),
        "path_filestat_get" => Make("iiiii", (nint)(delegate*<int, int, int, int, int, Instance, int, int>)&PathCalls.PathFilestatGet),
        "path_filestat_set_times" => Make(
            "iiiiIIi", (nint)(delegate*<int, int, int, int, long, long, int, Instance, int, int>)&PathCalls.PathFilestatSetTimes),
        "path_link" => Make("iiiiiii", (nint)(delegate*<int, int, int, int, int, int, int, Instance, int, int>)&PathCalls.PathLink),
        "path_open" => Make(
            "iiiiiIIii", (nint)(delegate*<int, int, int, int, int, long, long, int, int, Instance, int, int>)&PathCalls.PathOpen),
        "path_readlink" => Make("iiiiii", (nint)(delegate*<int, int, int, int, int, int, Instance, int, int>)&PathCalls.PathReadlink),
        "path_remove_directory" => Make("iii", (nint)(delegate*<int, int, int, Instance, int, int>)&PathCalls.PathRemoveDirectory),
        "path_rename" => Make("iiiiii", (nint)(delegate*<int, int, int, int, int, int, Instance, int, int>)&PathCalls.PathRename),
        "path_symlink" => Make("iiiii", (nint)(delegate*<int, int, int, int, int, Instance, int, int>)&PathCalls.PathSymlink),
        "path_unlink_file" => Make("iii", (nint)(delegate*<int, int, int, Instance, int, int>)&PathCalls.PathUnlinkFile),
        "poll_oneoff" => Make("iiii", (nint)(delegate*<int, int, int, int, Instance, int, int>)&PollCalls.PollOneoff),
        "proc_exit" => Make("i!", (nint)(delegate*<int, Instance, int, void>)&ProcessCalls.ProcExit),
        "proc_raise" => Make("i", (nint)(delegate*<int, Instance, int, int>)&ProcessCalls.ProcRaise),
        "random_get" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&ProcessCalls.RandomGet),
        "sched_yield" => Make("", (nint)(delegate*<Instance, int, int>)&ProcessCalls.SchedYield),
        "sock_accept" => Make("iii", (nint)(delegate*<int, int, int, Instance, int, int>)&SocketCalls.SockAccept),
        "sock_recv" => Make("iiiiii", (nint)(delegate*<int, int, int, int, int, int, Instance, int, int>)&SocketCalls.SockRecv),
        "sock_send" => Make("iiiii", (nint)(delegate*<int, int, int, int, int, Instance, int, int>)&SocketCalls.SockSend),
        "sock_shutdown" => Make("ii", (nint)(delegate*<int, int, Instance, int, int>)&SocketCalls.SockShutdown),
        _ => null,
    };

    private static HostFunction Make(string letters, nint code)
    {
        WasmType[] results = letters.EndsWith('!') ? [] : [WasmType.I32];
        ReadOnlySpan<char> types = letters.AsSpan().TrimEnd('!');
        var parameters = new WasmType[types.Length];
        for (int i = 0; i < parameters.Length; i++) parameters[i] = types[i] == 'I' ? WasmType.I64 : WasmType.I32;
        return new HostFunction(new FunctionType(parameters, results), code);
    }
}
