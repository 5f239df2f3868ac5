using Akka.Dispatch;

namespace Actors.Coordination;

/// <summary>
/// Lets a thread that has told the coordinator something, and has nothing else to do until that answers, be the one on which it answers. To wake the coordinator's own thread
/// takes the system some microseconds where a processor is idle, and a millisecond or more where it puts the thread behind one that computes.
/// </summary>
/// <remarks>What is handed over is run by its own thread as soon as nobody else does: an actor's messages are handled by one thread at a time whichever it is.</remarks>
internal static class HandOver
{
    /// <summary>So many actors' turns are run here, at most; the others by their own thread.</summary>
    private const int RunsMax = 16;

    [ThreadStatic]
    private static List<(HandOverDispatcher Dispatcher, IRunnable Run)>? _taken;

    [ThreadStatic]
    private static bool _isOpen;

    /// <summary>From here on to <see cref="Close"/>, what this thread tells actors of the coordinator's dispatcher is kept for <see cref="Drain"/>. It must come, and soon.</summary>
    public static void Open() => _isOpen = true;

    public static void Close() => _isOpen = false;

    /// <summary>Runs what was kept, and what follows from it. Not under a lock, and not inside a handler.</summary>
    public static void Drain()
    {
        if (_taken is not { Count: > 0 } taken)
        {
            return;
        }

        var index = 0;
        try
        {
            for (_isOpen = true; index < taken.Count && index < RunsMax;)
            {
                taken[index++].Run.Run();
            }
        }
        finally
        {
            _isOpen = false;
            for (; index < taken.Count; index++)
            {
                taken[index].Dispatcher.Enqueue(taken[index].Run);
            }

            taken.Clear();
        }
    }

    /// <summary>Keeps something, where this thread is about to run it.</summary>
    /// <returns>Whether it is.</returns>
    public static bool TryTake(HandOverDispatcher dispatcher, IRunnable run)
    {
        if (!_isOpen)
        {
            return false;
        }

        (_taken ??= []).Add((dispatcher, run));
        return true;
    }
}
