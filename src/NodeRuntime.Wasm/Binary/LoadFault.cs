using System.Globalization;

namespace NodeRuntime.Wasm.Binary;

/// <summary>The first thing found wrong with a module. Later findings are its echoes and are dropped.</summary>
internal sealed class LoadFault
{
    public ModuleVerdict Verdict { get; private set; } = ModuleVerdict.Accepted;

    public string Detail { get; private set; } = "";

    public bool Failed => Verdict != ModuleVerdict.Accepted;

    public void Report(ModuleVerdict verdict, int offset, string what)
    {
        if (Failed) return;
        Verdict = verdict;
        Detail = "offset " + offset.ToString(CultureInfo.InvariantCulture) + ": " + what;
    }
}
