using System.Globalization;
using System.Text;

namespace Actors.Console.Exec;

/// <summary>
/// Finds programs by the variables that were given to them, wherever they have gone since: into a session of their own, below another parent, or into the hands of
/// init because their engine was killed. What has also cleared its environment cannot be found.
/// </summary>
internal static class LeftPrograms
{
    /// <summary>The variable that names the engine; see <see cref="EngineMark"/>.</summary>
    public const string EngineVariable = "ACTORS_ENGINE";

    /// <summary>The variable that names the task.</summary>
    public const string TaskVariable = "ACTORS_TASK";

    /// <summary>The variable that tells one run of a task from another: of this engine, counted from 1.</summary>
    public const string RunVariable = "ACTORS_RUN";

    /// <summary>Kills what an engine has left that is not there any more.</summary>
    /// <returns>How many.</returns>
    public static int KillOrphans() => Kill(static (engine, _) => !engine.IsAlive);

    /// <summary>Kills what runs of this engine have left that are over.</summary>
    /// <param name="isOver">Whether a run is.</param>
    /// <returns>How many.</returns>
    public static int KillLeft(Func<long, bool> isOver) => Kill((engine, run) => engine == EngineMark.Own ? isOver(run) : !engine.IsAlive);

    /// <summary>Again until none is found: one may have made another meanwhile.</summary>
    private static int Kill(Func<EngineMark, long, bool> isLeft)
    {
        const int RoundsMax = 10;
        var killed = new HashSet<int>(); // one that is dying can still be found
        for (var round = 0; round < RoundsMax; round++)
        {
            var before = killed.Count;
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && IsLeft(process, isLeft) && Kill(process, isLeft))
                {
                    killed.Add(process);
                }
            }

            if (killed.Count == before)
            {
                break;
            }
        }

        return killed.Count;
    }

    /// <summary>By a descriptor, and looked at once more: a number may have become another's since.</summary>
    private static bool Kill(int process, Func<EngineMark, long, bool> isLeft)
    {
        var descriptor = ProcessCalls.OpenPid(process);
        if (descriptor < 0)
        {
            return IsLeft(process, isLeft) && ProcessCalls.Signal(process, ProcessCalls.Kill) == 0; // a kernel before 5.3 has none
        }

        var killed = IsLeft(process, isLeft) && ProcessCalls.SignalPid(descriptor, ProcessCalls.Kill) == 0;
        _ = ProcessCalls.Close(descriptor);
        return killed;
    }

    private static bool IsLeft(int process, Func<EngineMark, long, bool> isLeft)
    {
        if (process == Environment.ProcessId || EnvironmentOf(process) is not { Length: > 0 } environment)
        {
            return false;
        }

        return Find(environment, EngineVariable) is { } engine && EngineMark.TryParse(engine, out var mark)
            && Find(environment, RunVariable) is { } run && long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && isLeft(mark, number);
    }

    private static string? Find(ReadOnlySpan<byte> environment, string variable)
    {
        var name = Encoding.ASCII.GetBytes($"\0{variable}=");
        var at = environment.StartsWith(name.AsSpan(1)) ? -1 : environment.IndexOf(name);
        if (at < 0 && !environment.StartsWith(name.AsSpan(1)))
        {
            return null;
        }

        var value = environment[(at + name.Length)..];
        var end = value.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? value : value[..end]);
    }

    /// <summary>Empty where it is another user's, has ended, or is the kernel's.</summary>
    private static byte[] EnvironmentOf(int process)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{process}/environ");
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
