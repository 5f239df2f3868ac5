namespace Actors.Ledger;

/// <summary>How much travels to a worker at once: many short tasks, or one that may be long.</summary>
internal sealed class Chunks(TaskLedger ledger, WorkerWatch watch)
{
    private readonly AssignedTask[] _chosen = new AssignedTask[ledger.Settings.ChunkTasksMax];
    private int _count;
    private int _countMax;
    private TimeSpan _work;

    /// <returns>Whether there was anything: what stands in line for something may turn out to have to wait, or to be paused, and what was next to have to fail.</returns>
    public bool Assign(PoolRecord pool, WorkerRecord worker)
    {
        var inLine = ledger.Gatekeeper.OpenIn(pool.Index);
        var share = (pool.Ready + inLine + pool.Workers - 1) / Math.Max(1, pool.Workers);
        _countMax = Math.Clamp(share, 1, ledger.Settings.ChunkTasksMax);
        _count = 0;
        _work = TimeSpan.Zero;
        if (inLine == 0)
        {
            FillFromQueue(pool, worker);
        }
        else if (IsTurnOfQueue(pool))
        {
            FillFromQueue(pool, worker);
            FillFromLanes(pool, worker);
        }
        else
        {
            FillFromLanes(pool, worker);
            FillFromQueue(pool, worker);
        }

        if (_count > 0)
        {
            Send(pool, worker, _count);
            return true;
        }

        return false;
    }

    /// <summary>The more urgent goes first, or in turn; none is passed over for ever.</summary>
    private bool IsTurnOfQueue(PoolRecord pool)
    {
        var lane = ledger.Gatekeeper.Next(pool.Index)?.StandsAt ?? -1;
        var queue = pool.Queue.Turn()?.Priority ?? -1;
        var isQueue = pool.QueuePasses >= ReadyQueue.PassesMax || pool.LanePasses < ReadyQueue.PassesMax && (queue == lane ? pool.IsTurnOfQueue : queue > lane);
        pool.IsTurnOfQueue = !isQueue;
        pool.QueuePasses = isQueue || queue < 0 ? 0 : pool.QueuePasses + 1;
        pool.LanePasses = !isQueue || lane < 0 ? 0 : pool.LanePasses + 1;
        return isQueue;
    }

    private void FillFromQueue(PoolRecord pool, WorkerRecord worker)
    {
        while (_count < _countMax && pool.Queue.Turn() is { } stack)
        {
            var before = _count;
            var terms = stack.Tree.Terms;
            while (_count < _countMax && pool.Queue.Peek(stack) is { } task)
            {
                if (terms is not null && !ledger.Budgets.MayStart(task, terms))
                {
                    ReadyQueue.Pop(stack);
                    continue;
                }

                if (!FindRoom(task, terms))
                {
                    break;
                }

                ReadyQueue.Pop(stack);
                pool.Ready--;
                _chosen[_count++] = Start(worker, task, terms);
            }

            if (_count > before)
            {
                pool.Queue.EndTurn(); // a tree that found no room keeps its turn: trees of short tasks could pass it for ever
            }
        }
    }

    /// <summary>One task of each lane at most: two of one lane would run one after the other, and hold what another worker could have.</summary>
    private void FillFromLanes(PoolRecord pool, WorkerRecord worker)
    {
        var gatekeeper = ledger.Gatekeeper;
        for (var left = gatekeeper.OpenIn(pool.Index); left > 0 && _count < _countMax; left--)
        {
            if (gatekeeper.OpenIn(pool.Index) == 0 || gatekeeper.Next(pool.Index) is not { } lane)
            {
                return;
            }

            var task = lane.Peek()!;
            var terms = task.Tree!.Terms;
            if (Pauses.Holds(task))
            {
                if (!ledger.Pauses.TakeOne())
                {
                    return;
                }

                Pauses.SetAside(gatekeeper.TakeOut(lane, pool));
                left++;
            }
            else if (terms is not null && !ledger.Budgets.MayStart(task, terms))
            {
                gatekeeper.TakeOut(lane, pool);
                left++;
            }
            else if (FindRoom(task, terms))
            {
                _chosen[_count++] = Start(worker, gatekeeper.Start(lane), terms);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>A task that may be long, is unknown, is suspected of killing workers, or whose running time is counted travels alone.</summary>
    /// <returns>Whether it may come along; one that fills the chunk is the last.</returns>
    private bool FindRoom(TaskRecord task, TreeTerms? terms)
    {
        var estimate = task.IsSuspect || terms is { Budget.RunningTime: not null } ? TimeSpan.MaxValue : task.Type.Estimate ?? TimeSpan.MaxValue;
        var rest = ledger.Settings.ChunkWork - _work;
        if (estimate >= rest)
        {
            _countMax = _count;
            if (_count > 0 && estimate > rest)
            {
                return false;
            }

            _countMax++;
            return true;
        }

        _work += estimate;
        return true;
    }

    /// <summary>Gives a worker a task that is in no queue.</summary>
    public AssignedTask AssignAlone(PoolRecord pool, WorkerRecord worker, TaskRecord task)
    {
        var run = _chosen[0] = Start(worker, task, task.Tree!.Terms);
        Send(pool, worker, 1);
        return run;
    }

    private void Send(PoolRecord pool, WorkerRecord worker, int count)
    {
        var mayRunAhead = MayRunAhead(count);
        var assignment = new Assignment(worker, count) { MayRunAhead = mayRunAhead ? pool.Hunger : null, IsAhead = mayRunAhead };
        Array.Copy(_chosen, assignment.Tasks, count);
        Array.Clear(_chosen, 0, count);
        worker.Assignment = assignment;
        worker.Outstanding = count;
        worker.SentAtTicks = null;
        pool.Busy++;
        ledger.RunsOut += count;
        if (ledger.Journal is { } journal)
        {
            journal.Touch(worker); // its times begin when the commit has let it go: see TaskLedger.Sent
        }
        else
        {
            watch.Sent(assignment);
        }

        ledger.Effects.Add(assignment);
    }

    /// <summary>In memory what a worker spawns is real as soon as it says so: there is no commit to wait for. Of tasks that take long nothing is gained.</summary>
    private bool MayRunAhead(int count)
    {
        if (!ledger.Settings.RunAhead || ledger.Journal is not null || ledger.Observer is not null || ledger.Mode != DispatchMode.Open)
        {
            return false;
        }

        foreach (var run in _chosen.AsSpan(0, count))
        {
            if (run.Task is not { IsSuspect: false, Timeout: null, Type.MayRunAhead: true, Tree.MayRunAhead: true } || run.Task.Type.EstimateTicks > ledger.Settings.ChunkWork.Ticks)
            {
                return false;
            }
        }

        return true;
    }

    private AssignedTask Start(WorkerRecord worker, TaskRecord task, TreeTerms? terms)
    {
        task.Worker = worker;
        ledger.Tally.Move(task, TaskState.Running);
        task.Run++;
        task.Attempt++;
        task.Interruption = Interruption.None;
        if (task.IsHeldBack)
        {
            task.IsHeldBack = false;
        }

        if (terms is not null)
        {
            ledger.Budgets.Start(task, terms);
        }

        task.ForgetHeld();
        ledger.Observer?.Started(task);
        return new AssignedTask(task, task.Run, task.AttemptNumber);
    }
}
