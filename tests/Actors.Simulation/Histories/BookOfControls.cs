namespace Actors.Simulation.Histories;

/// <summary>What people and the terms of a tree have a say in: pauses, deadlines, budgets.</summary>
internal sealed partial class Book
{
    /// <returns>Whether it was otherwise before.</returns>
    public bool SetPause(Hold hold, bool isPaused)
    {
        if (hold.Tree is { } tree && !Trees.ContainsKey(tree))
        {
            return false;
        }

        var isChanged = isPaused ? Holds.Add(hold) : Holds.Remove(hold);
        foreach (var bench in Benches.Values)
        {
            bench.RecallAt = isChanged && isPaused && bench.Stints.Count > 1 && bench.Stints.Exists(stint => hold.Has(stint.Task)) ? Now : bench.RecallAt;
        }

        Seen?.Add(isPaused ? "a pause" : "a resume");
        return isChanged;
    }

    public bool MayStart(Entry entry) => !Holds.Any(hold => hold.Has(entry)) && !(entry.Root.Tree!.IsLoading && IsOverdue(entry.Root));

    private static void Charge(Entry entry)
    {
        var tree = entry.Root.Tree!;
        tree.Attempts += tree.IsFree(entry) ? 0 : 1;
        Rules.Hold(tree.Rules?.AttemptsMax is not { } max || tree.Attempts <= max, Rules.BudgetKept, $"{tree.Attempts} attempts of {tree.Rules?.AttemptsMax}, {entry}");
    }

    private static void TakeBack(Entry entry) => entry.Root.Tree!.Attempts -= entry.Root.Tree.IsFree(entry) ? 0 : 1;

    /// <summary>What was to start had to fail, since no attempt is left.</summary>
    public void Refuse(Entry entry, int attempt)
    {
        var tree = entry.Root.Tree!;
        Rules.Hold(tree.Attempts == tree.Rules?.AttemptsMax && !tree.IsFree(entry), Rules.BudgetKept, $"{tree.Attempts} attempts of {tree.Rules?.AttemptsMax}, {entry}");
        Seen?.Add("a budget is used up: attempts");
        FailForGood(entry, NewTrouble(entry, FailureKind.Budget, attempt));
    }

    /// <summary>Deadlines pass. Of a tree whose rows are still being read when all of it is back.</summary>
    private void Expire()
    {
        foreach (var root in Trees.Values.Where(root => IsOverdue(root) && !root.Tree!.IsLoading).OrderBy(static root => root.Tree!.DeadlineAt).ToArray())
        {
            if (Trees.GetValueOrDefault(root.Task.Id) == root)
            {
                Expire(root, null); // unless it was a duplicate of one before it, and has ended with that
            }
        }
    }

    /// <param name="root">The root of a tree that is back.</param>
    /// <param name="completion">Its completion task, if that has its turn because of what has ended in this step: the deadline is none of its.</param>
    public void ExpireIfOverdue(Entry root, Entry? completion)
    {
        if (IsOverdue(root))
        {
            Seen?.Add("a deadline passed before a tree was back");
            Expire(root, completion);
        }
    }

    private bool IsOverdue(Entry root) => root.Tree!.DeadlineAt <= Now;

    private void Expire(Entry root, Entry? except)
    {
        root.Tree!.DeadlineAt = long.MaxValue;
        Seen?.Add("a deadline passes");
        Entry[] live = [.. Live.Values.Where(entry => entry.Root == root && entry != except)];
        Owed.Add(new TreeHasExpired(root.Task, live.Length));
        CancelAll(live, NewTrouble(root, FailureKind.Deadline, 0));
    }
}
