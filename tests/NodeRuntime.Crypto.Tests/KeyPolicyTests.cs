using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

public sealed class KeyPolicyTests
{
    private static readonly ImmutableArray<PublicKey> Keys =
        [.. Enumerable.Range(1, 9).Select(i => new PublicKey(KeyAlgorithm.Secp256k1, [2, .. Hasher.Sha256([(byte)i]).ToArray()])).Order()];

    [Fact]
    public void A_policy_comes_back_from_its_bytes()
    {
        KeyPolicy policy = new(2, Keys[..3]);
        WireReader reader = new(policy.Encode());
        KeyPolicy read = KeyPolicy.Read(reader);
        Assert.True(reader.Succeeded);
        Assert.Equal(policy.Threshold, read.Threshold);
        Assert.Equal(policy.Keys, read.Keys.AsEnumerable());
        Assert.Equal(policy.ToAccountId(), read.ToAccountId());
    }

    [Fact]
    public void Another_threshold_is_another_account() =>
        Assert.NotEqual(new KeyPolicy(1, Keys[..3]).ToAccountId(), new KeyPolicy(2, Keys[..3]).ToAccountId());

    [Fact]
    public void A_threshold_of_zero_is_refused() => Refused(new KeyPolicy(0, Keys[..3]));

    [Fact]
    public void A_threshold_above_the_keys_is_refused() => Refused(new KeyPolicy(4, Keys[..3]));

    [Fact]
    public void No_keys_are_refused() => Refused(new KeyPolicy(1, []));

    [Fact]
    public void A_key_twice_is_refused() => Refused(new KeyPolicy(1, [Keys[0], Keys[0]]));

    [Fact]
    public void Keys_out_of_order_are_refused() => Refused(new KeyPolicy(1, [Keys[1], Keys[0]]));

    [Fact]
    public void Too_many_keys_are_refused() => Refused(new KeyPolicy(1, Keys));

    private static void Refused(KeyPolicy policy)
    {
        WireReader reader = new(policy.Encode());
        KeyPolicy.Read(reader);
        Assert.False(reader.Succeeded);
    }
}
