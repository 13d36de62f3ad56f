using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Network.Certificates;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests.Certificates;

/// <summary>One valid certificate, and rows that each spoil one thing of it and name the verdict.</summary>
public sealed class CertificateRulesTests
{
    private static readonly Instant Now = Instant.FromMilliseconds(1_795_000_000_000);
    private static readonly Instant Expiry = Now + Duration.FromMinutes(60);

    private readonly TestSigner _self = new();
    private readonly TestSigner _peer = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public void A_binding_of_the_node_key_over_this_key_is_accepted()
    {
        (CertificateVerdict verdict, TlsBinding? binding) = Check(Certificate(Sign()));
        Assert.Equal(CertificateVerdict.Accepted, verdict);
        Assert.Equal(_peer.PublicKey, binding!.NodeKey);
    }

    [Fact]
    public void A_client_is_accepted_where_clients_are_welcome() =>
        Assert.Equal(CertificateVerdict.Accepted, Check(Certificate(Sign(role: PeerRole.Client)), clientsWelcome: true).Verdict);

    [Fact]
    public void No_certificate_is_missing() => Assert.Equal(CertificateVerdict.Missing, Check(null).Verdict);

    [Fact]
    public void A_key_of_another_curve_is_refused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        TlsBinding binding = TlsBinding.Sign(_peer, key.ExportSubjectPublicKeyInfo(), TestPeer.Chain, PeerRole.Peer, Expiry);
        using X509Certificate2 certificate = CertificateSource.Make(key, binding.Encode(), Now, Expiry);
        Assert.Equal(CertificateVerdict.KeyKindRefused, Check(certificate).Verdict);
    }

    [Fact]
    public void No_extension_is_refused()
    {
        using X509Certificate2 certificate = CertificateSource.Make(_key, extension: null, Now, Expiry);
        Assert.Equal(CertificateVerdict.ExtensionMissing, Check(certificate).Verdict);
    }

    [Fact]
    public void Every_cut_of_the_extension_and_every_trailing_byte_is_malformed()
    {
        byte[] good = Sign().Encode();
        for (int length = 0; length < good.Length; length++) Assert.False(TlsBinding.TryDecode(good.AsMemory(0, length), out _));
        Assert.False(TlsBinding.TryDecode((byte[])[.. good, 0], out _));
        using X509Certificate2 certificate = CertificateSource.Make(_key, good[..^1], Now, Expiry);
        Assert.Equal(CertificateVerdict.ExtensionMalformed, Check(certificate).Verdict);
    }

    [Fact]
    public void Another_chain_is_the_wrong_chain() =>
        Assert.Equal(CertificateVerdict.WrongChain, Check(Certificate(Sign(chain: TestPeer.OtherChain))).Verdict);

    [Fact]
    public void A_client_is_refused_where_a_peer_was_dialled() =>
        Assert.Equal(CertificateVerdict.RoleRefused, Check(Certificate(Sign(role: PeerRole.Client))).Verdict);

    [Fact]
    public void An_expiry_that_has_come_is_expired()
    {
        Assert.Equal(CertificateVerdict.Expired, Check(Certificate(Sign(expiry: Now))).Verdict);
        Assert.Equal(CertificateVerdict.Accepted, Check(Certificate(Sign(expiry: Now + new Duration(1)))).Verdict);
        Assert.Equal(CertificateVerdict.Expired, Check(Certificate(Sign(expiry: new Instant(long.MinValue)))).Verdict);
    }

    [Fact]
    public void A_life_beyond_the_longest_is_too_long()
    {
        Instant latest = Now + CertificateRules.LifetimeMax;
        Assert.Equal(CertificateVerdict.Accepted, Check(Certificate(Sign(expiry: latest))).Verdict);
        Assert.Equal(CertificateVerdict.LifetimeTooLong, Check(Certificate(Sign(expiry: latest + new Duration(1)))).Verdict);
        Assert.Equal(CertificateVerdict.LifetimeTooLong, Check(Certificate(Sign(expiry: new Instant(long.MaxValue)))).Verdict);
    }

    [Fact]
    public void A_binding_of_another_tls_key_is_refused()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        TlsBinding stolen = TlsBinding.Sign(_peer, other.ExportSubjectPublicKeyInfo(), TestPeer.Chain, PeerRole.Peer, Expiry);
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(Certificate(stolen)).Verdict);
    }

    [Fact]
    public void Every_field_is_under_the_signature()
    {
        TlsBinding good = Sign(role: PeerRole.Client);
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(Certificate(good with { Role = PeerRole.Peer })).Verdict);
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(Certificate(Sign() with { Expiry = Expiry + new Duration(1) })).Verdict);
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(Certificate(Sign() with { NodeKey = _self.PublicKey })).Verdict);
        TlsBinding moved = Sign(chain: TestPeer.OtherChain) with { Chain = TestPeer.Chain };
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(Certificate(moved)).Verdict);
    }

    [Fact]
    public void A_signature_for_another_purpose_is_refused()
    {
        Signature signature = _peer.Sign(Hasher.Tagged(HashDomain.Vote, _key.ExportSubjectPublicKeyInfo()));
        Assert.Equal(CertificateVerdict.SignatureWrong, Check(Certificate(Sign() with { Signature = signature })).Verdict);
    }

    [Fact]
    public void Ourselves_is_a_self_connection() =>
        Assert.Equal(CertificateVerdict.SelfConnection, Check(Certificate(Sign(signer: _self))).Verdict);

    [Fact]
    public void A_certificate_is_renewed_at_half_of_its_life_and_not_before()
    {
        Duration lifetime = Duration.FromMinutes(10);
        using CertificateSource source = new(_peer, TestPeer.Chain, PeerRole.Peer, lifetime);
        X509Certificate2 first = source.Current(Now).TargetCertificate;
        Assert.Same(first, source.Current(Now + (lifetime / 2) - new Duration(1)).TargetCertificate);
        X509Certificate2 second = source.Current(Now + (lifetime / 2)).TargetCertificate;
        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        CertificateRules rules = new(TestSigner.Signatures, TestPeer.Chain, _self.Peer);
        Assert.Equal(CertificateVerdict.Expired, rules.Check(first, clientsWelcome: false, Now + lifetime, out _));
        Assert.Equal(CertificateVerdict.Accepted, rules.Check(second, clientsWelcome: false, Now + lifetime, out _));
    }

    private TlsBinding Sign(TestSigner? signer = null, ChainId? chain = null, PeerRole role = PeerRole.Peer, Instant? expiry = null) =>
        TlsBinding.Sign(signer ?? _peer, _key.ExportSubjectPublicKeyInfo(), chain ?? TestPeer.Chain, role, expiry ?? Expiry);

    private X509Certificate2 Certificate(TlsBinding binding) => CertificateSource.Make(_key, binding.Encode(), Now, Expiry);

    private (CertificateVerdict Verdict, TlsBinding? Binding) Check(X509Certificate2? certificate, bool clientsWelcome = false)
    {
        CertificateRules rules = new(TestSigner.Signatures, TestPeer.Chain, _self.Peer);
        CertificateVerdict verdict = rules.Check(certificate, clientsWelcome, Now, out TlsBinding? binding);
        return (verdict, binding);
    }
}
