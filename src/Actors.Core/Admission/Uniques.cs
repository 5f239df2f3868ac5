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

    /// <summary>What has been decided on tasks that are about to become real: whether they are duplicates.</summary>
    private readonly Dictionary<TaskRecord, bool> _met = [];

    private readonly EndedUniques _ended = new(ledger);
    private ReturningUniques? _returning;
    private bool _isSettling;

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
        _returning = new ReturningUniques();
        foreach (var fact in facts)
        {
            _ended.Restore(fact, typeOf);
            if (fact.Value is { } json && fact.Key.StartsWith(StoredUnique.MeanwhilePrefix, StringComparison.Ordinal))
            {
                var ended = StoredUnique.Read(fact.Key, json).ToEnded(typeOf);
                _returning.Add(new UniqueHolder(ended.Id, ended.BornTicks) { Outcome = ended.Outcome }, ended.Type, ended.Key);
            }
        }
    }

    /// <summary>A live task came back from a store that is to be the only one of a key.</summary>
    /// <param name="task">The task.</param>
    /// <param name="unique">Its key.</param>
    /// <param name="duplicateOf">Null unless it waits: for who had its key when it became real; no id where it became real while others came back, and was yet to meet them.</param>
    public void Return(TaskRecord task, UniqueTask unique, TaskId? duplicateOf)
    {
        _returning ??= new ReturningUniques();
        if (duplicateOf is { } other)
        {
            _returning.AddWaiting(task, other);
            return;
        }

        task.UniqueEntry = new UniqueEntry(task, unique.Key, task.Stored!.CreatedAt);
        if (_returning.Add(new UniqueHolder(task.Id, task.Stored.CreatedAt) { Entry = task.UniqueEntry }, task.Type, unique.Key))
        {
            _entries[(task.Type, unique.Key)] = task.UniqueEntry;
        }
    }

    /// <summary>All are back. Of those that waited each finds the other one, and those that became real meanwhile meet now, or run.</summary>
    public void EndReturn()
    {
        if (_returning is not { } returning)
        {
            return;
        }

        _returning = null;
        foreach (var task in returning.Waiting.Where(static task => !task.State.IsTerminal()))
        {
            if (returning.HolderOf(task) is not { } holder)
            {
                MeetLate(task);
                continue;
            }

            task.DuplicateOf = holder.Id;
            if (holder.Outcome is { } outcome)
            {
                _decided.Enqueue((task, outcome));
            }
            else
            {
                (holder.Entry!.Attached ??= []).Add(task);
            }
        }

        foreach (var task in returning.Strangers.Where(static task => !task.State.IsTerminal()))
        {
            MeetLate(task);
        }

        foreach (var holder in returning.Ended)
        {
            ledger.Journal?.SetFact(StoredUnique.MeanwhilePrefix + holder.Id, null);
        }

        Settle();
    }

    /// <summary>A task is about to become real, and others beside it that come later.</summary>
    public void Meet(TaskRecord task, UniqueTask unique) => _met.Add(task, Judge(task, unique));

    /// <summary>A task becomes real.</summary>
    /// <returns>Whether it is a duplicate, and waits. What is decided on it is carried out by <see cref="Settle"/>.</returns>
    public bool IsDuplicate(TaskRecord task, UniqueTask unique) => _met.Remove(task, out var isDuplicate) ? isDuplicate : Judge(task, unique);

    /// <summary>Whose outcome a duplicate waits for; null where it is none, or where that is not known before all live tasks are back.</summary>
    public TaskRecord? OtherOf(TaskRecord task) => task is not { DuplicateOf: { } other, Unique: { } unique } ? null
        : _entries.TryGetValue((task.Type, unique.Key), out var entry) && entry.Attached?.Contains(task) == true ? entry.Task
        : ledger.FindTask(other); // has its key no more: its period was over when another one came

    /// <summary>
    /// Carries out what was decided: behind the registration of all that the step makes, and before a join of theirs decides; and of what has attached to a task that has ended, once
    /// all has ended that ends with that.
    /// </summary>
    public void Settle()
    {
        if (_isSettling)
        {
            return; // the loop below, further up the stack, goes on with it
        }

        _isSettling = true;
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

        _isSettling = false;
    }

    /// <summary>A task has ended: who has attached to it ends with it.</summary>
    public void Ended(TaskRecord task, Outcome outcome)
    {
        if (task.UniqueEntry is not { } entry || entry.Task != task)
        {
            return;
        }

        task.UniqueEntry = null;
        if (_returning?.Find(task.Id) is { } holder)
        {
            holder.Outcome = outcome; // and should the process die before all are back, the next one knows of it
            ledger.Journal?.SetFact(StoredUnique.MeanwhilePrefix + task.Id, StoredUnique.Of(new EndedUnique(task.Type, entry.Key, task.Id, entry.BornTicks, 0, outcome.State) { Outcome = outcome }).Write());
        }

        if (_entries.TryGetValue((task.Type, entry.Key), out var current) && current == entry)
        {
            _entries.Remove((task.Type, entry.Key));
            if (EndedUniques.IsRemembered(task.Unique!, outcome.State))
            {
                _ended.Add(task, outcome, entry.BornTicks);
            }
        }

        foreach (var attached in entry.Attached ?? [])
        {
            _decided.Enqueue((attached, outcome));
        }
    }

    private bool Judge(TaskRecord task, UniqueTask unique)
    {
        if (_returning is not null)
        {
            _returning.Strangers.Add(task);
            task.DueAtTicks = ledger.DueOf(task);
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
                other.UniqueEntry = null;
                task.UniqueEntry = entry;
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

    /// <summary>A task that had to wait until all were back.</summary>
    private void MeetLate(TaskRecord task)
    {
        if (!Judge(task, task.Unique!))
        {
            task.DuplicateOf = null;
            ledger.Admit(task); // nobody has its key
        }
    }

    /// <summary>In another process than this one only an attempt that counts is known of, or one that has spawned something at once.</summary>
    private static bool HasStarted(TaskRecord task) => task.Run > 0 || task.AttemptNumber > 0 || task.Early is not null || task.State is not (TaskState.Ready or TaskState.Scheduled);

    private bool Counts(UniqueEntry entry, UniqueTask unique) =>
        (unique.Among != UniqueAmong.NotStarted || !HasStarted(entry.Task))
        && (unique.Period is not { } period || ledger.NowTicks - entry.BornTicks < period.Ticks);

    private void Take(TaskRecord task, UniqueTask unique, long bornTicks) =>
        _entries[(task.Type, unique.Key)] = task.UniqueEntry = new UniqueEntry(task, unique.Key, bornTicks);

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

            foreach (var attached in step.UniqueEntry?.Attached ?? [])
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
