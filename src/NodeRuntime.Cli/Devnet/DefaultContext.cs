using System;
using System.IO;
using NodeRuntime.Client;

namespace NodeRuntime.Cli.Devnet;

/// <summary>
/// A devnet becomes the command line's default context, so that `receipt verify` and the rest find its genesis, unless a
/// person's own context stands there: that is never touched.
/// </summary>
internal static class DefaultContext
{
    public static void Offer(CliWorld world, DevnetFolder folder)
    {
        string path = Path.Combine(world.Home, ".config", "noderuntime", "context.yaml");
        if (world.Variable("NODERUNTIME_CONTEXT") is not null || (File.Exists(path) && !IsOfDevnet(path))) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        folder.ToContextFile().Save(path);
    }

    // Every devnet names its owner's key so; a context that cannot be read is somebody's and stays.
    private static bool IsOfDevnet(string path)
    {
        try
        {
            return Path.GetFileName(ContextFile.Load(path).Key) == "owner.key" && ContextFile.Load(path).Key.Contains("devnet", StringComparison.Ordinal);
        }
        catch (ClientException)
        {
            return false;
        }
    }
}
