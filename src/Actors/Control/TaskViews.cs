using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;

namespace Actors.Control;

/// <summary>What people see of single tasks: live ones as the ledger has them, roots that have ended as they stand in the store. Belongs to the coordinator.</summary>
internal sealed class TaskViews(TaskLedger ledger, TaskCatalog catalog, DurableLedger? durable, Func<DrainMode?> draining)
{
    public TaskSummary Summary(TaskRecord task) => new(
        task.Id, task.RootId, task.Type.Name, task.Type.Pool == TaskType.Nowhere ? null : ledger.Pools[task.Type.Pool].Name, task.State, task.AttemptNumber, task.Priority);

    public TaskSummary Summary(in TaskRow root) => new(root.Id, root.Id, root.Type, PoolOf(root.Type), root.State, root.Attempt, PriorityOf(in root));

    public void Show(ShowTask show) => WhenKnown(show.Id, () => ShowKnown(show));

    public void Explain(ExplainTask explain, DateTimeOffset now) => WhenKnown(explain.Id, () => ExplainKnown(explain, now));

    /// <summary>Of workers that run ahead the task may be one: they are asked first.</summary>
    private void WhenKnown(TaskId id, Action then)
    {
        if (ledger.Knows(id))
        {
            then();
        }
        else
        {
            ledger.WhenAllIsKnown(then);
        }
    }

    private void ShowKnown(ShowTask show)
    {
        if (ledger.FindTask(show.Id) is { } task)
        {
            show.Found.Set(Details(task));
        }
        else if (durable is null)
        {
            show.Found.Set(null);
        }
        else
        {
            durable.Ask(
                show.Id,
                row => show.Found.Set(Details(in row)),
                () => show.Found.Set(ledger.FindTask(show.Id) is { } live ? Details(live) : null),
                row => show.Found.Set(Details(in row) with { Tree = new TreeDetails { Live = 1, Succeeded = 0, Failed = 0, Cancelled = 0, SubmittedAt = At(row.CreatedAt)!.Value } }));
        }
    }

    private void ExplainKnown(ExplainTask explain, DateTimeOffset now)
    {
        if (ledger.FindTask(explain.Id) is { } task)
        {
            explain.Told.Set(Why(task, now));
        }
        else if (ledger.Trees.FirstOrDefault(tree => tree.Completion?.Id == explain.Id) is { } tree)
        {
            explain.Told.Set(new WhyNot
            {
                Id = explain.Id,
                RootId = tree.Id,
                Type = tree.Completion!.Type.Name,
                State = TaskState.Waiting,
                Reasons = [new WaitReason.TreeNotDone(tree.Live)],
            });
        }
        else if (durable is null)
        {
            explain.Told.Set(null);
        }
        else if (durable.IsRecovering)
        {
            explain.Told.Set(new WhyNot { Id = explain.Id, RootId = explain.Id, Reasons = [new WaitReason.NotBackYet(durable.Name)] });
        }
        else
        {
            durable.Ask(
                explain.Id,
                row =>
                {
                    var ended = Details(in row);
                    explain.Told.Set(new WhyNot
                    {
                        Id = row.Id,
                        RootId = row.Id,
                        Type = row.Type,
                        State = row.State,
                        Reasons = [new WaitReason.HasEnded(row.State, ended.Failure, ended.EndedAt)],
                    });
                },
                () => explain.Told.Set(ledger.FindTask(explain.Id) is { } live ? Why(live, now) : null),
                row => explain.Told.Set(new WhyNot
                {
                    Id = row.Id,
                    RootId = row.Id,
                    Type = row.Type,
                    State = row.State,
                    Reasons = [.. new Explanations(ledger).OfWaiting(catalog.TypeNamed(row.Type)), new WaitReason.InStore(durable.Name, ledger.Backlog!.CountLike(in row))],
                }));
        }
    }

    private WhyNot Why(TaskRecord task, DateTimeOffset now)
    {
        var reasons = new List<WaitReason>();
        var isHeld = task.State is not TaskState.Running && !task.State.IsTerminal();
        if (isHeld && draining() is { } mode && mode != DrainMode.FinishTrees)
        {
            reasons.Add(new WaitReason.Draining(mode.ToString()));
        }

        if (isHeld && durable?.Progress(now) is { AwayFor: { } away } store)
        {
            reasons.Add(new WaitReason.StoreAway(store.Store, away));
        }

        if (durable is not null && task.Tree is { Stored.IsLoading: true })
        {
            reasons.Add(new WaitReason.NotBackYet(durable.Name));
        }

        reasons.AddRange(new Explanations(ledger).Of(task, now).Where(reason => reasons.Count == 0 || reason is not WaitReason.Next));
        return new WhyNot { Id = task.Id, RootId = task.RootId, Type = task.Type.Name, State = task.State, Reasons = reasons };
    }

    private TaskDetails Details(TaskRecord task) => new()
    {
        Task = Summary(task),
        Path = TaskPath.From(task.Id, task.ParentPath),
        DueAt = task.State == TaskState.Scheduled ? At(task.DueAtTicks) : null,
        Losses = task.Losses,
        CreatedAt = task.Stored is { } stored ? At(stored.CreatedAt) : null,
        Tree = Details(task.Tree!),
    };

    private TreeDetails Details(TreeRecord tree) => new()
    {
        Live = tree.Live,
        Succeeded = tree.Succeeded,
        Failed = tree.Failed,
        Cancelled = tree.Cancelled,
        SubmittedAt = At(tree.SubmittedAt)!.Value,
        DeadlineAt = tree.Terms is { DeadlineAt: not long.MaxValue } terms ? At(terms.DeadlineAt) : null,
        Budget = tree.Terms?.Budget,
        AttemptsUsed = tree.Terms?.Attempts ?? 0,
        RunningTimeUsed = tree.Terms?.RanUntil(ledger.NowTicks) ?? TimeSpan.Zero,
        Pause = tree.Pause,
    };

    private TaskDetails Details(in TaskRow row) => new()
    {
        Task = Summary(in row),
        Path = [row.Id],
        Losses = row.Losses,
        Failure = row.State == TaskState.Failed ? StoredOutcomes.Of(in row, catalog.TypeNamed(row.Type)).Failure : null,
        CreatedAt = At(row.CreatedAt),
        EndedAt = At(row.EndedAt),
    };

    private string? PoolOf(string type) => catalog.FindNamed(type) is { Pool: not TaskType.Nowhere } known ? ledger.Pools[known.Pool].Name : null;

    private int PriorityOf(in TaskRow row) =>
        (row.Options is null ? null : StoreJson.ReadOptions(row.Options).Priority) ?? catalog.FindNamed(row.Type)?.Priority ?? TaskPriority.Default;

    private static DateTimeOffset? At(long ticks) => ticks == TaskRow.None ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}
