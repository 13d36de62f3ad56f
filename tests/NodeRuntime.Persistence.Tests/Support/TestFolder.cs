using System;
using System.IO;

namespace NodeRuntime.Persistence.Tests.Support;

/// <summary>A folder of its own for a test, gone at its end.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("noderuntime-test-").FullName;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
