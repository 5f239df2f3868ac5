using System.Diagnostics;

namespace Actors.Tests.Console;

/// <summary>A folder that is gone after the test, whatever was made in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => Path = Directory.CreateTempSubdirectory("actors-").FullName;

    public string Path { get; }

    public void Dispose()
    {
        // rm and not Directory.Delete: it takes any depth and any name.
        using var remove = Process.Start("bash", ["-c", "chmod -R u+rwx \"$0\" 2>/dev/null; rm -rf \"$0\"", Path]);
        remove.WaitForExit();
    }
}
