using System.Globalization;

namespace NodeRuntime.Wasm;

/// <summary>One function on a guest's stack.</summary>
/// <param name="Function">Its index in its module, imports first.</param>
/// <param name="Name">By the module's name section or its exports; empty where neither names it.</param>
public readonly record struct GuestFrame(int Function, string Name)
{
    public override string ToString()
    {
        string number = "function " + Function.ToString(CultureInfo.InvariantCulture);
        return Name.Length == 0 ? number : Name + " (" + number + ")";
    }
}
