namespace Actors.Simulation.Histories;

/// <summary>How tasks and trees end, and what ends with them.</summary>
internal sealed partial class Book
{
    private readonly Queue<(Entry Entry, Ending Ending)> _following = new();
    private int _depth;

    public void FailForGood(Entry task, Trouble trouble)
    {
        Owed.Add(new AttemptHasFailed(task.Task, trouble.Attempt, trouble, null));
        Enter();
        if (task is { Owner: not null, IsDecided: false })
        {
            Seen?.Add("a fold's step fails for good before its children have ended");
            task.IsDecided = true;
            CancelAll([.. Live.Values.Where(entry => entry.IsBelowALiveMemberOf(task))]);
        }

        End(task, Ending.Failed(trouble), Rules.EndTakesEffect);
        Leave();
    }

    public void EndCancelled(Entry task)
    {
        if (task.Doom is { Kind: FailureKind.Budget } exceeded && exceeded.Task == task.Task.Id)
        {
            FailForGood(task, exceeded);
            return;
        }

        End(task, task.Doom is { } doom ? Ending.Failed(doom) : Ending.Cancelled, Rules.EndTakesEffect);
    }

    /// <summary>Ends what does not run, and tells what runs. First all are marked: no join takes a cancel from above for a failure of its child.</summary>
    /// <param name="entries">Which.</param>
    /// <param name="trouble">What they fail with; null where they are cancelled.</param>
    private void CancelAll(Entry[] entries, Trouble? trouble = null)
    {
        Enter();
        foreach (var entry in entries)
        {
            Seen?.Add(entry.Doom is null ? $"cancelled while {entry.State}" : "a fold that has failed in a step is cancelled");
            entry.IsCancelled = true;
            entry.IsDecided = true;
            entry.Overdue = entry is { Doom: not null, Stint.Told: Reason.Cancel } ? trouble : null;
            entry.Doom = trouble is null ? null : entry.Stint is { Told: not Reason.Cancel } ? trouble : entry.Doom;
        }

        foreach (var entry in entries)
        {
            if (entry.Stint is { } stint)
            {
                Tell(stint, Reason.Cancel);
            }
            else if (entry.State is TaskState.Scheduled or TaskState.Waiting or TaskState.Ready)
            {
                End(entry, trouble is null ? Ending.Cancelled : Ending.Failed(trouble), Rules.EndTakesEffect);
            }
        }

        Leave();
    }

    private void End(Entry entry, Ending ending, string because)
    {
        Enter();
        (entry.State, entry.Ending, entry.Because) = (ending.State, ending, because);
        entry.Early.Clear();
        Live.Remove(entry.Task.Id);
        Ended.Add(entry);
        if (entry.HasKey)
        {
            Follow(entry);
        }

        if (entry == entry.Root)
        {
            Owed.Add(new RootHasEnded(entry.Task, ending));
        }

        if (entry.Owner is { } owner)
        {
            End(owner, ending, because);
        }
        else if (entry.Feeds is { IsDecided: false, IsEnded: false } join)
        {
            Arrive(join, entry);
            Judge(join);
        }

        EndTreeIfOver(entry.Root);
        Leave();
    }

    public void EndTreeIfOver(Entry root)
    {
        var tree = root.Tree!;
        if (tree.IsLoading || !tree.Tasks.TrueForAll(static task => task.IsEnded) || Trees.GetValueOrDefault(root.Task.Id) != root)
        {
            return;
        }

        if (tree.Completion is { } completion)
        {
            tree.Completion = null;
            tree.CompletionEntry = new Entry(completion, root, root) { Because = Rules.Completion };
            Register(tree.CompletionEntry);
            return;
        }

        Trees.Remove(root.Task.Id);
        Holds.RemoveWhere(hold => hold.Tree == root.Task.Id);
        Owed.Add(tree.Outcome(root));
    }

    /// <summary>What happens from here to <see cref="Leave"/> is one: what follows an end comes after all of it.</summary>
    private void Enter() => _depth++;

    private void Leave()
    {
        while (_depth == 1 && _following.TryDequeue(out var next))
        {
            if (!next.Entry.IsEnded)
            {
                End(next.Entry, next.Ending, Rules.OneOfAKey);
            }
        }

        _depth--;
    }
}
