using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Network;
using NodeRuntime.Persistence.Files;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Host.Peer;

/// <summary>
/// The genesis document of the configured hash: from the file beside the configuration, or from any seed. Whoever gave
/// it, its hash must be the configured one.
/// </summary>
public static class GenesisFiles
{
    public const string Name = "genesis.bin";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<Genesis> FindAsync(
        PeerConfig config, string folder, ChainId chain, ISigner signer, ISignatureVerifier signatures, ILoggerFactory loggers, CancellationToken stop)
    {
        string path = Path.Combine(folder, Name);
        if (File.Exists(path))
        {
            if (Genesis.TryDecode(await File.ReadAllBytesAsync(path, stop), out Genesis? found) && found!.ChainId == chain) return found;
            throw new HostException($"{path} is not the genesis {chain}. Remove it, and the document is fetched from a seed, or correct `genesis:`.");
        }

        Genesis fetched = await FetchAsync(config, chain, signer, signatures, loggers.CreateLogger("join"), stop);
        AtomicFile.Replace(path, fetched.Encode());
        return fetched;
    }

    private static async Task<Genesis> FetchAsync(
        PeerConfig config, ChainId chain, ISigner signer, ISignatureVerifier signatures, ILogger logger, CancellationToken stop)
    {
        if (config.Seeds.Count == 0) throw new HostException("No seed is configured and no genesis document is here. Give `seeds:` at least one host:port of the chain.");
        using PeerDialer dialer = new(new NetworkConfig { Listen = string.Empty, Role = PeerRole.Client }, signer, signatures, chain, TimeProvider.System);
        string last = string.Empty;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        while (!patience.IsCancellationRequested)
        {
            foreach (string seed in config.Seeds)
            {
                (Genesis? genesis, last, bool isFinal) = await AskAsync(dialer, seed, chain, patience.Token);
                if (genesis is not null) return genesis;
                logger.LogWarning("Seed {Seed}: {Reason}", seed, last);
                if (isFinal && config.Seeds.Count == 1) throw new HostException($"seed {seed}: {last}");
            }

            try
            {
                await Task.Delay(500, patience.Token);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                break;
            }
        }

        throw new HostException($"No seed gave the genesis of chain {chain}: {last}. Check `seeds:` and `genesis:`.");
    }

    private static async Task<(Genesis? Genesis, string Reason, bool IsFinal)> AskAsync(PeerDialer dialer, string seed, ChainId chain, CancellationToken stop)
    {
        try
        {
            DialOutcome outcome = await dialer.ConnectAsync(seed, null, stop);
            if (outcome is DialOutcome.Failed failed)
            {
                bool isOther = failed.Reason is DisconnectReason.WrongChain or DisconnectReason.CertificateRefused;
                return (null, isOther ? $"{failed.Reason}: it is of another chain than {chain}" : $"{failed.Reason}: {failed.Detail}", isOther);
            }

            await using PeerConnection connection = ((DialOutcome.Connected)outcome).Connection;
            await connection.SendAsync(FrameClass.Sync, GenesisMessage.Want(), stop);
            while (await connection.ReceiveAsync(stop) is { } received)
            {
                if (received.FrameClass != FrameClass.Sync) continue;
                return GenesisMessage.Read(received.Frame, chain) is { } genesis
                    ? (genesis, string.Empty, false)
                    : (null, "ForeignGenesis: it gave a document that does not have the configured hash", true);
            }

            return (null, $"{connection.EndReason}: it closed the connection", false);
        }
        catch (OperationCanceledException)
        {
            return (null, "Timeout: no answer", false);
        }
    }
}
