using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Actors.Ledger;

/// <summary>
/// The rules of ending: an outcome reaches the join it feeds, the owner of a join, and the tree. All of them walk with
/// lists of their own, never by recursion: a chain of a million joins ends in one loop.
/// </summary>
internal sealed class Endings(TaskLedger ledger)
{
    private readonly Queue<(TaskRecord Task, Outcome Outcome)> _ending = new();
    private readonly List<TaskRecord> _cancelling = [];
    private bool _isEnding;
    private int _together; // so many steps further up the stack have something left to end

    /// <summary>Ends a task, and whatever ends with it.</summary>
    public void End(TaskRecord task, Outcome outcome)
    {
        _ending.Enqueue((task, outcome));
        if (_isEnding)
        {
            return; // the loop below, further up the stack, goes on with it
        }

        _isEnding = true;
        while (_ending.TryDequeue(out var next))
        {
            if (!next.Task.State.IsTerminal())
            {
                EndOne(next.Task, next.Outcome);
            }
        }

        _isEnding = false;
        Settle();
    }

    /// <summary>Cancels a task and all that is live below it; of a join, what it joins.</summary>
    /// <param name="task">The task.</param>
    /// <param name="failure">What they fail with instead; null where they are cancelled.</param>
    public void Cancel(TaskRecord task, Failure? failure = null)
    {
        if (task.State.IsTerminal())
        {
            return;
        }

        _cancelling.Clear();
        _cancelling.Add(task);
        if (task is JoinRecord join)
        {
            CollectMembers(join);
        }

        CancelCollected(failure);
    }

    /// <summary>A task has failed for good. Of a join that was not decided, as a fold's step may fail, what it joins is of no use any more, and ends first.</summary>
    public void GiveUp(TaskRecord task, Failure failure)
    {
        _together++;
        if (task is JoinRecord { IsDecided: false } join)
        {
            join.IsDecided = true;
            CancelSiblings(join);
        }

        End(task, task.Type.Failed(failure));
        _together--;
        Settle();
    }

    /// <summary>Cancels all that is live below a task or in a tree.</summary>
    public void CancelBelow(LiveParent parent)
    {
        _cancelling.Clear();
        CollectChildren(parent);
        CancelCollected();
    }

    /// <summary>Fails all that is live in a tree, joins among it.</summary>
    public void FailBelow(TreeRecord tree, Failure failure)
    {
        _cancelling.Clear();
        CollectChildren(tree);
        CancelCollected(failure);
    }

    /// <summary>The follow-ups of an attempt become real, in the same step as its success.</summary>
    public void CommitFollowUps(TaskRecord task, AttemptDetail? detail, JoinRecord? join)
    {
        // An attempt that ends without a join is about to be terminal: its children belong to its own parent from the start.
        var parent = join is null ? task.Parent! : task;
        var tree = task.Tree!;
        if (join is not null)
        {
            join.Owner = task;
            ledger.Tally.Move(task, TaskState.Joining);
            ledger.Sequences.Leave(task);
            ledger.Journal?.Touch(task);
            ledger.Register(join, tree, task, task);
        }

        RegisterAll(task.Held, task, join, tree, parent);
        RegisterAll(detail?.Spawned, task, join, tree, parent);
        task.ForgetHeld();
        if (join is not null)
        {
            FeedEarly(join, task);
            ledger.Uniques.Settle();
            Decide(join);
        }

        ForgetEarly(task);
    }

    /// <summary>A step of a fold has succeeded.</summary>
    public void Folded(JoinRecord fold, object? state)
    {
        fold.FoldState = state;
        fold.Folded += fold.Step!.Length;
        fold.Step = null;
        ledger.Journal?.Touch(fold);
        fold.Attempt = 0;
        ledger.Sequences.StepAside(fold);
        ledger.Tally.Move(fold, TaskState.Waiting);
        NextStep(fold);
    }

    /// <summary>
    /// Backwards, so that the first spawned is on top of the stack; those that stand in line for something forwards. Of those that are to be the only one of a key the first has it.
    /// </summary>
    private void RegisterAll(List<TaskRecord>? children, TaskRecord spawner, JoinRecord? join, TreeRecord tree, LiveParent parent)
    {
        foreach (var child in CollectionsMarshal.AsSpan(children))
        {
            if (child.Unique is { } unique && spawner.Early?.ContainsKey(child.Id) != true)
            {
                ledger.Uniques.Meet(child, unique);
            }
        }

        var standInLine = false;
        for (var index = (children?.Count ?? 0) - 1; index >= 0; index--)
        {
            var child = children![index];
            if (child.Type.Gates is null)
            {
                RegisterOne(child, spawner, join, tree, parent);
            }
            else
            {
                standInLine = true;
            }
        }

        for (var index = 0; standInLine && index < children!.Count; index++)
        {
            if (children[index].Type.Gates is not null)
            {
                RegisterOne(children[index], spawner, join, tree, parent);
            }
        }
    }

