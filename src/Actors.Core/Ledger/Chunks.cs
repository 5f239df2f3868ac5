using System.Diagnostics;

namespace Actors.Ledger;

/// <summary>How much travels to a worker at once: many short tasks, or one that may be long.</summary>
internal sealed class Chunks(TaskLedger ledger, WorkerWatch watch)
{
    private readonly AssignedTask[] _chosen = new AssignedTask[ledger.Settings.ChunkTasksMax];

    public void Assign(PoolRecord pool, WorkerRecord worker)
    {
        var share = (pool.Ready + pool.Workers - 1) / Math.Max(1, pool.Workers);
        var countMax = Math.Clamp(share, 1, ledger.Settings.ChunkTasksMax);
        var count = 0;
        var work = TimeSpan.Zero;
        while (count < countMax && pool.Queue.Turn() is { } stack)
        {
            var before = count;
            while (count < countMax && ReadyQueue.Peek(stack) is { } task)
            {
                // A task that may be long, is unknown or is suspected of killing workers travels alone.
                var estimate = task.IsSuspect ? TimeSpan.MaxValue : task.Type.Estimate ?? TimeSpan.MaxValue;
                if (count > 0 && estimate > ledger.Settings.ChunkWork - work)
                {
                    countMax = count;
                    break;
                }

                ReadyQueue.Pop(stack);
                _chosen[count++] = Start(pool, worker, task);
                if (estimate >= ledger.Settings.ChunkWork - work)
                {
                    countMax = count;
                    break;
                }

                work += estimate;
            }

            if (count > before)
            {
                pool.Queue.EndTurn(); // a tree that found no room keeps its turn: trees of short tasks could pass it for ever
            }
        }

        if (count == 0)
        {
            throw new UnreachableException($"Pool {pool.Name} counts {pool.Ready} ready tasks and has none.");
        }

        Send(pool, worker, count);
    }

    /// <summary>Gives a worker a task that is in no queue.</summary>
    public AssignedTask AssignAlone(PoolRecord pool, WorkerRecord worker, TaskRecord task)
    {
        pool.Ready++; // the start takes it back
        var run = _chosen[0] = Start(pool, worker, task);
        Send(pool, worker, 1);
        return run;
    }

    private void Send(PoolRecord pool, WorkerRecord worker, int count)
    {
        var assignment = new Assignment(worker, count);
        Array.Copy(_chosen, assignment.Tasks, count);
        Array.Clear(_chosen, 0, count);
        worker.Assignment = assignment;
        worker.Outstanding = count;
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

    private AssignedTask Start(PoolRecord pool, WorkerRecord worker, TaskRecord task)
    {
        task.Worker = worker;
        pool.Ready--;
        ledger.Tally.Move(task, TaskState.Running);
        task.Run++;
        task.Attempt++;
        task.Interruption = Interruption.None;
        task.ForgetHeld();
        ledger.Observer?.Started(task);
        return new AssignedTask(task, task.Run, task.AttemptNumber);
    }
}
