using System.Diagnostics;

namespace Actors.Ledger;

/// <summary>
/// The workers there are, and what is to happen to each by when: a recall after its slice, a timeout, the end of the grace time. Times belong to
/// workers and not to tasks, so there are never more of them than workers.
/// </summary>
internal sealed class WorkerWatch(TaskLedger ledger, Attempts attempts)
{
    private readonly List<WorkerRecord> _workers = [];

    /// <summary>When to check next; never later than the first time that counts, and now and then earlier.</summary>
    public long NextCheckTicks { get; private set; } = long.MaxValue;

    public void Add(WorkerRecord worker)
    {
        if (!worker.IsKnown)
        {
            worker.IsKnown = true;
            _workers.Add(worker);
            ledger.Pools[worker.Pool].Workers++;
        }
    }

    /// <summary>What it had is ready again.</summary>
    public void Remove(WorkerRecord worker, bool hadTaken)
    {
        if (!worker.IsKnown)
        {
            return;
        }

        worker.IsKnown = false;
        _workers.Remove(worker);
        ledger.Pools[worker.Pool].Workers--;
        if (worker.Assignment is not { } assignment)
        {
            return;
        }

        var wasAlone = worker.Outstanding == 1;
        foreach (var run in assignment.Tasks)
        {
            if (run.IsCurrent)
            {
                attempts.Lose(run, hadTaken, wasAlone);
            }
        }

        Release(worker);
    }

    /// <summary>A time of this worker may come before the next check.</summary>
    public void Notice(WorkerRecord worker) => NextCheckTicks = Math.Min(NextCheckTicks, worker.NextCheckTicks);

    /// <summary>An assignment is on its way: its times begin.</summary>
    /// <returns>Whether its worker still has it.</returns>
    public bool Sent(Assignment assignment)
    {
        var worker = assignment.Worker;
        if (worker.Assignment != assignment)
        {
            return false; // lost meanwhile
        }

        worker.SentAtTicks = ledger.NowTicks;
        if (assignment.Tasks.Length > 1 || assignment.IsAhead)
        {
            worker.RecallAtTicks = ledger.After(ledger.Settings.Slice);
        }
        else if (assignment.Tasks[0].Task is { Timeout: { } timeout, Interruption: Interruption.None })
        {
            worker.TimeoutAtTicks = ledger.After(timeout);
        }

        if (assignment.Tasks is [{ IsCurrent: true } alone])
        {
            ledger.Budgets.Begin(alone.Task); // where time is counted, tasks travel alone
        }

        Notice(worker);
        return true;
    }

    /// <summary>Does what is due.</summary>
    public void Check()
    {
        if (NextCheckTicks > ledger.NowTicks)
        {
            return;
        }

        NextCheckTicks = long.MaxValue;
        for (var index = _workers.Count - 1; index >= 0; index--)
        {
            var worker = _workers[index];
            if (worker.NextCheckTicks <= ledger.NowTicks)
            {
                Check(worker);
            }

            Notice(worker);
        }
    }

    /// <summary>What the workers have.</summary>
    public IEnumerable<TaskRecord> Running() =>
        from worker in _workers
        from run in worker.Assignment?.Tasks ?? []
        where run.IsCurrent
        select run.Task;

    /// <summary>Asks every worker for what it has not started.</summary>
    public void RecallAll()
    {
        foreach (var worker in _workers)
        {
            if (worker.Assignment is { } assignment && (worker.Outstanding > 1 || assignment.IsAhead))
            {
                ledger.Effects.Add(new Recall(assignment));
            }
        }
    }

    /// <summary>Asks every worker that runs ahead for what it has.</summary>
    /// <returns>Their assignments.</returns>
    public List<Assignment> RecallAhead()
    {
        List<Assignment> open = [];
        foreach (var worker in _workers)
        {
            if (worker.Assignment is { IsAhead: true } assignment)
            {
                open.Add(assignment);
                ledger.Effects.Add(new Recall(assignment));
            }
        }

        return open;
    }

    /// <summary>Workers give back what they have not started of what is chosen. Once this is done, none of it starts.</summary>
    /// <param name="isChosen">Of the runs that they were assigned.</param>
    /// <param name="pool">A pool whose workers may have more of it, if they run ahead; none where that stems from what is chosen.</param>
    public void HoldBack(Predicate<AssignedTask> isChosen, int pool = TaskType.Nowhere)
    {
        foreach (var worker in _workers)
        {
            var isAhead = worker.Assignment is { IsAhead: true };
            var isConcerned = isAhead && worker.Pool == pool;
            foreach (var run in worker.Assignment?.Tasks ?? [])
            {
                if (run.IsCurrent && isChosen(run))
                {
                    isConcerned = true;
                    run.Task.IsHeldBack = true;
                }
            }

            if (isConcerned && (worker.Outstanding > 1 || isAhead))
            {
                worker.RecallAtTicks = long.MaxValue; // once is enough
                ledger.Effects.Add(new Recall(worker.Assignment!));
            }
        }
    }

