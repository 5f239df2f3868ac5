using Actors.Admission;

namespace Actors.Ledger;

/// <summary>Why a live task is not running, by the rules that decide it. It reads and changes nothing; never on a hot path.</summary>
internal sealed class Explanations(TaskLedger ledger)
{
    private const int StepsMax = 100_000;

    public List<WaitReason> Of(TaskRecord task, DateTimeOffset now)
    {
        ledger.BeginStep(now);
        var reasons = new List<WaitReason>();
        Add(task, reasons);
        return reasons;
    }

    /// <summary>Of a root that waits in a store alone.</summary>
    public List<WaitReason> OfWaiting(TaskType type)
    {
        var reasons = new List<WaitReason>();
        AddHolds(type, reasons);
        return reasons;
    }

    public static WaitedTask Name(TaskRecord task) => new(task.Id, task.Type.Name, task.State);

    private void Add(TaskRecord task, List<WaitReason> reasons)
    {
        switch (task.State)
        {
            case TaskState.Scheduled:
                reasons.Add(new WaitReason.NotDue(new DateTimeOffset(task.DueAtTicks, TimeSpan.Zero), TimeSpan.FromTicks(Math.Max(0, task.DueAtTicks - ledger.NowTicks))));
                AddHolds(task, reasons);
                break;
            case TaskState.Waiting when task is JoinRecord join:
                AddOpen(join, reasons);
                AddHolds(task, reasons);
                break;
            case TaskState.Waiting when ledger.Uniques.OtherOf(task) is { } other:
                reasons.Add(new WaitReason.Attached(task.Unique!.Key, Name(other)));
                break;
            case TaskState.Waiting:
                break; // its tree is being read from the store: whoever asks knows that
            case TaskState.Ready:
                AddReady(task, reasons);
                break;
            case TaskState.Running:
                AddRun(task, reasons);
                break;
            case TaskState.Joining when JoinOf(task) is { } its:
                reasons.Add(new WaitReason.JoinNotEnded(Name(its)));
                if (its.State != TaskState.Joining)
                {
                    Add(its, reasons); // one level: a join that has ended with another one answers for itself
                }

                break;
            default:
                reasons.Add(new WaitReason.HasEnded(task.State, task.Stored?.Outcome?.Failure, null));
                break;
        }
    }

    private void AddReady(TaskRecord task, List<WaitReason> reasons)
    {
        if (task.Type.Pool == TaskType.Nowhere)
        {
            reasons.Add(new WaitReason.NoHandler());
            return;
        }

        AddHolds(task, reasons);
        foreach (var rule in ledger.StartRules)
        {
            reasons.AddRange(rule.Why(task));
        }

        if (task.Type.Gates is not null && AddGates(task, reasons))
        {
            return; // it stands in no queue
        }

        if (ledger.IsSetApart(task))
        {
            reasons.Add(new WaitReason.SetApart(task.Losses, ledger.Ready.Suspects.Out is { } suspect ? Name(suspect) : null));
        }

        var pool = ledger.Pools[task.Type.Pool];
        if (pool.Workers == 0)
        {
            reasons.Add(new WaitReason.NoWorker(pool.Name));
        }
        else if (pool.Busy == pool.Workers)
        {
            var (before, isAll) = pool.Queue.CountBefore(task, StepsMax);
            reasons.Add(new WaitReason.WorkersBusy(pool.Name, pool.Workers, before, !isAll));
        }

        if (reasons.Count == 0)
        {
            reasons.Add(new WaitReason.Next());
        }
    }

    /// <returns>Whether it stands in line for something else than a worker.</returns>
    private bool AddGates(TaskRecord task, List<WaitReason> reasons)
    {
        if (task.Type.Gates!.Order is not null && !ledger.Sequences.HasTurn(task))
        {
            var sequence = task.Gated?.Sequence;
            reasons.Add(new WaitReason.NotItsTurn(
                task.Type.Gates.Order.Rule.Name, sequence?.Key ?? "", sequence?.PlaceOf(task) ?? 0, sequence?.First is { } first ? Name(first) : null));
            return true;
        }

        var isClosed = false;
        foreach (var gate in ledger.Gatekeeper.ClosedTo(task))
        {
            isClosed = true;
            reasons.Add(gate is TokenBucket bucket
                ? new WaitReason.AtGate(gate.ToString(), [], bucket.Until(1, ledger.NowTicks))
                : new WaitReason.AtGate(gate.ToString(), [.. ledger.Running.Where(run => run.Gated?.Lane?.Gates.Contains(gate) == true).Select(Name)], null));
        }

        return isClosed;
    }

    private void AddHolds(TaskRecord task, List<WaitReason> reasons)
    {
        AddHolds(task.Type, reasons);
        if (task.Tree!.Pause is { } ofTree)
        {
            reasons.Add(new WaitReason.Paused("its tree", ofTree));
        }
    }

    private void AddHolds(TaskType type, List<WaitReason> reasons)
    {
        if (type.Pool != TaskType.Nowhere && ledger.Pools[type.Pool] is { Pause: { } ofPool } pool)
        {
            reasons.Add(new WaitReason.Paused($"pool {pool.Name}", ofPool));
        }

        if (type.Pause is { } ofType)
        {
            reasons.Add(new WaitReason.Paused($"type {type.Name}", ofType));
        }
    }

    private static void AddOpen(JoinRecord join, List<WaitReason> reasons)
    {
        var missing = join.Children - join.Succeeded - join.NotSucceeded;
        var first = new List<WaitedTask>();
        for (var child = join.Owner!.FirstChild; child is not null && first.Count < WaitReason.JoinOpen.FirstMax; child = child.NextSibling)
        {
            if (child.Join == join)
            {
                first.Add(Name(child));
            }
        }

        reasons.Add(new WaitReason.JoinOpen(missing, join.Children, first));
    }

    private void AddRun(TaskRecord task, List<WaitReason> reasons)
    {
        var worker = task.Worker!;
        reasons.Add(new WaitReason.Runs(
            worker.Id, ledger.Pools[worker.Pool].Name, task.AttemptNumber,
            worker.SentAtTicks is { } sent ? TimeSpan.FromTicks(Math.Max(0, ledger.NowTicks - sent)) : null,
            worker.Assignment?.Tasks.Length ?? 1, task.Interruption != Interruption.None));
    }

    /// <summary>It is among its owner's children, behind those that it joins: these name it.</summary>
    private static JoinRecord? JoinOf(TaskRecord owner)
    {
        for (var child = owner.FirstChild; child is not null; child = child.NextSibling)
        {
            if ((child as JoinRecord ?? child.Join) is { } join && join.Owner == owner)
            {
                return join;
            }
        }

        return null;
    }
}
