namespace NodeRuntime.Sandbox.Linux;

/// <summary>
/// The system calls this assembly names, with their numbers on the two architectures it knows. The numbers are the
/// kernel's ABI (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h) and never change.
/// </summary>
internal static class Syscalls
{
    // Files that Landlock has let through, and descriptors already held
    public static readonly Syscall Read = new("read", 0, 63);
    public static readonly Syscall Write = new("write", 1, 64);
    public static readonly Syscall ReadV = new("readv", 19, 65);
    public static readonly Syscall WriteV = new("writev", 20, 66);
    public static readonly Syscall PRead64 = new("pread64", 17, 67);
    public static readonly Syscall PReadV = new("preadv", 295, 69);
    public static readonly Syscall LSeek = new("lseek", 8, 62);
    public static readonly Syscall Close = new("close", 3, 57);
    public static readonly Syscall OpenAt = new("openat", 257, 56);
    public static readonly Syscall NewFStatAt = new("newfstatat", 262, 79);
    public static readonly Syscall FStat = new("fstat", 5, 80);
    public static readonly Syscall Stat = new("stat", 4, Syscall.Absent);
    public static readonly Syscall LStat = new("lstat", 6, Syscall.Absent);
    public static readonly Syscall Statx = new("statx", 332, 291);
    public static readonly Syscall Access = new("access", 21, Syscall.Absent);
    public static readonly Syscall FAccessAt = new("faccessat", 269, 48);
    public static readonly Syscall FAccessAt2 = new("faccessat2", 439, 439);
    public static readonly Syscall ReadLink = new("readlink", 89, Syscall.Absent);
    public static readonly Syscall ReadLinkAt = new("readlinkat", 267, 78);
    public static readonly Syscall GetDents64 = new("getdents64", 217, 61);
    public static readonly Syscall GetCwd = new("getcwd", 79, 17);
    public static readonly Syscall StatFs = new("statfs", 137, 43);
    public static readonly Syscall FStatFs = new("fstatfs", 138, 44);
    public static readonly Syscall FCntl = new("fcntl", 72, 25);
    public static readonly Syscall Flock = new("flock", 73, 32);
    public static readonly Syscall FAdvise64 = new("fadvise64", 221, 223);
    public static readonly Syscall FTruncate = new("ftruncate", 77, 46);
    public static readonly Syscall Dup = new("dup", 32, 23);
    public static readonly Syscall Dup2 = new("dup2", 33, Syscall.Absent);
    public static readonly Syscall Dup3 = new("dup3", 292, 24);
    public static readonly Syscall Pipe = new("pipe", 22, Syscall.Absent);
    public static readonly Syscall Pipe2 = new("pipe2", 293, 59);
    public static readonly Syscall Poll = new("poll", 7, Syscall.Absent);
    public static readonly Syscall PPoll = new("ppoll", 271, 73);
    public static readonly Syscall Select = new("select", 23, Syscall.Absent);
    public static readonly Syscall PSelect6 = new("pselect6", 270, 72);
    public static readonly Syscall EpollCreate1 = new("epoll_create1", 291, 20);
    public static readonly Syscall EpollCtl = new("epoll_ctl", 233, 21);
    public static readonly Syscall EpollPwait = new("epoll_pwait", 281, 22);
    public static readonly Syscall EpollWait = new("epoll_wait", 232, Syscall.Absent);
    public static readonly Syscall Eventfd2 = new("eventfd2", 290, 19);
    public static readonly Syscall MemFdCreate = new("memfd_create", 319, 279);
    public static readonly Syscall IoCtl = new("ioctl", 16, 29);

    // Memory
    public static readonly Syscall MMap = new("mmap", 9, 222);
    public static readonly Syscall MUnmap = new("munmap", 11, 215);
    public static readonly Syscall MProtect = new("mprotect", 10, 226);
    public static readonly Syscall MAdvise = new("madvise", 28, 233);
    public static readonly Syscall MRemap = new("mremap", 25, 216);
    public static readonly Syscall Brk = new("brk", 12, 214);
    public static readonly Syscall MInCore = new("mincore", 27, 232);
    public static readonly Syscall MLock = new("mlock", 149, 228);
    public static readonly Syscall MUnlock = new("munlock", 150, 229);
    public static readonly Syscall Membarrier = new("membarrier", 324, 283);
    public static readonly Syscall GetMempolicy = new("get_mempolicy", 239, 236);

