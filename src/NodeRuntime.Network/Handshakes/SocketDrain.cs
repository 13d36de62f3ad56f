using System;
using System.Buffers;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Network.Handshakes;

/// <summary>Reads and forgets what comes until the other side closes, so that a close of ours is no reset.</summary>
internal static class SocketDrain
{
    public static async Task RunAsync(Socket socket, int bytesMax, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int total = 0;
            while (total < bytesMax)
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, cancellation).ConfigureAwait(false);
                if (count == 0) return;
                total += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
