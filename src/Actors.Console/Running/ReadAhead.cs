namespace Actors.Console.Running;

/// <summary>How far reading may be ahead of running: so many lines, and so many bytes of them, whichever comes first; one line always may. For one who enters and any who leave.</summary>
internal sealed class ReadAhead(int linesMax, long bytesMax)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private int _lines;
    private long _bytes;

    /// <summary>Waits until there is room, and takes it.</summary>
    public async ValueTask EnterAsync(int bytes, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_lines == 0 || (_lines < linesMax && _bytes + bytes <= bytesMax))
                {
                    _lines++;
                    _bytes += bytes;
                    return;
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Gives room back.</summary>
    public void Leave(int bytes)
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _lines--;
            _bytes -= bytes;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    /// <summary>Waits until all have left.</summary>
    public async Task EmptyAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_lines == 0)
                {
                    return;
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
