namespace Actors.Ledger;

/// <summary>Of a record that a worker has made and runs itself.</summary>
internal enum AheadState : byte
{
    /// <summary>It is the ledger's, or is ready with its worker.</summary>
    None,

    /// <summary>It has ended with success, and the ledger will never see it.</summary>
    Gone,

    /// <summary>It is being told: it has started, and its end is in the same report or comes later.</summary>
    Running,

    /// <summary>It is being told: it stays with its worker as if it had been assigned.</summary>
    Kept,
}

/// <summary>How many tasks of each type have come and gone with a worker, and how long their attempts took.</summary>
internal sealed class AheadCounts
{
    /// <summary>None.</summary>
    public static readonly AheadCounts None = new();

    private (TaskType Type, long Succeeded, long Ticks, int Measured)[] _counts = new (TaskType, long, long, int)[2];
    private int _types;

    /// <summary>By type.</summary>
    public ReadOnlySpan<(TaskType Type, long Succeeded, long Ticks, int Measured)> All => _counts.AsSpan(0, _types);

    /// <summary>Counts an attempt.</summary>
    /// <param name="type">Its task's type.</param>
    /// <param name="succeeded">1 where the task has succeeded with it; 0 where it waits for its join.</param>
    /// <param name="elapsed">How long it took; <see cref="AttemptEnd.NotMeasured"/> where there was none.</param>
    public void Add(TaskType type, int succeeded, TimeSpan elapsed)
    {
        var index = 0;
        while (index < _types && _counts[index].Type != type)
        {
            index++;
        }

        if (index == _types)
        {
            if (_types == _counts.Length)
            {
                Array.Resize(ref _counts, _types * 2);
            }

            _counts[_types++].Type = type;
        }

        ref var count = ref _counts[index];
        count.Succeeded += succeeded;
        if (elapsed >= TimeSpan.Zero)
        {
            count.Ticks += elapsed.Ticks;
            count.Measured++;
        }
    }
}