    private void RegisterOne(TaskRecord child, TaskRecord spawner, JoinRecord? join, TreeRecord tree, LiveParent parent)
    {
        if (child.Join != join)
        {
            child.Join = null; // of a join that the handler made and then did not end with
        }

        if (spawner.Early is { } early && early.ContainsKey(child.Id))
        {
            // An earlier attempt spawned it early: it is the same child, and there is no second.
            if (child.Join is not null)
            {
                (child.Join.EarlyChildren ??= []).Add((child.Id, child.JoinIndex));
            }

            return;
        }

        ledger.Register(child, tree, parent, spawner);
    }

    /// <summary>Children that were spawned early may have ended before their join was known: their outcomes were kept.</summary>
    private void FeedEarly(JoinRecord join, TaskRecord owner)
    {
        if (join.EarlyChildren is null)
        {
            return;
        }

        join.EarlyChildren.Sort(static (one, other) => one.Index.CompareTo(other.Index)); // of several that have failed the first in place is the first
        foreach (var (id, index) in join.EarlyChildren)
        {
            if (owner.Early is null || !owner.Early.TryGetValue(id, out var early))
            {
                throw new UnreachableException($"{join.Type} {join.Id} joins {id}, which {owner.Id} never spawned early.");
            }

            early.Child.Join = join;
            early.Child.JoinIndex = index;
            ledger.Journal?.Touch(early.Child);
            if (early.Outcome is not null)
            {
                Take(join, index, early.Outcome);
            }
        }

        join.EarlyChildren = null;
    }

    /// <summary>From now on no join can be made of the children that were spawned early: of those that have ended, a failure counts.</summary>
    private static void ForgetEarly(TaskRecord spawner)
    {
        if (spawner.Early is not { } early)
        {
            return;
        }

        foreach (var (child, outcome) in early.Values)
        {
            if (child.Join is null && outcome is not null)
            {
                LeaveUnjoined(spawner.Tree!, outcome);
            }
        }

        spawner.ForgetEarly();
    }

    private static void LeaveUnjoined(TreeRecord tree, Outcome outcome)
    {
        if (outcome.IsFailed)
        {
            tree.FailUnjoined(outcome.Failure);
        }
    }

    private void EndOne(TaskRecord task, Outcome outcome)
    {
        var tree = task.Tree!;
        var parent = task.Parent!;
        ledger.Remove(task, outcome.State);
        ledger.Observer?.Ended(task, outcome);
        if (task.UniqueEntry is not null)
        {
            ledger.Uniques.Ended(task, outcome);
        }

        parent.Release(task);
        while (task.FirstChild is { } orphan)
        {
            task.Release(orphan);
            parent.Adopt(orphan);
        }

        var mayBeJoined = false;
        if (parent is TaskRecord { Early: { } early } && early.TryGetValue(task.Id, out var known))
        {
            early[task.Id] = (known.Child, outcome);
            mayBeJoined = true;
        }

        ForgetEarly(task);
        if (task == tree.Root)
        {
            tree.RootOutcome = outcome;
            ledger.LeaveRoot(tree);
            ledger.Effects.Add(new RootEnded(tree, outcome));
        }

        if (task is JoinRecord { Owner: { } owner })
        {
            _ending.Enqueue((owner, outcome));
        }
        else if (task.Join is { } join)
        {
            if (!join.IsDecided)
            {
                Take(join, task.JoinIndex, outcome);
                Decide(join);
            }
        }
        else if (task != tree.Root && !mayBeJoined)
        {
            LeaveUnjoined(tree, outcome);
        }

        tree.Leave(outcome.State);
        ledger.Journal?.End(task, tree, outcome);
        if (tree.Live == 0)
        {
            EndTree(tree);
        }
    }

    internal void EndTree(TreeRecord tree)
    {
        if (tree.Completion is { } completion)
        {
            tree.Completion = null;
            ledger.Register(completion, tree, tree, null);
            return;
        }

        ledger.RemoveTree(tree);
        ledger.Journal?.Close(tree);
        ledger.Effects.Add(new TreeEnded(tree, tree.ToOutcome()));
    }

    internal static void Take(JoinRecord join, int index, Outcome outcome)
    {
        if (outcome.IsSucceeded)
        {
            join.Succeeded++;
        }
        else
        {
            join.NotSucceeded++;
        }

        if (join.IsFold)
        {
            (join.Arrived ??= new()).Enqueue(outcome);
        }
        else
        {
            join.Outcomes![index] = outcome;
        }

        if (outcome.IsFailed && join.Policy.Kind != JoinPolicy.Rule.Collect)
        {
            join.FirstFailure ??= outcome.Failure;
        }
    }

