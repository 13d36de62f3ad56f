using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>A job has no network: no descriptor is a socket.</summary>
internal static class SocketCalls
{
    public static int SockAccept(int fd, int flags, int result, Instance instance, int depth) => Refuse(fd, instance);

    public static int SockRecv(
        int fd, int buffers, int count, int flags, int size, int outFlags, Instance instance, int depth) => Refuse(fd, instance);

    public static int SockSend(int fd, int buffers, int count, int flags, int size, Instance instance, int depth) => Refuse(fd, instance);

    public static int SockShutdown(int fd, int how, Instance instance, int depth) => Refuse(fd, instance);

    private static int Refuse(int fd, Instance instance)
    {
        GuestView guest = GuestView.Enter(instance);
        return (int)(guest.Host.Find(fd) is null ? Errno.BadDescriptor : Errno.NotSocket);
    }
}
