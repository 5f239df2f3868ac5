using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Actors.Storage.Victim;

/// <summary>
/// Lines in a file of this process's own, each handed to the kernel before the next: what is written survives the death of the process, and a line is whole
/// or not there.
/// </summary>
internal sealed class Witness(string folder) : IDisposable
{
    private readonly FileStream _file = new(
        Path.Combine(folder, $"{DateTime.UtcNow.Ticks:x16}-{Environment.ProcessId}.log"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Write(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{line}\n"));
        lock (_file)
        {
            _file.Write(bytes);
        }
    }

    /// <summary>What a run does, with its thread and the moment.</summary>
    public void WriteRun(string what, TaskContext context) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"{what} {context.TaskId} {context.Attempt} {Environment.CurrentManagedThreadId} {Stopwatch.GetTimestamp()}"));

    public void Dispose() => _file.Dispose();
}
