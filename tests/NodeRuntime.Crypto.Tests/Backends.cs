namespace NodeRuntime.Crypto.Tests;

internal static class Backends
{
    public static SystemSignatures Open(SignatureBackend backend)
    {
        byte[] entropy = new byte[SystemSignatures.EntropyByteCount];
        entropy[0] = 1;
        Assert.True(SystemSignatures.TryOpen(backend, entropy, out SystemSignatures? signatures), backend + " is not on this machine");
        return signatures!;
    }
}
