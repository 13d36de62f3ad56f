using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using NodeRuntime.Client.Files;
using NodeRuntime.Primitives;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace NodeRuntime.Client;

/// <summary>
/// What a person's context file says: whom to ask, which chain to trust, which key to sign with. See docs/cli.md.
/// <code>
/// version: 1
/// contacts: [http://127.0.0.1:26610]
/// genesis: 64 hexadecimal digits
/// key: wallet.key
/// </code>
/// </summary>
public sealed class ContextFile
{
    public const int VersionNow = 1;

    public int Version { get; set; } = VersionNow;

    /// <summary>Base addresses of gateways' HTTP APIs.</summary>
    public List<string> Contacts { get; set; } = [];

    /// <summary>The chain's genesis hash: from somebody you trust.</summary>
    public string Genesis { get; set; } = string.Empty;

    /// <summary>The key file that signs; relative to this file.</summary>
    public string Key { get; set; } = string.Empty;

    /// <exception cref="ClientException">NotFound where it is missing; Invalid where it cannot stand.</exception>
    public static ContextFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ClientException(
                ClientFailure.Invalid, $"there is no context file {path}", "`noderuntime wallet new` makes one; or name one with --context", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClientException(ClientFailure.Invalid, $"{path}: cannot be read: {exception.Message}", "check the file's mode and owner", exception);
        }
    }

    public static ContextFile Parse(string text, string path)
    {
        ContextFile file;
        try
        {
            IDeserializer deserializer = new DeserializerBuilder()
                .WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build();
            file = deserializer.Deserialize<ContextFile?>(text) ?? new ContextFile();
        }
        catch (YamlException exception)
        {
            string reason = exception.InnerException?.Message ?? exception.Message;
            throw new ClientException(
                ClientFailure.Invalid, $"{path}:{exception.Start.Line}:{exception.Start.Column}: {reason}", "docs/cli.md shows a context file", exception);
        }

        file.Contacts ??= [];
        file.Genesis ??= string.Empty;
        file.Key ??= string.Empty;
        if (file.Version != VersionNow)
        {
            throw new ClientException(
                ClientFailure.Invalid, $"{path}: version: {file.Version} is not one this program reads; it reads {VersionNow}", "docs/cli.md shows a context file");
        }

        return file;
    }

    /// <summary>The checked context.</summary>
    public ClientContext ToContext(string path)
    {
        if (!Hash256.TryParse(Genesis, out Hash256 genesis))
        {
            throw new ClientException(
                ClientFailure.Invalid, $"{path}: genesis: must be the chain's genesis hash, 64 hexadecimal digits", "get it from somebody you trust");
        }

        if (Contacts.Count == 0)
        {
            throw new ClientException(ClientFailure.Invalid, $"{path}: contacts: names no gateway", "name at least one, such as http://127.0.0.1:26610");
        }

        ImmutableArray<Uri>.Builder contacts = ImmutableArray.CreateBuilder<Uri>(Contacts.Count);
        foreach (string contact in Contacts)
        {
            if (!Uri.TryCreate(contact, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            {
                throw new ClientException(ClientFailure.Invalid, $"{path}: contacts: '{contact}' is no http address", "write http://host:port");
            }

            contacts.Add(address);
        }

        return new ClientContext(contacts.ToImmutable(), new ChainId(genesis));
    }

    public void Save(string path)
    {
        string text = new SerializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Serialize(this);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder) PrivateFiles.CreateFolder(folder);
        PrivateFiles.Write(path, System.Text.Encoding.UTF8.GetBytes(text));
    }
}
