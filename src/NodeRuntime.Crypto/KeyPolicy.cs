using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto;

/// <summary>
/// Who may act for an account: at least <see cref="Threshold"/> of the <see cref="Keys"/>. An account is named by the
/// hash of its first policy, so that keys can rotate and multiply while the name stays.
/// </summary>
public sealed record KeyPolicy(byte Threshold, ImmutableArray<PublicKey> Keys)
{
    public static KeyPolicy Single(PublicKey key) => new(1, [key]);

    public AccountId ToAccountId() => new(Hasher.Tagged(HashDomain.KeyPolicy, Encode()));

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.KeyPolicy, 2).UInt64(Threshold).Array(Keys.Length);
        foreach (PublicKey key in Keys) writer.Bytes(key.AsSpan());
        writer.End().End();
    }

    /// <summary>Keys must be in strictly increasing order, so that one policy has one encoding.</summary>
    public static KeyPolicy Read(WireReader reader)
    {
        reader.Record(WireType.KeyPolicy, 2);
        byte threshold = reader.Byte();
        ImmutableArray<PublicKey> keys = reader.List(Limits.KeyPolicyKeysMax, PublicKey.Read);
        reader.End();
        if (threshold == 0 || threshold > keys.Length) reader.Fail();
        for (int i = 1; i < keys.Length; i++)
        {
            if (keys[i - 1].CompareTo(keys[i]) >= 0) reader.Fail();
        }

        return new KeyPolicy(threshold, keys);
    }
}
