using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Receipts;

/// <summary>
/// Receipts with real signatures, good and bad, in a file that anybody's verifier can be held against; and a second verifier, in another
/// language, written by somebody who had docs/provenance-format.md and the file and nothing else.
/// </summary>
public sealed class ReceiptVectorTests
{
    private const string FileName = "receipts.vectors.txt";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static string VectorFile => Path.Combine(AppContext.BaseDirectory, "Receipts", FileName);

    [Ed25519Fact]
    public void With_real_keys_each_receipt_gets_its_answer()
    {
        ReceiptScenario scenario = new(RealSigning.TryOpen()!);
        StringBuilder file = new("# Written by ReceiptVectorTests; docs/provenance-format.md says how to read it.\n");
        foreach (string name in ReceiptCases.TrustNames) Describe(file, name, ReceiptCases.TrustOf(scenario, name)!);
        foreach (ReceiptCase it in ReceiptCases.All)
        {
            byte[] bytes = it.Make(scenario);
            Assert.Equal(it.Expected, scenario.Verifier.Verify(bytes, ReceiptCases.TrustOf(scenario, it.Trust)).ToString());
            // The largest is nothing but large.
            if (bytes.Length <= Limits.EventReceiptBytesMax)
            {
                file.Append(CultureInfo.InvariantCulture, $"case {it.Expected} {it.Trust} {Convert.ToHexStringLower(bytes)} {it.Name}\n");
            }
        }

        // What to copy once a change of the format is meant.
        File.WriteAllText(Path.ChangeExtension(VectorFile, "found.txt"), file.ToString());
    }

    [Ed25519Fact]
    public void The_published_receipts_still_get_their_answers()
    {
        Assert.True(SystemEd25519.TryOpen(out SystemEd25519? ed25519));
        EventReceiptVerifier verifier = new(SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]), ed25519);
        SortedDictionary<string, ReceiptTrust> trusts = new(StringComparer.Ordinal);
        List<string> names = [];
        string trust = "";
        foreach (string line in File.ReadLines(VectorFile))
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "#":
                    break;
                case "trust":
                    trust = words[1];
                    trusts[trust] = new ReceiptTrust(default, [], [], 0, []);
                    break;
                case "case":
                    ReceiptTrust? believed = words[2] == "none" ? null : trusts[words[2]];
                    string name = string.Join(' ', words[4..]);
                    Assert.Equal((words[1], name), (verifier.Verify(Convert.FromHexString(words[3]), believed).ToString(), name));
                    names.Add(name);
                    break;
                default:
                    trusts[trust] = Read(trusts[trust], words);
                    break;
            }
        }

        Assert.Equal(ReceiptCases.All.Select(static it => it.Name).Where(static it => it != "too large"), names);
    }

    [NodeFact]
    public void A_verifier_in_another_language_agrees_on_every_receipt()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Receipts", "verify_receipt.mjs");
        Assert.InRange(File.ReadLines(program).Count(), 1, 250);
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        start.ArgumentList.Add(VectorFile);
        using Process node = Process.Start(start)!;
        string error = "";
        node.ErrorDataReceived += (_, line) => error += line.Data;
        node.BeginErrorReadLine();
        string output = node.StandardOutput.ReadToEnd();
        Assert.True(node.WaitForExit(Patience), "node has not ended");
        Assert.True(node.ExitCode == 0, output + error);
        Assert.Equal($"{ReceiptCases.All.Count - 1} receipts, 0 disagreements", output.Split('\n')[^2]);
    }

    private static void Describe(StringBuilder file, string name, ReceiptTrust trust)
    {
        file.Append("trust ").Append(name).Append('\n');
        file.Append("chain ").Append(trust.Chain).Append('\n');
        foreach (EpochPlan plan in trust.Plans) file.Append("plan ").Append(Convert.ToHexStringLower(plan.Encode())).Append('\n');
        foreach (Witness witness in trust.Witnesses)
        {
            file.Append("witness ").Append(witness.Name).Append(' ').Append(Convert.ToHexStringLower(witness.Key.Span)).Append('\n');
        }

        file.Append(CultureInfo.InvariantCulture, $"quorum {trust.WitnessQuorum}\n");
        foreach (Publication it in trust.Publications) file.Append(CultureInfo.InvariantCulture, $"publication {it.Size} {it.Root}\n");
    }

    private static ReceiptTrust Read(ReceiptTrust trust, string[] words)
    {
        switch (words[0])
        {
            case "chain":
                return trust with { Chain = new ChainId(new Hash256(Convert.FromHexString(words[1]))) };
            case "plan":
                Assert.Equal(RecordVerdict.Accepted, EpochPlan.TryDecode(Convert.FromHexString(words[1]), out EpochPlan? plan));
                return trust with { Plans = trust.Plans.Add(plan!) };
            case "witness":
                return trust with { Witnesses = trust.Witnesses.Add(new Witness(words[1], Convert.FromHexString(words[2]))) };
            case "quorum":
                return trust with { WitnessQuorum = int.Parse(words[1], CultureInfo.InvariantCulture) };
            case "publication":
                Publication publication = new(ulong.Parse(words[1], CultureInfo.InvariantCulture), new Hash256(Convert.FromHexString(words[2])));
                return trust with { Publications = trust.Publications.Add(publication) };
            default:
                throw new InvalidOperationException("not a line of the vectors: " + words[0]);
        }
    }
}

/// <summary>A test that needs libsodium; skipped, with the reason, where it is missing and not demanded.</summary>
internal sealed class Ed25519FactAttribute : FactAttribute
{
    public Ed25519FactAttribute() => Skip = SystemEd25519.TryOpen(out _) || Required.Names("sodium")
        ? null
        : SystemEd25519.Hint + "; NODERUNTIME_REQUIRE=sodium makes this a failure";
}

/// <summary>The same of Node.js.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = Exists() || Required.Names("node")
        ? null
        : "node is not installed (apt-get install nodejs); NODERUNTIME_REQUIRE=node makes this a failure";

    private static bool Exists() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static it => File.Exists(Path.Combine(it, "node")));
}

internal static class Required
{
    public static bool Names(string word) =>
        (Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? "").Split(',').Contains(word, StringComparer.Ordinal);
}
