using System;
using System.IO;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Sandbox.Child;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Tests.Child;

/// <summary>Ways to break the conversation.</summary>
internal static class Lies
{
    public static SandboxMessage.Report Tell(string name, SandboxVoice voice)
    {
        switch (name)
        {
            case "garbage":
                Raw("not a message at all"u8);
                break;
            case "huge-length":
                Raw([0xff, 0xff, 0xff, 0xff, 1]);
                break;
            case "half":
                Raw([200, 0, 0, 0, 0x82]);
                Environment.Exit(0);
                break;
            case "silence":
                Environment.Exit(0);
                break;
            case "crash":
                Environment.FailFast("the engine broke\u001b[31m here");
                break;
            case "log-before-ready":
                voice.Log(1, "early"u8.ToArray());
                break;
            case "ready-twice":
                voice.Say(new SandboxMessage.Ready());
                voice.Say(new SandboxMessage.Ready());
                break;
            case "parents-verdict":
                return SandboxVoice.Report(ProcessVerdict.Stopped, "it was stopped, believe me");
            case "success-without-ready":
                return SandboxVoice.Report(ProcessVerdict.Succeeded, "done already");
            case "too-much-fuel":
                voice.Say(new SandboxMessage.Ready());
                return SandboxVoice.Report(ProcessVerdict.Succeeded, string.Empty, fuelUsed: ulong.MaxValue);
            case "climbing-name":
                voice.Say(new SandboxMessage.Ready());
                voice.File("../../escaped", "x"u8.ToArray());
                break;
            case "unfinished-file":
                voice.Say(new SandboxMessage.Ready());
                voice.Say(new SandboxMessage.File("a", 10));
                break;
            case "honest-files":
                voice.Say(new SandboxMessage.Ready());
                voice.Log(2, Encoding.UTF8.GetBytes("to the error stream"));
                voice.File("empty", ReadOnlyMemory<byte>.Empty);
                voice.File("large", new byte[200_000]);
                voice.File("text", "hello"u8.ToArray());
                return SandboxVoice.Report(ProcessVerdict.Succeeded, string.Empty, exitCode: 3, fuelUsed: 5);
            default:
                throw new ArgumentException(name, nameof(name));
        }

        return SandboxVoice.Report(ProcessVerdict.Succeeded, string.Empty);
    }

    private static void Raw(ReadOnlySpan<byte> bytes)
    {
        using FileStream pipe = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        pipe.Write(bytes);
    }
}
