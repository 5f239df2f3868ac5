using Actors.Ledger;
using Actors.Storage;

namespace Actors.Admission;

/// <summary>
/// Tasks that are the only ones of their type with a key. A duplicate is a task of its own tree like any other, waits like a join, with no worker and no permit, and
/// ends once: as the other one does, or cancelled at once.
/// </summary>
internal sealed class Uniques(TaskLedger ledger)
{
    private readonly Dictionary<(TaskType Type, string Key), UniqueEntry> _entries = [];

    /// <summary>What the present step has decided and carries out when all that it makes is registered.</summary>
    private readonly Queue<(TaskRecord Task, Outcome? Outcome)> _decided = new();

    private readonly EndedUniques _ended = new(ledger);
    private List<TaskRecord>? _returning;
    private Dictionary<(TaskType Type, string Key), Outcome>? _endedMeanwhile;

    /// <summary>How many keys are taken by live tasks.</summary>
    public int Count => _entries.Count;

    /// <summary>How many keys are taken by tasks that have ended.</summary>
    public int Remembered => _ended.Count;

    /// <summary>Tasks come back from a store: who is a duplicate of whom is known when all are back.</summary>
    /// <param name="facts">What of those that have ended stands there.</param>
    /// <param name="typeOf">The type of a name.</param>
    /// <exception cref="StoreException">The store is damaged.</exception>
    public void BeginReturn(IReadOnlyList<FactRow> facts, Func<string, TaskType> typeOf)
    {
        (_returning, _endedMeanwhile) = ([], []);
        foreach (var fact in facts)
        {
            _ended.Restore(fact, typeOf);
        }
    }

    /// <summary>A live task came back from a store.</summary>
    /// <param name="task">The task.</param>
    /// <param name="isDuplicate">Whether it waits for another one.</param>
    public void Return(TaskRecord task, bool isDuplicate)
    {
        if (task.Options?.Unique is not { } unique)
        {
            return;
        }

        if (isDuplicate)
        {
            (_returning ??= []).Add(task);
        }
        else if (!_entries.TryGetValue((task.Type, unique.Key), out var entry) || entry.BornTicks <= task.Stored!.CreatedAt)
        {
            Take(task, unique, task.Stored!.CreatedAt);
        }
    }

    /// <summary>All are back. Of those that waited, and of those that became real meanwhile, each finds the other one, or runs.</summary>
    public void EndReturn()
    {
        if (_returning is not { } returning)
        {
            return;
        }

        var ended = _endedMeanwhile ?? [];
        (_returning, _endedMeanwhile) = (null, null);
        foreach (var task in returning)
        {
            if (task.State.IsTerminal())
            {
                continue;
            }

            if (ended.TryGetValue((task.Type, task.Options!.Unique!.Key), out var outcome))
            {
                _decided.Enqueue((task, outcome));
            }
            else if (!IsDuplicate(task, task.Options.Unique))
            {
                task.DuplicateOf = null;
                ledger.Sequences.Enter(task); // nobody has its key any more: it runs by itself
                ledger.Journal?.Touch(task);
                ledger.MakeReady(task);
            }
        }

        Settle();
    }

    /// <summary>A task becomes real.</summary>
    /// <returns>Whether it is a duplicate, and waits. What is decided on it is carried out by <see cref="Settle"/>.</returns>
    public bool IsDuplicate(TaskRecord task, UniqueTask unique)
    {
        if (_returning is not null)
        {
            _returning.Add(task);
            return true;
        }

        if (!_entries.TryGetValue((task.Type, unique.Key), out var entry) || !Counts(entry, unique))
        {
            if (_ended.TryFind(task.Type, unique, out var ended))
            {
                task.DuplicateOf = ended.Id;
                _decided.Enqueue((task, unique.WhenDuplicate == WhenDuplicate.Attach ? ended.Outcome : task.Type.Cancelled));
                return true;
            }

            Take(task, unique, ledger.NowTicks);
            return false;
        }

        var other = entry.Task;
        switch (unique.WhenDuplicate)
        {
            case WhenDuplicate.Replace when !HasStarted(other):
                (entry.Task, entry.BornTicks) = (task, ledger.NowTicks);
                other.Unique = null;
                task.Unique = entry;
                _decided.Enqueue((other, null));
                return false;
            case WhenDuplicate.Attach when WaitsFor(other, task):
                _decided.Enqueue((task, task.Type.Failed(Attempts.NewFailure(
                    task,
                    FailureKind.Permanent,
                    $"The task would attach to {other.Type} {other.Id}, which has the unique key '{unique.Key}', and that waits for this one: neither would end."))));
                break;
            case WhenDuplicate.Attach:
                (entry.Attached ??= []).Add(task);
                break;
            default:
                _decided.Enqueue((task, task.Type.Cancelled));
                break;
        }

        task.DuplicateOf = other.Id;
        return true;
    }

