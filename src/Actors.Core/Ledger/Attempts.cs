using System.Diagnostics;

namespace Actors.Ledger;

/// <summary>What the end of a run means for its task: an outcome, another attempt, or ready again at no cost.</summary>
internal sealed class Attempts(TaskLedger ledger, Endings endings)
{
    /// <summary>Its worker is gone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="mayBeGuilty">Whether the run can have started.</param>
    /// <param name="wasAlone">Whether the worker had nothing else.</param>
    public void Lose(AssignedTask run, bool mayBeGuilty, bool wasAlone)
    {
        var task = run.Task;
        ledger.EndRun(task, mayBeGuilty);
        var isBlamed = mayBeGuilty && (wasAlone || ledger.Journal is not null);
        if (mayBeGuilty)
        {
            task.IsSuspect = true;
            ledger.Journal?.Touch(task);
        }

        if (task.Interruption == Interruption.Cancel || (task.Interruption == Interruption.Timeout && mayBeGuilty))
        {
            SettleInterrupted(task, TimeSpan.Zero, 0);
        }
        else if (isBlamed && ++task.Losses >= ledger.Settings.WorkerLossesMax)
        {
            task.Attempt -= task.Stored is null ? 0 : 1; // counted as a loss already
            var failure = NewFailure(
                task, FailureKind.WorkerLost, $"The worker was lost {task.Losses} time(s) while it ran this task alone.");
            Tell(task, failure, TimeSpan.Zero, null);
            endings.GiveUp(task, failure);
        }
        else
        {
            task.Attempt--;
            if (!isBlamed)
            {
                ledger.Budgets.TakeBack(task); // otherwise it is counted as a loss, and that costs the tree an attempt
            }

            ledger.MakeReady(task);
        }
    }

    /// <summary>Ready again, at no cost.</summary>
    public void GiveBack(TaskRecord task)
    {
        task.Attempt--;
        ledger.Budgets.TakeBack(task);
        ledger.MakeReady(task);
    }

    /// <summary>A run has ended, as its worker reports.</summary>
    public void Settle(in AttemptEnd end, double chance)
    {
        var task = end.Task;
        if (end.Kind is not (EndKind.GivenBack or EndKind.Interrupted) && end.Elapsed >= TimeSpan.Zero) // one that was cancelled says nothing of how long its type takes
        {
            task.Type.Took(end.Elapsed);
        }

        if (end.Detail is { Ahead: { } ahead })
        {
            SettleAhead(in end, ahead);
            return;
        }

        switch (task.Interruption)
        {
            case Interruption.Cancel:
            case Interruption.Timeout when end.Kind != EndKind.GivenBack:
            case Interruption.Stop when end.Kind is not (EndKind.Succeeded or EndKind.Joined or EndKind.Folded):
                SettleInterrupted(task, end.Elapsed, chance);
                return;
        }

        if (end.Kind is EndKind.Succeeded or EndKind.Joined && Budgets.Exceeds(task, end.Detail) is { } exceeded)
        {
            FailForGood(task, exceeded, end.Elapsed);
            return;
        }

        switch (end.Kind)
        {
            case EndKind.GivenBack:
            case EndKind.Interrupted:
                GiveBack(task);
                break;
            case EndKind.PutOff:
                task.Attempt--;
                ledger.Budgets.TakeBack(task);
                ledger.MakeScheduled(task, end.Detail!.Delay!.Value);
                break;
            case EndKind.Succeeded:
                endings.CommitFollowUps(task, end.Detail, null);
                endings.End(task, (Outcome)end.Payload!);
                break;
            case EndKind.Joined:
                endings.CommitFollowUps(task, end.Detail, end.Detail!.Join);
                break;
            case EndKind.Folded:
                endings.Folded((JoinRecord)task, end.Payload);
                break;
            case EndKind.Failed:
                Fail(task, Complete(task, (Failure)end.Payload!), end.Detail, end.Elapsed, chance);
                break;
            case EndKind.FailedForGood:
                FailForGood(task, Complete(task, (Failure)end.Payload!), end.Elapsed);
                break;
            default:
                throw new UnreachableException($"{end.Kind} of {task.Type} {task.Id}");
        }
    }

