namespace Actors.Ledger;

/// <summary>Where a ready task stands: in the queue of its pool, in line for a limit, behind another of its order, or apart; and the choice of those that start.</summary>
internal sealed class ReadyTasks(TaskLedger ledger, Chunks chunks)
{
    public Suspects Suspects { get; } = new(ledger, chunks);

    /// <summary>Gives ready tasks to idle workers.</summary>
    public void Dispatch()
    {
        var gatekeeper = ledger.Gatekeeper;
        ledger.Pauses.BeginStep();
        do
        {
            Suspects.Dispatch();
            (gatekeeper.MayYield, gatekeeper.HasYielded) = (true, false);
            DispatchPools();
            if (gatekeeper.HasYielded)
            {
                gatekeeper.MayYield = false; // the pool that was let go first had nothing after all
                DispatchPools();
            }
        }
        while (ledger.Budgets.FailRefused());
    }

    public void Push(TaskRecord task)
    {
        if (task.Type.Pool == TaskType.Nowhere)
        {
            return; // came back from a store, and this program knows no handler of it: it is kept for one that does
        }

        if (task.Type.Gates is { Order: not null } && !ledger.Sequences.HasTurn(task))
        {
            return; // comes again when it is its turn
        }

        if (ledger.IsSetApart(task))
        {
            Suspects.Add(task);
            return;
        }

        if (task.Type.Gates is not null && ledger.Gatekeeper.Park(task))
        {
            return;
        }

        var pool = ledger.Pools[task.Type.Pool];
        pool.Ready++;
        pool.Queue.Push(task);
    }

    /// <summary>The stacks of a tree that was paused take part in the turns again.</summary>
    public void Return(TreeRecord tree)
    {
        for (var stack = tree.ReadyStacks; stack is not null; stack = stack.Next)
        {
            ledger.Pools[stack.Pool].Queue.Enter(stack);
        }
    }

    /// <summary>A ready task is about to be ended.</summary>
    public void Drop(TaskRecord task)
    {
        if (ledger.IsSetApart(task) || task.Type.Pool == TaskType.Nowhere)
        {
            return;
        }

        if (task.Type.Gates is not null)
        {
            Unpark(task);
        }
        else
        {
            ledger.Pools[task.Type.Pool].Ready--;
        }
    }

    private void Unpark(TaskRecord task)
    {
        if (task.Type.Gates!.Order is not null && !ledger.Sequences.HasTurn(task))
        {
            return; // waits for its turn, and nowhere else
        }

        if (task.Gated?.Lane is { } lane)
        {
            ledger.Gatekeeper.Drop(lane);
        }
        else
        {
            ledger.Pools[task.Type.Pool].Ready--;
        }
    }

    private void DispatchPools()
    {
        foreach (var pool in ledger.Pools)
        {
            while (pool.Pause is null
                && ((pool.Ready > 0 && pool.Queue.Turn() is not null) || ledger.Gatekeeper.OpenIn(pool.Index) > 0)
                && pool.TakeIdle() is { } worker)
            {
                if (!chunks.Assign(pool, worker))
                {
                    pool.Idle.Push(worker);
                    break;
                }
            }

            pool.Hunger.IsThere = pool.Ready == 0 && pool.Busy < pool.Workers;
        }
    }
}
