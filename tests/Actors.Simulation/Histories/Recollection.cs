namespace Actors.Simulation.Histories;

/// <summary>What the book says of a process that has died and come back: what ran is suspect, and each tree goes on once its rows have been read.</summary>
internal sealed class Recollection(Book book, Terms terms)
{
    /// <summary>The process is gone, and everything with it that the store does not have. What was running is suspect, and a run that died counts as one.</summary>
    public void Die()
    {
        foreach (var stint in book.Benches.Values.SelectMany(static bench => bench.Stints).ToArray())
        {
            var task = stint.Task;
            book.Close(stint, hasRun: true);
            task.IsSuspect = true;
            task.Losses++;
            task.Doom = task.Overdue ?? task.Doom;
            task.IsCondemned = stint.Told == Reason.Cancel && task.Doom is null or { Kind: FailureKind.Deadline };
            book.Seen?.Add($"the process dies while {(task.Owner is null ? "a task" : task.Fold is null ? "a join" : "a fold")} runs{(stint.Told == Reason.None ? "" : $" that was told {stint.Told}")}");
            if (task.Doom is { Kind: not FailureKind.Deadline })
            {
                (task.Doom, task.IsDecided) = (null, false); // it has not failed yet: it is judged again
            }

            Book.MakeReady(task, Rules.LostIsReady);
        }

        if (book.Holds.Count > 0)
        {
            book.Seen?.Add($"the process dies while {(book.Holds.Any(static hold => hold.Tree is not null) ? "a tree" : "a pool or a type")} is paused");
        }

        book.Forget();
    }

    /// <summary>The rows of a tree are being read.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="isScheduled">Whether a task's row says that it is scheduled: that it was due since is not written.</param>
    public void Load(Errand root, Predicate<Errand> isScheduled)
    {
        var entry = book.EntryOf(root)!;
        entry.Tree!.IsLoading = true;
        book.Trees.Add(root.Id, entry);
        foreach (var task in entry.Tree.Tasks.Where(static task => !task.IsEnded))
        {
            book.Live.Add(task.Task.Id, task);
            (task.IsUnread, task.HasNews) = (true, false);
            task.Runs = 0; // runs are counted by the process
            task.State = task.State == TaskState.Ready && task.DueAt <= book.Now && isScheduled(task.Task) ? TaskState.Scheduled : task.State;
            if (task.Fold is { } fold && (task.State is TaskState.Ready or TaskState.Scheduled))
            {
                fold.Offered.InsertRange(0, fold.Step?.Select(static outcome => outcome!.Value) ?? []);
                (fold.Step, task.State) = (null, task.State == TaskState.Ready ? TaskState.Waiting : TaskState.Scheduled);
            }
        }
    }

    /// <summary>The row of a task has been read, and it depends on no other.</summary>
    public void Read(Errand task) => book.EntryOf(task)!.IsUnread = false;

    /// <summary>All rows of a tree have been read: its joins go on, and who was condemned or has died too often ends.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="order">Its tasks in the order of their birth.</param>
    public void Loaded(Errand root, IReadOnlyList<Errand> order)
    {
        var tree = book.EntryOf(root)!.Tree!;
        tree.IsLoading = false;
        var hadCompletion = tree.CompletionEntry is not null;
        Entry[] live = [.. order.Select(task => book.EntryOf(task)!).Where(static task => !task.IsEnded)];
        Array.ForEach(live, static task => task.IsUnread = false);
        Array.ForEach(live, book.Return);
        Entry[] dead = [.. live.Where(task => task.IsCondemned || task.Losses >= terms.WorkerLossesMax)];
        foreach (var join in live.Where(static task => task.Owner is not null).Except(dead).ToArray())
        {
            if (join is { Fold: { } fold, State: TaskState.Scheduled })
            {
                book.TakeStep(join, fold);
            }
            else
            {
                book.Judge(join);
                book.OfferStep(join);
            }
        }

        foreach (var join in tree.Tasks.Where(static task => task is { Owner: not null, IsEnded: false }).Except(live).ToArray())
        {
            book.Judge(join); // made meanwhile
        }

        foreach (var join in dead.Where(static task => task is { HasNews: true, IsEnded: false, IsCondemned: false }))
        {
            book.Judge(join); // what ended while it was read may fail it before it dies of its own
        }

        foreach (var task in dead.Where(static task => !task.IsEnded))
        {
            if (task.IsCondemned)
            {
                book.Seen?.Add(task.Doom is null ? "what was cancelled while it ran is not run again" : "what ran at its deadline is not run again");
                book.EndCancelled(task);
            }
            else
            {
                book.Seen?.Add("a task is quarantined");
                book.FailForGood(task, Book.NewTrouble(task, FailureKind.Quarantined, task.NextAttempt(true) - 1));
            }
        }

        book.ExpireIfOverdue(book.EntryOf(root)!, hadCompletion ? null : tree.CompletionEntry);
        book.EndTreeIfOver(book.EntryOf(root)!);
    }
}
