namespace Actors.Ledger;

/// <summary>
/// What people have paused. Nothing of a paused pool, type or tree starts; what runs goes on. Pausing and resuming touch no task: a pool is passed over, the
/// stacks of a tree leave their rounds, and the ready tasks of a type are set aside when it would be their turn.
/// </summary>
internal sealed class Pauses(TaskLedger ledger, WorkerWatch watch)
{
    /// <summary>How many set aside tasks come back in one step, and how many are set aside in one, at most: so that a step stays short.</summary>
    public const int TasksInStepMax = 4096;

    private readonly List<TasksAside> _returning = [];
    private int _left = TasksInStepMax;

    /// <summary>Whether there is more to set aside, or to bring back, than one step does: the next goes on with it.</summary>
    public bool HasMore => _returning.Count > 0 || _left <= 0;

    /// <summary>A step begins in which tasks are taken: some of what was set aside comes back.</summary>
    public void BeginStep()
    {
        _left = TasksInStepMax;
        Return();
    }

    /// <summary>One is about to be set aside.</summary>
    /// <returns>Whether this step may do that yet.</returns>
    public bool TakeOne() => _left > 0 && --_left >= 0;

    /// <summary>Whether a task must not start. Of a pool that is not asked: nobody looks into one that is paused.</summary>
    public static bool Holds(TaskRecord task) => task.Type.Aside is not null || task.Tree!.IsHeld;

    /// <summary>Keeps a task that stood in no stack of its tree until its pause ends.</summary>
    public static void SetAside(TaskRecord task) => (task.Type.Aside ?? (task.Tree!.Aside ??= new TasksAside(task.Tree.Pause))).Add(task);

    /// <summary>How many live trees are paused.</summary>
    public int Trees { get; private set; }

    /// <summary>A paused tree comes back from a store.</summary>
    public void Restored() => Trees++;

    /// <summary>A tree has ended.</summary>
    public void Ended(TreeRecord tree) => Trees -= tree.Pause is null ? 0 : 1;

    /// <returns>Whether it was not paused.</returns>
    public bool Set(PoolRecord pool, Pause pause)
    {
        if (pool.Pause is not null)
        {
            return false;
        }

        pool.Pause = pause;
        watch.HoldBack(run => run.Task.Type.Pool == pool.Index);
        return true;
    }

    /// <returns>Whether it was paused.</returns>
    public static bool End(PoolRecord pool)
    {
        var isPaused = pool.Pause is not null;
        pool.Pause = null;
        return isPaused;
    }

    /// <inheritdoc cref="Set(PoolRecord, Pause)"/>
    public bool Set(TaskType type, Pause pause)
    {
        if (type.Aside is not null)
        {
            return false;
        }

        type.Aside = new TasksAside(pause);
        watch.HoldBack(run => run.Task.Type == type, type.Pool);
        return true;
    }

    /// <inheritdoc cref="End(PoolRecord)"/>
    public bool End(TaskType type)
    {
        if (type.Aside is not { } aside)
        {
            return false;
        }

        type.Aside = null;
        if (aside.Top is not null)
        {
            _returning.Add(aside);
        }

        return true;
    }

    /// <inheritdoc cref="Set(PoolRecord, Pause)"/>
    public bool Set(TreeRecord tree, Pause pause)
    {
        if (tree.Pause is not null)
        {
            return false;
        }

        tree.Pause = pause;
        Trees++;
        ledger.Journal?.Touch(tree);
        watch.HoldBack(run => run.Task.Tree == tree);
        return true;
    }

    /// <inheritdoc cref="End(PoolRecord)"/>
    public bool End(TreeRecord tree)
    {
        if (tree.Pause is null)
        {
            return false;
        }

        tree.Pause = null;
        Trees--;
        if (tree.Aside is { Top: not null } aside)
        {
            _returning.Add(aside);
        }

        tree.Aside = null;
        ledger.Journal?.Touch(tree);
        ledger.Ready.Return(tree);
        return true;
    }

    /// <summary>Who has paused the task, its pool, its type or its tree; null where nobody has.</summary>
    public Pause? Of(TaskRecord task) => PoolOf(task)?.Pause ?? task.Type.Pause ?? task.Tree!.Pause;

    private PoolRecord? PoolOf(TaskRecord task) => task.Type.Pool == TaskType.Nowhere ? null : ledger.Pools[task.Type.Pool];

    /// <summary>Puts some of what was set aside back where it was: the last that left its stack is the first that returns to it.</summary>
    private void Return()
    {
        for (; _left > 0 && _returning.Count > 0; _left--)
        {
            if (_returning[^1].Take() is not { } task)
            {
                _returning.RemoveAt(_returning.Count - 1);
            }
            else if (task.State == TaskState.Ready)
            {
                ledger.Pools[task.Type.Pool].Ready--; // counted in again by the next line, unless it stands in line for a limit
                ledger.PushReady(task);
            }
        }
    }
}

/// <summary>The ready tasks of a paused type that would have had their turn, in a chain of their own.</summary>
internal sealed class TasksAside(Pause? pause)
{
    public Pause? Pause { get; } = pause;

    /// <summary>The one that was set aside last.</summary>
    public TaskRecord? Top { get; private set; }

    public void Add(TaskRecord task)
    {
        task.NextReady = Top;
        Top = task;
    }

    public TaskRecord? Take()
    {
        var task = Top;
        Top = task?.NextReady;
        task?.NextReady = null;
        return task;
    }
}