    // Threads and their scheduling
    public static readonly Syscall Futex = new("futex", 202, 98);
    public static readonly Syscall Rseq = new("rseq", 334, 293);
    public static readonly Syscall SetRobustList = new("set_robust_list", 273, 99);
    public static readonly Syscall GetRobustList = new("get_robust_list", 274, 100);
    public static readonly Syscall SetTidAddress = new("set_tid_address", 218, 96);
    public static readonly Syscall ArchPrCtl = new("arch_prctl", 158, Syscall.Absent);
    public static readonly Syscall SchedYield = new("sched_yield", 24, 124);
    public static readonly Syscall SchedGetaffinity = new("sched_getaffinity", 204, 123);
    public static readonly Syscall SchedSetaffinity = new("sched_setaffinity", 203, 122);
    public static readonly Syscall SchedGetparam = new("sched_getparam", 143, 121);
    public static readonly Syscall SchedGetscheduler = new("sched_getscheduler", 145, 120);
    public static readonly Syscall SchedSetscheduler = new("sched_setscheduler", 144, 119);
    public static readonly Syscall SchedGetPriorityMax = new("sched_get_priority_max", 146, 125);
    public static readonly Syscall SchedGetPriorityMin = new("sched_get_priority_min", 147, 126);
    public static readonly Syscall GetPriority = new("getpriority", 140, 141);
    public static readonly Syscall Exit = new("exit", 60, 93);
    public static readonly Syscall ExitGroup = new("exit_group", 231, 94);
    public static readonly Syscall Clone = new("clone", 56, 220);
    public static readonly Syscall Clone3 = new("clone3", 435, 435);
    public static readonly Syscall TgKill = new("tgkill", 234, 131);
    public static readonly Syscall Kill = new("kill", 62, 129);

    // Signals
    public static readonly Syscall RtSigaction = new("rt_sigaction", 13, 134);
    public static readonly Syscall RtSigprocmask = new("rt_sigprocmask", 14, 135);
    public static readonly Syscall RtSigreturn = new("rt_sigreturn", 15, 139);
    public static readonly Syscall RtSigsuspend = new("rt_sigsuspend", 130, 133);
    public static readonly Syscall RtSigtimedwait = new("rt_sigtimedwait", 128, 137);
    public static readonly Syscall RtSigpending = new("rt_sigpending", 127, 136);
    public static readonly Syscall SigAltStack = new("sigaltstack", 131, 132);
    public static readonly Syscall RestartSyscall = new("restart_syscall", 219, 128);

    // Clocks
    public static readonly Syscall ClockGettime = new("clock_gettime", 228, 113);
    public static readonly Syscall ClockGetres = new("clock_getres", 229, 114);
    public static readonly Syscall ClockNanosleep = new("clock_nanosleep", 230, 115);
    public static readonly Syscall Nanosleep = new("nanosleep", 35, 101);
    public static readonly Syscall GetTimeOfDay = new("gettimeofday", 96, 169);
    public static readonly Syscall Time = new("time", 201, Syscall.Absent);
    public static readonly Syscall Times = new("times", 100, 153);
    public static readonly Syscall GetRUsage = new("getrusage", 98, 165);
    public static readonly Syscall GetCpu = new("getcpu", 309, 168);

    // What a process may know of itself
    public static readonly Syscall GetPid = new("getpid", 39, 172);
    public static readonly Syscall GetTid = new("gettid", 186, 178);
    public static readonly Syscall GetPPid = new("getppid", 110, 173);
    public static readonly Syscall GetUid = new("getuid", 102, 174);
    public static readonly Syscall GetEUid = new("geteuid", 107, 175);
    public static readonly Syscall GetGid = new("getgid", 104, 176);
    public static readonly Syscall GetEGid = new("getegid", 108, 177);
    public static readonly Syscall GetResUid = new("getresuid", 118, 148);
    public static readonly Syscall GetResGid = new("getresgid", 120, 150);
    public static readonly Syscall GetPGid = new("getpgid", 121, 155);
    public static readonly Syscall GetPGrp = new("getpgrp", 111, Syscall.Absent);
    public static readonly Syscall GetSid = new("getsid", 124, 156);
    public static readonly Syscall Uname = new("uname", 63, 160);
    public static readonly Syscall SysInfo = new("sysinfo", 99, 179);
    public static readonly Syscall GetRandom = new("getrandom", 318, 278);
    public static readonly Syscall GetRLimit = new("getrlimit", 97, 163);
    public static readonly Syscall PRLimit64 = new("prlimit64", 302, 261);
    public static readonly Syscall PrCtl = new("prctl", 157, 167);

    // What the launcher itself calls
    public static readonly Syscall ExecVe = new("execve", 59, 221);
    public static readonly Syscall ExecVeAt = new("execveat", 322, 281);
    public static readonly Syscall Seccomp = new("seccomp", 317, 277);
    public static readonly Syscall SetSid = new("setsid", 112, 157);
    public static readonly Syscall CloseRange = new("close_range", 436, 436);
    public static readonly Syscall CapSet = new("capset", 126, 91);
    public static readonly Syscall SetResUid = new("setresuid", 117, 147);
    public static readonly Syscall SetResGid = new("setresgid", 119, 149);
    public static readonly Syscall SetGroups = new("setgroups", 116, 159);
    public static readonly Syscall SetPriority = new("setpriority", 141, 140);
    public static readonly Syscall LandlockCreateRuleset = new("landlock_create_ruleset", 444, 444);
    public static readonly Syscall LandlockAddRule = new("landlock_add_rule", 445, 445);
    public static readonly Syscall LandlockRestrictSelf = new("landlock_restrict_self", 446, 446);
    public static readonly Syscall Chown = new("chown", 92, Syscall.Absent);
    public static readonly Syscall FChownAt = new("fchownat", 260, 54);
    public static readonly Syscall OpenTree = new("open_tree", 428, 428);

