using System;
using System.IO;
using NodeRuntime.Client.Tests.Support;

namespace NodeRuntime.Client.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ContextFileTests
{
    private static readonly string Hash = new('a', 64);

    [Theory]
    [InlineData("contatcs: []\n", "context.yaml:1:1: ")]
    [InlineData("version: 9\n", "context.yaml: version: 9")]
    public void A_context_that_cannot_stand_is_refused_with_its_place(string text, string place) => Assert.StartsWith(
        place, Assert.Throws<ClientException>(() => ContextFile.Parse(text, "context.yaml")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "http://127.0.0.1:1", "genesis: ")]
    [InlineData("abc", "http://127.0.0.1:1", "genesis: ")]
    [InlineData("A", "", "contacts: names no gateway")]
    [InlineData("A", "127.0.0.1:1", "contacts: '127.0.0.1:1'")]
    [InlineData("A", "ftp://x", "contacts: 'ftp://x'")]
    public void A_context_without_anchor_or_gateway_gives_no_client(string genesis, string contact, string place)
    {
        ContextFile file = new() { Genesis = genesis == "A" ? Hash : genesis };
        if (contact.Length != 0) file.Contacts.Add(contact);

        Assert.StartsWith(
            "c: " + place, Assert.Throws<ClientException>(() => file.ToContext("c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_context_reads_back_and_is_for_its_owner_alone()
    {
        using TestFolder folder = new();
        string path = folder.PathOf("new/context.yaml");
        new ContextFile { Genesis = Hash, Key = "wallet.key", Contacts = ["http://127.0.0.1:26610"] }.Save(path);

        ClientContext context = ContextFile.Load(path).ToContext(path);

        Assert.Equal(Hash, context.Chain.ToString());
        Assert.Equal(new Uri("http://127.0.0.1:26610"), Assert.Single(context.Contacts));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }
}