    /// <summary>
    /// It ended a while ago with success, and its worker has gone on with what it led to. So that stands, whatever was decided since; one that was cancelled
    /// meanwhile is cancelled with what is left of it once all of the report is known.
    /// </summary>
    private void SettleAhead(in AttemptEnd end, AheadCounts ahead)
    {
        var (task, detail) = (end.Task, end.Detail!);
        var tree = task.Tree!;
        foreach (var (type, succeeded, ticks, measured) in ahead.All)
        {
            tree.Pass(succeeded);
            ledger.Tally.Pass(type, succeeded);
            if (measured > 0)
            {
                type.Took(new TimeSpan(ticks / measured));
            }
        }

        var isCancelled = task.Interruption == Interruption.Cancel;
        if (isCancelled)
        {
            ledger.CancelAfterReport(end.Kind == EndKind.Joined ? [task] : detail.Spawned);
        }

        endings.CommitFollowUps(task, detail, end.Kind == EndKind.Joined ? detail.Join : null);
        if (end.Kind == EndKind.Succeeded)
        {
            endings.End(task, !isCancelled ? (Outcome)end.Payload! : task.PendingFailure is { } pending ? task.Type.Failed(pending) : task.Type.Cancelled);
        }
    }

    /// <summary>The run was told to end and has, or is left behind: what was decided then holds.</summary>
    public void SettleInterrupted(TaskRecord task, TimeSpan elapsed, double chance)
    {
        switch (task.Interruption)
        {
            case Interruption.Cancel:
                if (task.PendingFailure is { Kind: FailureKind.Budget } exceeded && exceeded.TaskId == task.Id) // its own, and not that of what it joins
                {
                    FailForGood(task, exceeded, elapsed);
                    break;
                }

                endings.End(task, task.PendingFailure is { } pending ? task.Type.Failed(pending) : task.Type.Cancelled);
                break;
            case Interruption.Timeout:
                var failure = NewFailure(task, FailureKind.Timeout, $"Attempt {task.AttemptNumber} took longer than its timeout of {task.Timeout}.");
                Fail(task, failure, null, elapsed, chance);
                break;
            case Interruption.Stop:
                GiveBack(task);
                break;
            default:
                throw new UnreachableException($"{task.Interruption} of {task.Type} {task.Id}");
        }
    }

    private void Fail(TaskRecord task, Failure failure, AttemptDetail? detail, TimeSpan elapsed, double chance)
    {
        var rest = (detail?.Retry ?? task.Retry).Next(task.Attempt, chance);
        if (rest is null)
        {
            FailForGood(task, failure, elapsed);
            return;
        }

        rest = detail?.Delay ?? rest;
        Tell(task, failure, elapsed, rest);
        ledger.MakeScheduled(task, rest.Value);
    }

    public void FailForGood(TaskRecord task, Failure failure, TimeSpan elapsed)
    {
        Tell(task, failure, elapsed, null);
        endings.GiveUp(task, failure);
    }

    private void Tell(TaskRecord task, Failure failure, TimeSpan elapsed, TimeSpan? retryIn)
    {
        elapsed = elapsed < TimeSpan.Zero ? TimeSpan.Zero : elapsed; // short, and not measured
        ledger.Effects.Add(new AttemptFailed(task, task.AttemptNumber, failure, elapsed, retryIn));
        ledger.Observer?.AttemptFailed(task, failure, retryIn);
    }

    public static Failure NewFailure(TaskRecord task, FailureKind kind, string message) =>
        Complete(task, new Failure { Kind = kind, Type = kind.ToString(), Message = message });

    private static Failure Complete(TaskRecord task, Failure failure) => failure with
    {
        TaskId = task.Id,
        TaskType = task.Type.Name,
        Attempt = task.AttemptNumber,
        Path = TaskPath.From(task.Id, task.ParentPath),
    };
}
