using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Reads;

namespace NodeRuntime.Cli.Receipts;

/// <summary>The proof of a publication, in a file beside the receipt that needs it.</summary>
internal static class PublicationFiles
{
    private const string Extension = ".publication";

    /// <summary>As a file: genesis, seals, a header, a path.</summary>
    private const long BytesMax = 64 * 1024 * 1024;

    public static string Beside(string receipt) => Path.ChangeExtension(Path.GetFullPath(receipt), Extension);

    public static async Task WriteAsync(string path, PublicationProof proof, CancellationToken cancellation)
    {
        await File.WriteAllBytesAsync(path + ".part", proof.Encode(), cancellation);
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <exception cref="CliException">The file is not there, or no such proof.</exception>
    public static async Task<PublicationProof> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file {path}", "`noderuntime receipt extend --published` writes one");
        byte[] bytes = new FileInfo(path).Length <= BytesMax ? await File.ReadAllBytesAsync(path, cancellation) : [];
        return PublicationProof.TryDecode(bytes) ?? throw new CliException(ExitCode.VerificationFailed, "PublicationMalformed", $"{path} is no proof of a publication", "check that it is the right file");
    }
}
