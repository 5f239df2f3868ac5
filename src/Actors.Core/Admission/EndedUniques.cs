using System.Diagnostics.CodeAnalysis;
using Actors.Ledger;
using Actors.Storage;

namespace Actors.Admission;

/// <summary>Unique tasks that have ended and still count, each until its period is over. With a store a fact of each stands there.</summary>
/// <remarks>What is over is forgotten when the next one ends or is looked for. Pure; belongs to the ledger.</remarks>
internal sealed class EndedUniques(TaskLedger ledger)
{
    private readonly Dictionary<(TaskType Type, string Key), EndedUnique> _ended = [];
    private readonly PriorityQueue<EndedUnique, long> _byEnd = new();

    /// <summary>How many keys are remembered.</summary>
    public int Count => _ended.Count;

    /// <summary>Whether a task that has ended is remembered.</summary>
    public static bool IsRemembered(UniqueTask unique, TaskState state) =>
        unique.Among == UniqueAmong.LiveOrEnded || (unique.Among == UniqueAmong.LiveOrSucceeded && state == TaskState.Succeeded);

    /// <summary>A task that is remembered has ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="outcome">How.</param>
    /// <param name="bornTicks">When it became real.</param>
    public void Add(TaskRecord task, Outcome outcome, long bornTicks)
    {
        Forget();
        var unique = task.Unique!;
        var ended = new EndedUnique(task.Type, unique.Key, task.Id, bornTicks, bornTicks + unique.Period!.Value.Ticks, outcome.State) { Outcome = outcome };
        if (ended.UntilTicks <= ledger.NowTicks)
        {
            return;
        }

        Remember(ended);
        ledger.Journal?.SetFact(StoredUnique.FactOf(ended.Type.Name, ended.Key), StoredUnique.Of(ended).Write());
    }

    /// <summary>One that stands in a store.</summary>
    /// <exception cref="StoreException">The store is damaged.</exception>
    public void Restore(FactRow fact, Func<string, TaskType> typeOf)
    {
        if (fact.Value is { } json && fact.Key.StartsWith(StoredUnique.Prefix, StringComparison.Ordinal))
        {
            Remember(StoredUnique.Read(fact.Key, json).ToEnded(typeOf));
        }
    }

    /// <summary>The one that counts for a new task.</summary>
    public bool TryFind(TaskType type, UniqueTask unique, [NotNullWhen(true)] out EndedUnique? found)
    {
        found = null;
        if (_ended.Count == 0)
        {
            return false;
        }

        Forget();
        return _ended.TryGetValue((type, unique.Key), out found)
            && IsRemembered(unique, found.State)
            && ledger.NowTicks - found.BornTicks < unique.Period!.Value.Ticks;
    }

    private void Remember(EndedUnique ended)
    {
        _ended[(ended.Type, ended.Key)] = ended;
        _byEnd.Enqueue(ended, ended.UntilTicks);
    }

    private void Forget()
    {
        while (_byEnd.TryPeek(out var over, out var untilTicks) && untilTicks <= ledger.NowTicks)
        {
            _byEnd.Dequeue();
            if (_ended.TryGetValue((over.Type, over.Key), out var last) && last == over)
            {
                _ended.Remove((over.Type, over.Key));
                ledger.Journal?.SetFact(StoredUnique.FactOf(over.Type.Name, over.Key), null);
            }
        }
    }
}

/// <summary>A unique task that has ended.</summary>
internal sealed class EndedUnique(TaskType type, string key, TaskId id, long bornTicks, long untilTicks, TaskState state)
{
    public TaskType Type { get; } = type;

    public string Key { get; } = key;

    public TaskId Id { get; } = id;

    /// <summary>When it became real.</summary>
    public long BornTicks { get; } = bornTicks;

    /// <summary>Until when it is remembered.</summary>
    public long UntilTicks { get; } = untilTicks;

    public TaskState State { get; } = state;

    public required Outcome Outcome { get; init; }
}
