using Actors.Ledger;
using Actors.Storage;

namespace Actors.Admission;

/// <summary>
/// Strict order: of the tasks of one key the next may run when the one before it has succeeded or failed for good. A task takes its place when it becomes real and
/// keeps it while it is not due, rests or is tried again. It gives it up when its handler has ended with a join: the order waits for no join. A join of such a type
/// takes its place when it fires, a fold with each of its steps: while they wait for others, those might stand behind them.
/// </summary>
internal sealed class Sequences(TaskLedger ledger)
{
    private readonly Dictionary<(OrderRule Rule, string Key), Sequence> _byKey = [];
    private List<TaskRecord>? _returning;
    private long _lastBirth;

    /// <summary>Whether any task stands in an order.</summary>
    public bool IsEmpty => _byKey.Count == 0 && _returning is null;

    /// <summary>Tasks come back from a store, in another order than that in which they became real: nobody's turn comes until all are back.</summary>
    public void BeginReturn() => _returning = [];

    /// <summary>All are back.</summary>
    public void EndReturn()
    {
        if (_returning is not { } returned)
        {
            return;
        }

        _returning = null;
        returned.Sort(static (one, other) => PlaceOf(one).CompareTo(PlaceOf(other)));
        foreach (var task in returned)
        {
            if (!task.Gated!.HasLeft)
            {
                Add(task);
            }
        }

        foreach (var sequence in _byKey.Values.ToArray())
        {
            Offer(sequence);
        }
    }

    /// <summary>When a task became real, for its row. No two that keep an order have the same, in microseconds, as stores have them: so their rows tell the order.</summary>
    public long BirthOf(TaskRecord task) =>
        task.Type.Gates?.Order is null ? ledger.NowTicks : _lastBirth = Math.Max(ledger.NowTicks, _lastBirth + TimeSpan.TicksPerMicrosecond);

    /// <summary>A task becomes real, a join fires, or either comes back. Once for all.</summary>
    public void Enter(TaskRecord task)
    {
        if (task.Type.Gates is not { Order: not null } gates || KeyOf(task, gates) is null)
        {
            return;
        }

        if (task.Gated!.HasEntered)
        {
            return;
        }

        task.Gated.HasEntered = true;
        if (_returning is null)
        {
            Add(task);
            return;
        }

        _lastBirth = Math.Max(_lastBirth, task.Stored!.CreatedAt);
        _returning.Add(task);
    }

    /// <summary>Whether a task that is ready may go on.</summary>
    public bool HasTurn(TaskRecord task)
    {
        if (KeyOf(task, task.Type.Gates!) is null)
        {
            return true;
        }

        return _returning is null && (task.Gated!.HasLeft || task.Gated.Sequence?.First == task);
    }

    /// <summary>A task has ended, or ends with a join.</summary>
    public void Leave(TaskRecord task)
    {
        if (task.Gated is not { HasLeft: false } gated)
        {
            return;
        }

        gated.HasLeft = true;
        if (gated.Sequence is { } sequence && sequence.First == task)
        {
            sequence.Advance();
            Offer(sequence);
        }
    }

    /// <summary>A step of a fold has ended and is not its last: it has a place again when it next fires.</summary>
    public void StepAside(JoinRecord fold)
    {
        Leave(fold);
        if (fold.Gated is { } gated)
        {
            (gated.HasEntered, gated.HasLeft, gated.Sequence) = (false, false, null);
        }
    }

    /// <summary>When a task that has come back took its place. The row of a join or a completion task was made before it did: it stands behind the others.</summary>
    private static (bool IsLate, long At) PlaceOf(TaskRecord task) =>
        (task is JoinRecord || task.Stored!.Flags.HasFlag(TaskFlags.Completion), task.Stored!.CreatedAt);

    private static string? KeyOf(TaskRecord task, TypeGates gates) => gates.Order is null ? null : task.Gated?.Sequence?.Key ?? task.KeysOf(gates)[^1];

    private void Add(TaskRecord task)
    {
        var rule = task.Type.Gates!.Order!.Rule;
        var key = task.KeysOf(task.Type.Gates)[^1]!;
        if (!_byKey.TryGetValue((rule, key), out var sequence))
        {
            _byKey.Add((rule, key), sequence = new Sequence(rule, key));
        }

        task.Gated!.Sequence = sequence;
        sequence.Add(task);
    }

    private void Offer(Sequence sequence)
    {
        if (sequence.First is not { } first)
        {
            _byKey.Remove((sequence.Rule, sequence.Key));
        }
        else if (first.State == TaskState.Ready)
        {
            ledger.PushReady(first);
        }
    }
}
