using System.Collections.Concurrent;
using Serilog;

namespace Actors.Console.Exec;

/// <summary>
/// The runs of programs that are under way: numbers them, and looks after each that is over for what has left its group, soon after and not at once, since one look
/// does for all that ended meanwhile. Safe for concurrent use.
/// </summary>
internal sealed class ProgramRuns : IDisposable
{
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, bool> _underWay = new();
    private readonly Timer _look;
    private long _last;
    private int _isDue;

    public ProgramRuns() => _look = new Timer(_ => Look());

    /// <summary>A run begins.</summary>
    public long Begin()
    {
        var run = Interlocked.Increment(ref _last);
        _underWay[run] = true;
        return run;
    }

    /// <summary>A run is over.</summary>
    public void End(long run)
    {
        _underWay.TryRemove(run, out _);
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            try
            {
                _look.Change(LookAfter, Timeout.InfiniteTimeSpan);
            }
            catch (ObjectDisposedException)
            {
                // The engine has stopped, and looks once more by itself.
            }
        }
    }

    /// <summary>The engine stops: none is under way any more.</summary>
    public void Dispose()
    {
        _look.Dispose();
        if (_last > 0)
        {
            LeftPrograms.KillLeft(static _ => true);
        }
    }

    private void Look()
    {
        Volatile.Write(ref _isDue, 0);
        var last = Volatile.Read(ref _last); // one that begins from here on is not looked at
        var killed = LeftPrograms.KillLeft(run => run <= last && !_underWay.ContainsKey(run));
        if (killed > 0)
        {
            Log.Information("Killed {Count} process(es) that programs had left behind", killed);
        }
    }
}
