using System.Globalization;

namespace Actors.Ledger;

/// <summary>
/// What a tree may use up. The task that would exceed it fails for good: a spawning attempt when it ends, and when it is about to start a task for which no
/// attempt or no time is left.
/// </summary>
internal sealed class Budgets(TaskLedger ledger, Attempts attempts)
{
    private readonly List<TaskRecord> _refused = [];

    /// <summary>Whether the follow-ups of an attempt that has succeeded are too many or too deep.</summary>
    /// <returns>What it has failed with then; null where they are not.</returns>
    public static Failure? Exceeds(TaskRecord task, AttemptDetail? detail)
    {
        if (task.Tree is not { Terms.Budget: { } budget } tree)
        {
            return null;
        }

        var added = CountNew(task, task.Held) + CountNew(task, detail?.Spawned) + (detail?.Join is null ? 0 : 1);
        return added == 0 ? null : Exceeds(tree, budget, task, added);
    }

    /// <inheritdoc cref="Exceeds(TaskRecord, AttemptDetail)"/>
    public static Failure? ExceedsNow(TaskRecord parent) => parent.Tree is { Terms.Budget: { } budget } tree ? Exceeds(tree, budget, parent, 1) : null;

    /// <summary>Whether a task may start; one that may not is to fail, which <see cref="FailRefused"/> does.</summary>
    public bool MayStart(TaskRecord task, TreeTerms terms)
    {
        if (terms.Budget is not { } budget || IsFree(task))
        {
            return true;
        }

        if (terms.Attempts >= budget.Attempts || terms.RanUntil(ledger.NowTicks) >= budget.RunningTime)
        {
            _refused.Add(task);
            return false;
        }

        return true;
    }

    /// <summary>Fails what was not to start. Outside of any choice of tasks, since joins may fire of it.</summary>
    /// <returns>Whether there was any.</returns>
    public bool FailRefused()
    {
        if (_refused.Count == 0)
        {
            return false;
        }

        var refused = _refused.ToArray();
        _refused.Clear();
        foreach (var task in refused)
        {
            if (task.State == TaskState.Ready)
            {
                attempts.FailForGood(task, UsedUp(task, task.Tree!.Terms!), TimeSpan.Zero);
            }
        }

        return true;
    }

    /// <summary>An attempt is given to a worker.</summary>
    public void Start(TaskRecord task, TreeTerms terms)
    {
        if (terms.Budget is not null && !IsFree(task))
        {
            terms.Attempts++;
            ledger.Journal?.Touch(task.Tree!);
        }
    }

    /// <summary>The attempt costs nothing after all.</summary>
    public void TakeBack(TaskRecord task)
    {
        if (task.Tree!.Terms is { Budget: not null } terms && !IsFree(task))
        {
            terms.Attempts--;
            ledger.Journal?.Touch(task.Tree);
        }
    }

    /// <summary>A run has left for its worker: its time begins.</summary>
    public void Begin(TaskRecord task)
    {
        if (task.Tree!.Terms is { Budget.RunningTime: not null } terms && !IsFree(task))
        {
            Count(terms);
            terms.Running.Add(task);
            ledger.Alarms.Set(task.Tree);
        }
    }

    /// <summary>A run is over, however it ended.</summary>
    public void End(TaskRecord task)
    {
        if (task.Tree!.Terms is { Budget.RunningTime: not null } terms)
        {
            Count(terms);
            if (terms.Running.Remove(task))
            {
                ledger.Journal?.Touch(task.Tree);
                ledger.Alarms.Set(task.Tree);
            }
        }
    }

    /// <summary>Tells what runs to end, where the running time is used up.</summary>
    public void Stop(TreeTerms terms)
    {
        if (terms.ExhaustedAt > ledger.NowTicks)
        {
            return;
        }

        foreach (var task in terms.Running.ToArray())
        {
            if (task.Interruption != Interruption.Cancel)
            {
                task.PendingFailure = UsedUp(task, terms);
                ledger.Interrupt(task, Interruption.Cancel);
            }
        }
    }

    /// <summary>Reports how the tree ended: its attempts are nobody's but its own.</summary>
    private static bool IsFree(TaskRecord task) => task.Id == task.Tree!.Id.Completion();

    private static int CountNew(TaskRecord spawner, List<TaskRecord>? children) => children is null ? 0
        : spawner.Early is not { } early ? children.Count
        : children.Count(child => !early.ContainsKey(child.Id));

    private static Failure? Exceeds(TreeRecord tree, TaskBudget budget, TaskRecord task, int added)
    {
        if (tree.Tasks + added > budget.Tasks)
        {
            return Failed(task, $"{budget.Tasks} task(s)", $"it has had {tree.Tasks}, and this {task.Type} would add {added}");
        }

        var depth = (task.ParentPath?.Depth + 1 ?? 0) + 1;
        return depth > budget.Depth ? Failed(task, $"depth {budget.Depth}", $"what this {task.Type} spawns would have a depth of {depth}") : null;
    }

    private Failure UsedUp(TaskRecord task, TreeTerms terms) => terms.Attempts >= terms.Budget!.Attempts
        ? Failed(task, $"{terms.Budget.Attempts} attempt(s)", $"so many have been started, and this {task.Type} would be one more")
        : Failed(task, $"{terms.Budget.RunningTime} of running time", $"its attempts have run for {terms.RanUntil(ledger.NowTicks)}, this {task.Type} at last");

    private static Failure Failed(TaskRecord task, FormattableString limit, FormattableString used) => Attempts.NewFailure(
        task, FailureKind.Budget,
        $"The budget of the tree, {limit.ToString(CultureInfo.InvariantCulture)}, is used up: {used.ToString(CultureInfo.InvariantCulture)}.");

    private void Count(TreeTerms terms)
    {
        terms.Ran = terms.RanUntil(ledger.NowTicks);
        terms.CountedTo = ledger.NowTicks;
    }
}