    // What no program of the runtime ever calls: an attempt is an attack
    public static readonly Syscall Ptrace = new("ptrace", 101, 117);
    public static readonly Syscall ProcessVmReadV = new("process_vm_readv", 310, 270);
    public static readonly Syscall ProcessVmWriteV = new("process_vm_writev", 311, 271);
    public static readonly Syscall ProcessMAdvise = new("process_madvise", 440, 440);
    public static readonly Syscall Kcmp = new("kcmp", 312, 272);
    public static readonly Syscall Mount = new("mount", 165, 40);
    public static readonly Syscall Umount2 = new("umount2", 166, 39);
    public static readonly Syscall PivotRoot = new("pivot_root", 155, 41);
    public static readonly Syscall Chroot = new("chroot", 161, 51);
    public static readonly Syscall FsOpen = new("fsopen", 430, 430);
    public static readonly Syscall FsConfig = new("fsconfig", 431, 431);
    public static readonly Syscall FsMount = new("fsmount", 432, 432);
    public static readonly Syscall FsPick = new("fspick", 433, 433);
    public static readonly Syscall MoveMount = new("move_mount", 429, 429);
    public static readonly Syscall MountSetattr = new("mount_setattr", 442, 442);
    public static readonly Syscall SetNs = new("setns", 308, 268);
    public static readonly Syscall Unshare = new("unshare", 272, 97);
    public static readonly Syscall Bpf = new("bpf", 321, 280);
    public static readonly Syscall Keyctl = new("keyctl", 250, 219);
    public static readonly Syscall AddKey = new("add_key", 248, 217);
    public static readonly Syscall RequestKey = new("request_key", 249, 218);
    public static readonly Syscall PerfEventOpen = new("perf_event_open", 298, 241);
    public static readonly Syscall IoUringSetup = new("io_uring_setup", 425, 425);
    public static readonly Syscall IoUringEnter = new("io_uring_enter", 426, 426);
    public static readonly Syscall IoUringRegister = new("io_uring_register", 427, 427);
    public static readonly Syscall Userfaultfd = new("userfaultfd", 323, 282);
    public static readonly Syscall InitModule = new("init_module", 175, 105);
    public static readonly Syscall FinitModule = new("finit_module", 313, 273);
    public static readonly Syscall DeleteModule = new("delete_module", 176, 106);
    public static readonly Syscall KexecLoad = new("kexec_load", 246, 104);
    public static readonly Syscall KexecFileLoad = new("kexec_file_load", 320, 294);
    public static readonly Syscall Reboot = new("reboot", 169, 142);
    public static readonly Syscall Swapon = new("swapon", 167, 224);
    public static readonly Syscall Swapoff = new("swapoff", 168, 225);
    public static readonly Syscall OpenByHandleAt = new("open_by_handle_at", 304, 265);
    public static readonly Syscall PidFdOpen = new("pidfd_open", 434, 434);
    public static readonly Syscall PidFdGetFd = new("pidfd_getfd", 438, 438);
    public static readonly Syscall PidFdSendSignal = new("pidfd_send_signal", 424, 424);
    public static readonly Syscall Quotactl = new("quotactl", 179, 60);
    public static readonly Syscall Acct = new("acct", 163, 89);
    public static readonly Syscall SetTimeOfDay = new("settimeofday", 164, 170);
    public static readonly Syscall ClockSettime = new("clock_settime", 227, 112);
    public static readonly Syscall IoPl = new("iopl", 172, Syscall.Absent);
    public static readonly Syscall IoPerm = new("ioperm", 173, Syscall.Absent);
    public static readonly Syscall ModifyLdt = new("modify_ldt", 154, Syscall.Absent);

    // What is refused quietly, named for the tests
    public static readonly Syscall Socket = new("socket", 41, 198);
    public static readonly Syscall Connect = new("connect", 42, 203);
    public static readonly Syscall Bind = new("bind", 49, 200);
    public static readonly Syscall Fork = new("fork", 57, Syscall.Absent);
    public static readonly Syscall Vfork = new("vfork", 58, Syscall.Absent);
    public static readonly Syscall SetUid = new("setuid", 105, 146);
    public static readonly Syscall SetRLimit = new("setrlimit", 160, 164);
}
