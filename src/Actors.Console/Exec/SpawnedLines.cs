using System.Globalization;
using System.Text;
using Actors.Console.Lines;
using Actors.Console.Scanning;

namespace Actors.Console.Exec;

/// <summary>What a program wrote to spawn: follow-ups, and at most one join of them all. Immutable.</summary>
/// <param name="Tasks">The follow-ups.</param>
/// <param name="Join">The join; null where there is none.</param>
/// <param name="Policy">When it fires.</param>
/// <param name="JoinOptions">What it has different from its type.</param>
internal sealed record SpawnedLines(IReadOnlyList<TaskLine> Tasks, ExecJoin? Join, JoinPolicy? Policy, JoinOptions? JoinOptions)
{
    private static SpawnedLines None { get; } = new([], null, null, null);

    /// <summary>Reads and checks all of it.</summary>
    /// <exception cref="LineException">A line is wrong; the message tells its number.</exception>
    public static async Task<SpawnedLines> ReadAsync(string file, LineFormat format, ExecSettings settings, CancellationToken cancellation)
    {
        if (!IsFile(file))
        {
            return None; // it was removed: nothing to spawn; or is something else now, which might never end
        }

        var stream = new FileStream(file, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.SequentialScan });
        await using (stream.ConfigureAwait(false))
        {
            if (stream.Length == 0)
            {
                return None;
            }

            if (stream.Length > settings.SpawnMax)
            {
                throw new LineException($"it is {stream.Length} bytes, and the limit is {settings.SpawnMax} (actors.console.run.spawn-max)");
            }

            return await ReadAsync(new LineReader(stream, settings.LineMax), format, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<SpawnedLines> ReadAsync(LineReader reader, LineFormat format, CancellationToken cancellation)
    {
        var tasks = new List<TaskLine>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        (JoinLine Line, long Number)? join = null;
        while (await reader.NextAsync(cancellation).ConfigureAwait(false) is { } raw)
        {
            try
            {
                if (format.ParseSpawned(raw) is not { } line)
                {
                    continue;
                }

                if (line is JoinLine joining)
                {
                    join = join is null ? (joining, raw.Number) : throw new LineException($"there is a join already, on line {join.Value.Number}; a task ends with one");
                }
                else if (line is TaskLine task)
                {
                    tasks.Add(task.Key is null || keys.Add(task.Key) ? task : throw new LineException($"the key '{task.Key}' stands on an earlier line; each follow-up needs one of its own"));
                }
            }
            catch (LineException wrong)
            {
                throw new LineException(string.Create(CultureInfo.InvariantCulture, $"line {raw.Number}: {wrong.Message}"), wrong);
            }
        }

        var names = keys.Count == 0 ? null : tasks.ConvertAll(static task => task.Key);
        return new SpawnedLines(tasks, join is null ? null : new ExecJoin(join.Value.Line.Call, names), join?.Line.Policy, join?.Line.Options);
    }

    private static unsafe bool IsFile(string path)
    {
        LinuxCalls.FileStatus status;
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return LinuxCalls.StatX(LinuxCalls.CurrentFolder, text, LinuxCalls.LookAtLink, LinuxCalls.TypeSizeAndInode, &status) == 0 && status.Type == LinuxCalls.EntryType.File;
        }
    }
}