    internal void Decide(JoinRecord join)
    {
        if (join.IsDecided || join.State.IsTerminal())
        {
            return;
        }

        if (join.Tree is { Stored: { IsLoading: true } loading })
        {
            (loading.Undecided ??= []).Add(join); // once all that it joins has been read
            return;
        }

        switch (join.Policy.Judge(join.Children, join.Succeeded, join.NotSucceeded))
        {
            case JoinVerdict.Wait:
                if (join.IsFold)
                {
                    NextStep(join);
                }

                break;
            case JoinVerdict.Fire:
                join.IsDecided = true;
                if (join.IsFold && join.Succeeded + join.NotSucceeded < join.Children)
                {
                    join.Taken = join.Succeeded + join.NotSucceeded;
                    ledger.Journal?.Touch(join);
                }

                CancelSiblings(join);
                if (join.IsFold)
                {
                    NextStep(join);
                }
                else
                {
                    ledger.MakeReady(join);
                }

                break;
            case JoinVerdict.Fail:
                join.IsDecided = true;
                var failure = join.FirstFailure ?? Attempts.NewFailure(
                    join, FailureKind.Join, $"Of {join.Children} joined task(s) {join.Succeeded} succeeded and {join.NotSucceeded} did not; the join's policy is {join.Policy}.");
                _together++;
                CancelSiblings(join); // first: with the end of the join its owner has no children any more
                Fail(join, failure);
                _together--;
                Settle();
                break;
        }
    }

    /// <summary>Fails a join that waits; a fold that is in a step is told to end first.</summary>
    private void Fail(JoinRecord join, Failure failure)
    {
        if (join.State == TaskState.Running)
        {
            join.PendingFailure = failure;
            ledger.Interrupt(join, Interruption.Cancel);
            return;
        }

        End(join, join.Type.Failed(failure));
    }

    /// <summary>Unique tasks that wait for what has ended here: they end once all has that ends with it.</summary>
    private void Settle()
    {
        if (!_isEnding && _together == 0)
        {
            ledger.Uniques.Settle();
        }
    }

    private void CancelSiblings(JoinRecord join)
    {
        if (join.Succeeded + join.NotSucceeded == join.Children)
        {
            return;
        }

        _cancelling.Clear();
        CollectMembers(join);
        foreach (var child in _cancelling)
        {
            join.Outcomes?[child.JoinIndex] ??= child.Type.Cancelled;
        }

        CancelCollected();
    }

    private void CollectMembers(JoinRecord join)
    {
        for (var child = join.Owner!.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child.Join == join)
            {
                _cancelling.Add(child);
            }
        }
    }

    /// <summary>Hands a fold what has arrived, if it is worth a step or the last one is due.</summary>
    private void NextStep(JoinRecord fold)
    {
        if (fold.State != TaskState.Waiting)
        {
            return;
        }

        if ((fold.Arrived?.Count ?? 0) >= ledger.Settings.FoldStepMax || fold.IsDecided)
        {
            TakeStep(fold);
            ledger.MakeReady(fold);
        }
    }

    /// <summary>Sets aside what the next step folds in.</summary>
    internal void TakeStep(JoinRecord fold)
    {
        var arrived = fold.Arrived?.Count ?? 0;
        var stepMax = ledger.Settings.FoldStepMax;
        var taken = Math.Min(arrived, stepMax);
        fold.Step = new Outcome[taken];
        for (var index = 0; index < taken; index++)
        {
            fold.Step[index] = fold.Arrived!.Dequeue();
        }

        fold.IsLastStep = fold.IsDecided && taken == arrived;
    }

    private void CollectChildren(LiveParent parent)
    {
        for (var child = parent.FirstChild; child is not null; child = child.NextSibling)
        {
            _cancelling.Add(child);
        }
    }

    /// <summary>
    /// Cancels what <see cref="_cancelling"/> names and all below. First everything is marked, then it ends: so no join can
    /// take the cancellation of a child for a failure of its own.
    /// </summary>
    /// <param name="failure">What they fail with; null where they are cancelled.</param>
    private void CancelCollected(Failure? failure = null)
    {
        for (var index = 0; index < _cancelling.Count; index++)
        {
            var task = _cancelling[index];
            if (task is JoinRecord join)
            {
                join.IsDecided = true;
            }

            if (failure is null)
            {
                WithdrawFailure(task);
            }
            else if (task.State == TaskState.Running)
            {
                Promise(task, failure);
            }

            CollectChildren(task);
        }

        var cancelled = _cancelling.ToArray();
        _cancelling.Clear();
        foreach (var task in cancelled)
        {
            switch (task.State)
            {
                case TaskState.Scheduled or TaskState.Waiting or TaskState.Ready:
                    _ending.Enqueue((task, failure is null ? task.Type.Cancelled : task.Type.Failed(failure)));
                    break;
                case TaskState.Running:
                    ledger.Interrupt(task, Interruption.Cancel);
                    break;
            }
        }

        if (!_isEnding && _ending.TryDequeue(out var first))
        {
            End(first.Task, first.Outcome);
        }
    }

    /// <summary>Of what has failed and is cancelled before its run has ended: cancel wins.</summary>
    private void WithdrawFailure(TaskRecord task)
    {
        if (task.PendingFailure is not null)
        {
            task.PendingFailure = null;
            ledger.Journal?.Touch(task);
        }
    }

    /// <summary>What runs is to fail with that, unless it has been told to end before.</summary>
    private void Promise(TaskRecord task, Failure failure)
    {
        if (task.Interruption != Interruption.Cancel)
        {
            task.PendingFailure = failure;
        }
        else if (task.PendingFailure is not null)
        {
            task.IsOverdue = true;
            ledger.Journal?.Touch(task);
        }
    }
}
