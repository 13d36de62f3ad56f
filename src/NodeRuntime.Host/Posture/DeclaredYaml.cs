using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using NodeRuntime.Host.Config;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Uses;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NodeRuntime.Host.Posture;

/// <summary>A file that a person declared something in, on the way through its nodes: every complaint has path, line, column, verdict, and why.</summary>
/// <param name="path">What complaints call it.</param>
internal sealed class DeclaredYaml(string path)
{
    /// <exception cref="ConfigException">It cannot be read, or is too large.</exception>
    public static string Read(string path, long bytesMax, string what)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true } file && file.Length > bytesMax)
            {
                throw new ConfigException($"{path}: {ControlsVerdict.TooLarge}: {what} has at most {bytesMax} bytes");
            }

            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{path}: {ControlsVerdict.Unreadable}: {exception.Message}", exception);
        }
    }

    /// <param name="wants">What an empty file lacks.</param>
    public YamlNode Root(string text, string wants)
    {
        YamlStream stream = [];
        try
        {
            using StringReader reader = new(text);
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new ConfigException($"{path}:{exception.Start.Line}:{exception.Start.Column}: {ControlsVerdict.NotYaml}: {exception.Message}", exception);
        }

        return stream.Documents.Count > 0 ? stream.Documents[0].RootNode : throw new ConfigException($"{path}: {ControlsVerdict.KeyMissing}: the file is empty: it wants {wants}");
    }

    public string TextOf(YamlNode node)
    {
        if (node is not YamlScalarNode { Value: { } text }) throw Wrong(node, ControlsVerdict.ValueMalformed, "a word belongs here");
        return text.Length <= Limits.PosturePathCharactersMax ? text : throw Wrong(node, ControlsVerdict.ValueMalformed, $"longer than {Limits.PosturePathCharactersMax} characters");
    }

    public IEnumerable<YamlNode> Items(YamlNode node, int countMax)
    {
        if (node is not YamlSequenceNode list) throw Wrong(node, ControlsVerdict.ValueMalformed, "a list belongs here");
        if (list.Children.Count > countMax) throw Wrong(node, ControlsVerdict.TooMany, $"more than {countMax}");
        return list.Children;
    }

    public Fields FieldsOf(YamlNode node, params string[] known)
    {
        if (node is not YamlMappingNode map) throw Wrong(node, ControlsVerdict.ValueMalformed, "keys and values belong here: " + string.Join(", ", known));
        SortedDictionary<string, YamlNode> fields = new(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in map.Children)
        {
            string name = TextOf(key);
            if (Array.IndexOf(known, name) < 0) throw Wrong(key, ControlsVerdict.KeyUnknown, $"'{name}' is none of {string.Join(", ", known)}");
            fields.Add(name, value);
        }

        return new Fields(this, map, fields);
    }

    public ConfigException Wrong(YamlNode node, ControlsVerdict verdict, string why) => new(
        string.Create(CultureInfo.InvariantCulture, $"{path}:{node.Start.Line}:{node.Start.Column}: {verdict}: {why}"));

    /// <summary>What an id may be.</summary>
    public static bool IsWord(string text) => UseLabel.IsClass(text);

    /// <summary>Keys and values, each key known.</summary>
    public sealed class Fields(DeclaredYaml yaml, YamlNode whole, SortedDictionary<string, YamlNode> fields)
    {
        public DeclaredYaml Yaml => yaml;

        public bool Has(string name) => fields.ContainsKey(name);

        public YamlNode Node(string name) =>
            fields.TryGetValue(name, out YamlNode? node) ? node : throw yaml.Wrong(whole, ControlsVerdict.KeyMissing, $"'{name}' is missing");

        public string Text(string name) => yaml.TextOf(Node(name));
    }
}
