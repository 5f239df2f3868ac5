using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;

namespace Actors.Control;

/// <summary>A filter whose names have been looked up.</summary>
internal sealed class TaskChoice(TaskFilter filter, Func<string, TaskType> typeOf, TaskType? type, int? pool, long submittedBefore)
{
    private readonly TaskId? _tree = filter.Tree;

    public TaskFilter Filter { get; } = filter;

    /// <summary>Whether it is a whole tree, and nothing else is said.</summary>
    public TaskId? WholeTree => Filter is { Type: null, Pool: null, State: null, OlderThan: null } ? _tree : null;

    /// <exception cref="ArgumentException">There is no such type or pool.</exception>
    public static TaskChoice Of(TaskFilter filter, TaskCatalog catalog, IReadOnlyList<PoolRecord> pools, DateTimeOffset now)
    {
        var type = filter.Type is null ? null : catalog.FindNamed(filter.Type)
            ?? throw new ArgumentException($"There is no task type '{filter.Type}'. The types are {string.Join(", ", catalog.Types.Select(static type => type.Name))}.", nameof(filter));
        var pool = filter.Pool is null ? null : pools.FirstOrDefault(pool => pool.Name == filter.Pool)
            ?? throw new ArgumentException($"There is no pool '{filter.Pool}'. The pools are {string.Join(", ", pools.Select(static pool => pool.Name))}.", nameof(filter));
        return new TaskChoice(filter, catalog.TypeNamed, type, pool?.Index, filter.OlderThan is { } age ? (now - age).UtcTicks : long.MaxValue);
    }

    /// <summary>Whether it may have any that wait in the store alone: they are ready.</summary>
    public bool MayBeReady => Filter.State is null or TaskState.Ready;

    /// <summary>The same of a root that waits in the store alone.</summary>
    public bool Has(in TaskRow root) =>
        MayBeReady
        && (type is null || typeOf(root.Type) == type)
        && (pool is null || typeOf(root.Type).Pool == pool)
        && (_tree is not { } tree || root.Id == tree)
        && root.CreatedAt < submittedBefore;

    public bool Has(TaskRecord task) =>
        !task.State.IsTerminal()
        && (type is null || task.Type == type)
        && (pool is null || task.Type.Pool == pool)
        && (Filter.State is null || task.State == Filter.State)
        && (_tree is not { } tree || task.Tree!.Id == tree)
        && task.Tree!.SubmittedAt < submittedBefore;
}
