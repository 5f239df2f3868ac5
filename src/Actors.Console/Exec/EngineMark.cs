using System.Globalization;

namespace Actors.Console.Exec;

/// <summary>
/// Names this process in the environment of every program that it starts, and in the folder of their files: by its number, when it started, and the space in
/// which that number counts. So whoever finds a program or a folder knows whether the engine that made it is still there. Immutable.
/// </summary>
/// <param name="Space">Whose programs they are, and in which namespace of process numbers: containers have their own.</param>
/// <param name="Process">The number.</param>
/// <param name="StartedAt">When it started, in ticks since the machine did.</param>
internal readonly record struct EngineMark(string Space, int Process, ulong StartedAt)
{
    /// <summary>This process.</summary>
    public static EngineMark Own { get; } = new(OwnSpace(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>Whether that process is there, or may be where this one cannot see.</summary>
    public bool IsAlive => Space != Own.Space || StartOf(Process) == StartedAt;

    /// <summary>As it stands in the environment.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Space}.{Process}.{StartedAt}");

    /// <summary>Reads <see cref="ToString"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EngineMark mark)
    {
        mark = default;
        var parts = text.ToString().Split('.');
        if (parts is not [var space, var process, var started]
            || !int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !ulong.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt))
        {
            return false;
        }

        mark = new EngineMark(space, number, startedAt);
        return true;
    }

    /// <summary>When a process started; null where there is none.</summary>
    public static ulong? StartOf(int process)
    {
        const int StartField = 19; // the 22nd of proc(5), counted behind the name, which may hold anything
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : ulong.Parse(fields[StartField], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string OwnSpace()
    {
        var user = string.Create(CultureInfo.InvariantCulture, $"u{ProcessCalls.EffectiveUser()}");
        try
        {
            // "pid:[4026531836]": the digits are enough, and fit into a name of a file.
            return user + "n" + string.Concat(new FileInfo("/proc/self/ns/pid").LinkTarget?.Where(char.IsAsciiDigit) ?? []);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return user;
        }
    }
}