    /// <summary>Whose outcome a duplicate waits for; null where it is none, or where that is not known before all live tasks are back.</summary>
    public TaskRecord? OtherOf(TaskRecord task) => task is not { DuplicateOf: { } other, Options.Unique: { } unique } ? null
        : _entries.TryGetValue((task.Type, unique.Key), out var entry) && entry.Attached?.Contains(task) == true ? entry.Task
        : ledger.FindTask(other); // has its key no more: its period was over when another one came

    /// <summary>Carries out what was decided: behind the registration of all that the step makes, and before a join of theirs decides.</summary>
    public void Settle()
    {
        while (_decided.TryDequeue(out var next))
        {
            if (next.Outcome is { } outcome)
            {
                ledger.Endings.End(next.Task, outcome);
            }
            else
            {
                ledger.Endings.Cancel(next.Task);
            }
        }
    }

    /// <summary>A task has ended: who has attached to it ends with it.</summary>
    public void Ended(TaskRecord task, Outcome outcome)
    {
        if (task.Unique is not { } entry || entry.Task != task)
        {
            return;
        }

        task.Unique = null;
        if (_entries.TryGetValue((task.Type, entry.Key), out var current) && current == entry)
        {
            _entries.Remove((task.Type, entry.Key));
            _endedMeanwhile?[(task.Type, entry.Key)] = outcome;
            if (EndedUniques.IsRemembered(task.Options!.Unique!, outcome.State))
            {
                _ended.Add(task, outcome, entry.BornTicks);
            }
        }

        foreach (var attached in entry.Attached ?? [])
        {
            if (!attached.State.IsTerminal())
            {
                ledger.Endings.End(attached, outcome);
            }
        }
    }

    private static bool HasStarted(TaskRecord task) => task.Run > 0 || task.Attempt > 0 || task.State is not (TaskState.Ready or TaskState.Scheduled);

    private bool Counts(UniqueEntry entry, UniqueTask unique) =>
        (unique.Among != UniqueAmong.NotStarted || !HasStarted(entry.Task))
        && (unique.Period is not { } period || ledger.NowTicks - entry.BornTicks < period.Ticks);

    private void Take(TaskRecord task, UniqueTask unique, long bornTicks) =>
        _entries[(task.Type, unique.Key)] = task.Unique = new UniqueEntry(task, unique.Key, bornTicks);

    /// <summary>
    /// Whether a task ends only after another one has: followed upwards, from what is waited for to who waits. A task that was spawned early counts as one that its
    /// parent will join, since it may.
    /// </summary>
    private static bool WaitsFor(TaskRecord waiting, TaskRecord task)
    {
        var seen = new HashSet<TaskRecord>();
        var next = new Stack<TaskRecord>();
        next.Push(task);
        while (next.TryPop(out var step))
        {
            if (step == waiting)
            {
                return true;
            }

            if (!seen.Add(step))
            {
                continue;
            }

            var above = step is JoinRecord join ? join.Owner
                : step.Join is { } feeds ? (feeds.IsDecided ? null : feeds.Owner)
                : step.Parent is TaskRecord { Early: { } early } parent && early.ContainsKey(step.Id) ? parent
                : null;
            if (above is not null)
            {
                next.Push(above);
            }

            foreach (var attached in step.Unique?.Attached ?? [])
            {
                if (!attached.State.IsTerminal())
                {
                    next.Push(attached);
                }
            }
        }

        return false;
    }
}
