using System.Diagnostics;
using System.Globalization;

namespace Actors.Storage.Victim;

/// <summary>Kills this process, as <c>kill -9</c> would, when a named point is reached for the n-th time: <c>ACTORS_CRASH_AT=POINT:N</c>.</summary>
internal static class Death
{
    private static string? _point;
    private static int _left;

    /// <summary>Where it was asked for; null where it was not.</summary>
    public static string? Point
    {
        get
        {
            if (_point is null && Environment.GetEnvironmentVariable("ACTORS_CRASH_AT") is { } asked)
            {
                var colon = asked.LastIndexOf(':');
                (_point, _left) = (asked[..colon], int.Parse(asked[(colon + 1)..], CultureInfo.InvariantCulture));
            }

            return _point;
        }
    }

    /// <summary>A point is reached. Any thread.</summary>
    public static void At(string point)
    {
        if (point == Point && Interlocked.Decrement(ref _left) == 0)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite); // nothing more is done by whoever came here
        }
    }
}