    /// <summary>Tells every running attempt to end, since the engine stops.</summary>
    public void InterruptAll()
    {
        foreach (var worker in _workers)
        {
            foreach (var run in worker.Assignment?.Tasks ?? [])
            {
                if (run.IsCurrent)
                {
                    Interrupt(worker, run, Interruption.Stop);
                }
            }
        }
    }

    /// <summary>Tells the running attempt of a task to end.</summary>
    public void Interrupt(TaskRecord task, Interruption reason)
    {
        var worker = task.Worker!;
        foreach (var run in worker.Assignment!.Tasks)
        {
            if (run.Task == task && run.Run == task.Run)
            {
                Interrupt(worker, run, reason);
                return;
            }
        }

        throw new UnreachableException($"{task.Type} {task.Id} is running and worker {worker.Id} does not have it.");
    }

    /// <summary>The worker goes on with a part of what it had: what was to be watched may have left, and a timeout may be known now.</summary>
    public void WatchRest(WorkerRecord worker, TimeSpan? runningFor)
    {
        worker.ClearChecks();
        foreach (var run in worker.Assignment!.Tasks)
        {
            if (!run.IsCurrent)
            {
                continue;
            }

            if (run.Task.Interruption != Interruption.None)
            {
                worker.AbandonAtTicks = Math.Min(worker.AbandonAtTicks, run.Task.AbandonAtTicks);
            }
            else if (runningFor is { } elapsed && run.Task.Timeout is { } timeout)
            {
                worker.TimeoutAtTicks = ledger.After(timeout - elapsed);
            }
        }

        Notice(worker);
    }

    /// <summary>The worker has shared what it had, and goes on running ahead.</summary>
    public void RecallLater(WorkerRecord worker)
    {
        worker.RecallAtTicks = ledger.After(ledger.Settings.Slice);
        Notice(worker);
    }

    public void Release(WorkerRecord worker)
    {
        ledger.Journal?.Touch(worker);
        worker.Assignment = null;
        worker.Outstanding = 0;
        worker.ClearChecks();
        ledger.Pools[worker.Pool].Busy--;
    }

    private void Interrupt(WorkerRecord worker, AssignedTask run, Interruption reason)
    {
        var task = run.Task;
        if (task.Interruption >= reason)
        {
            return;
        }

        if (task.Interruption == Interruption.None)
        {
            task.AbandonAtTicks = ledger.After(ledger.Settings.Grace);
            worker.AbandonAtTicks = Math.Min(worker.AbandonAtTicks, task.AbandonAtTicks);
            Notice(worker);
        }

        task.Interruption = reason;
        if (reason == Interruption.Cancel)
        {
            ledger.Journal?.Touch(task);
        }

        ledger.Effects.Add(new CancelRun(worker.Assignment!, run, reason));
    }

    private void Check(WorkerRecord worker)
    {
        var assignment = worker.Assignment ?? throw new UnreachableException($"Worker {worker.Id} is watched and has nothing.");
        if (worker.RecallAtTicks <= ledger.NowTicks)
        {
            worker.RecallAtTicks = long.MaxValue;
            ledger.Effects.Add(new Recall(assignment));
        }

        if (worker.TimeoutAtTicks <= ledger.NowTicks)
        {
            worker.TimeoutAtTicks = long.MaxValue;
            foreach (var run in assignment.Tasks)
            {
                if (run.IsCurrent && run.Task.Interruption == Interruption.None)
                {
                    Interrupt(worker, run, Interruption.Timeout);
                }
            }
        }

        if (worker.AbandonAtTicks <= ledger.NowTicks)
        {
            LeaveBehind(worker, assignment);
        }
    }

    /// <summary>The grace time is over. The worker gets a new start; it is idle again when it says so.</summary>
    private void LeaveBehind(WorkerRecord worker, Assignment assignment)
    {
        var isTold = false;
        foreach (var run in assignment.Tasks)
        {
            if (!run.IsCurrent)
            {
                continue;
            }

            var reason = run.Task.Interruption;
            ledger.EndRun(run.Task, reason != Interruption.None);
            if (reason == Interruption.None)
            {
                attempts.GiveBack(run.Task); // was still in the chunk behind the one that hangs
                continue;
            }

            if (!isTold)
            {
                isTold = true; // once: the worker's answer makes it idle
                ledger.Effects.Add(new Abandon(assignment, run, reason));
            }

            attempts.SettleInterrupted(run.Task, TimeSpan.Zero, 0);
        }

        Release(worker);
        worker.IsAwaited = true;
    }
}
