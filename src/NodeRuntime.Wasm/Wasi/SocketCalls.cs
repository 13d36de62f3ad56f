using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>A job has no network.</summary>
internal static class SocketCalls
{
    public static int SockAccept(int fd, int flags, int result, Instance instance, int depth) => Refuse(instance);

    public static int SockRecv(
        int fd, int buffers, int count, int flags, int size, int outFlags, Instance instance, int depth) => Refuse(instance);

    public static int SockSend(int fd, int buffers, int count, int flags, int size, Instance instance, int depth) => Refuse(instance);

    public static int SockShutdown(int fd, int how, Instance instance, int depth) => Refuse(instance);

    private static int Refuse(Instance instance)
    {
        GuestView.Enter(instance);
        return (int)Errno.NotSupported;
    }
}
