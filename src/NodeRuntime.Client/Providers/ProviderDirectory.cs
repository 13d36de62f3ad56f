using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Client.Providers;

/// <summary>Where a provider is dialled, and who must be there.</summary>
internal sealed record ProviderAddress(PeerId Peer, string Address);

/// <summary>
/// Finds a provider's address by its account. The gateways' lists are hearsay: only the key counts, which must name the
/// lease's account, and the handshake then demands that very key.
/// </summary>
internal sealed class ProviderDirectory(ContactList contacts)
{
    /// <summary>Null where no gateway knows the provider now.</summary>
    public async Task<ProviderAddress?> FindAsync(AccountId provider, CancellationToken cancellation)
    {
        foreach (Gateway gateway in contacts.Preferred())
        {
            ContactAnswer<PeersAnswer> answer =
                await gateway.GetAsync(Routes.Peers, ApiJson.Default.PeersAnswer, null, cancellation).ConfigureAwait(false);
            if (answer.Value is null || answer.Value.Peers.IsDefault) continue;
            foreach (PeerAnswer peer in answer.Value.Peers)
            {
                if (Read(peer, provider) is { } found) return found;
            }
        }

        return null;
    }

    private static ProviderAddress? Read(PeerAnswer peer, AccountId provider)
    {
        if (peer is null || string.IsNullOrEmpty(peer.Key) || string.IsNullOrEmpty(peer.Address)) return null;
        byte[] bytes = new byte[PublicKey.ByteCount];
        if (peer.Key.Length != 2 * bytes.Length) return null;
        if (Convert.FromHexString(peer.Key, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return null;
        if (!PublicKey.TryParse(bytes, out PublicKey key) || KeyPolicy.Single(key).ToAccountId() != provider) return null;
        return new ProviderAddress(key.ToPeerId(), peer.Address);
    }
}
