using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests;

/// <summary>One row of vectors.txt.</summary>
public sealed record SignatureVector(string Name, PublicKey Key, Hash256 Digest, Signature Signature, SignatureVerdict Verdict)
{
    public override string ToString() => Key.Algorithm + ": " + Name;

    /// <summary>All rows, in the order of the file.</summary>
    public static IReadOnlyList<SignatureVector> All { get; } = Load();

    private static List<SignatureVector> Load()
    {
        List<string> lines = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors.txt")))
        {
            if (line.Length > 0 && line[0] != '#') lines.Add(line.Trim());
        }

        List<SignatureVector> vectors = [];
        for (int i = 0; i < lines.Count; i += 4)
        {
            string[] head = lines[i].Split(" | ");
            Assert.True(PublicKey.TryParse(Convert.FromHexString(lines[i + 1]), out PublicKey key));
            Assert.True(Hash256.TryParse(lines[i + 2], out Hash256 digest));
            Assert.True(Signature.TryParse(Convert.FromHexString(lines[i + 3]), out Signature signature));
            vectors.Add(new SignatureVector(head[1], key, digest, signature, Enum.Parse<SignatureVerdict>(head[0])));
        }

        return vectors;
    }
}
