using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using NodeRuntime.Sandbox.Child;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Tests.Child;

/// <summary>
/// A guest that owns the process. "attack NAME ..." makes one forbidden call and exits with the kernel's error number, 0 if it was let
/// through; "lie NAME" breaks the conversation; "tell NAME" says what it sees; "waste NAME" uses more than it may.
/// </summary>
internal static class HostileGuest
{
    public static SandboxMessage.Report Run(SandboxRequest request, string folder, SandboxVoice voice)
    {
        string[] words = [.. request.Arguments];
        switch (words)
        {
            case ["attack", string name, ..]:
                voice.Say(new SandboxMessage.Ready());
                return SandboxVoice.Report(ProcessVerdict.Succeeded, name, Attacks.Try(name, words[2..]));
            case ["lie", string name]:
                return Lies.Tell(name, voice);
            case ["tell", string name]:
                voice.Say(new SandboxMessage.Ready());
                voice.Log(1, Encoding.UTF8.GetBytes(Tell(name)));
                return SandboxVoice.Report(ProcessVerdict.Succeeded, string.Empty);
            case ["waste", string name]:
                voice.Say(new SandboxMessage.Ready());
                return Waste(name, voice);
            default:
                return WasmGuest.Run(request, folder, voice);
        }
    }

    private static string Tell(string name) => name switch
    {
        "nothing" => string.Empty,
        "environment" => string.Join('\n', EnvironmentLines()),
        "descriptors" => string.Join('\n', DescriptorLines()),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static List<string> EnvironmentLines()
    {
        List<string> lines = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) lines.Add(variable.Key + "=" + variable.Value);
        return lines;
    }

    // Landlock forbids to list /proc/self/fd, but nobody forbids to read its links.
    private static List<string> DescriptorLines()
    {
        List<string> lines = [];
        for (int descriptor = 0; descriptor < 256; descriptor++)
        {
            FileInfo link = new("/proc/self/fd/" + descriptor);
            if (link.LinkTarget is { } target) lines.Add(descriptor + " " + target);
        }

        return lines;
    }

    private static SandboxMessage.Report Waste(string name, SandboxVoice voice)
    {
        switch (name)
        {
            case "time":
                while (true) Thread.SpinWait(1000);
            case "sleep":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "memory":
                List<byte[]> kept = [];
                while (true)
                {
                    byte[] more = GC.AllocateUninitializedArray<byte>(16 << 20);
                    more.AsSpan().Fill(1);
                    kept.Add(more);
                }

            case "output":
                byte[] much = new byte[64 * 1024];
                while (true) voice.Log(1, much);
            default:
                break;
        }

        return SandboxVoice.Report(ProcessVerdict.Succeeded, string.Empty);
    }
}
