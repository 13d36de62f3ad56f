using NodeRuntime.Client.Files;
using NodeRuntime.Provenance.Custody;

namespace NodeRuntime.Client.Custody;

/// <summary>Custodies on the disk: for their owner alone, since the salts in them open what the records hide.</summary>
public static class CustodyFile
{
    public static void Write(string path, CustodyBundle bundle) => PrivateFiles.Write(path, bundle.Encode());
}
