using System.Globalization;

namespace Actors.Ledger;

/// <summary>The trees to which something happens at a time: a deadline passes, or running time is used up. What lost its reason stays until it is due or outnumbers the rest.</summary>
internal sealed class TreeAlarms(TaskLedger ledger)
{
    private const int SweepAbove = 1024;
    private readonly PriorityQueue<TreeRecord, (long At, long Order)> _queue = new(); // of those at one time the first that was set
    private long _set;
    private int _dead;

    /// <summary>When the first is due; the end of time where there is none.</summary>
    public long Next
    {
        get
        {
            while (_queue.TryPeek(out var tree, out var alarm))
            {
                if (tree.Terms!.AlarmAt == alarm.At)
                {
                    return alarm.At;
                }

                _queue.Dequeue();
                _dead = Math.Max(0, _dead - 1);
            }

            return long.MaxValue;
        }
    }

    /// <summary>The tree is new, or its terms have changed.</summary>
    public void Set(TreeRecord tree) => Set(tree, tree.Terms!, Math.Min(DeadlineOf(tree.Terms!), tree.Terms!.ExhaustedAt));

    /// <summary>A tree has ended.</summary>
    public void Remove(TreeRecord tree)
    {
        if (tree.Terms is { } terms)
        {
            Drop(terms);
            terms.AlarmAt = long.MaxValue;
        }
    }

    /// <summary>Does what is due.</summary>
    public void Ring()
    {
        while (Next <= ledger.NowTicks)
        {
            var tree = _queue.Dequeue();
            var terms = tree.Terms!;
            terms.AlarmAt = long.MaxValue;
            if (terms.DeadlineAt <= ledger.NowTicks && !terms.IsOver)
            {
                terms.IsOver = true;
                Expire(tree, tree.Live);
                if (tree.Live > 0)
                {
                    Set(tree);
                }
            }
            else
            {
                ledger.Budgets.Stop(terms);
                Set(tree, terms, DeadlineOf(terms)); // who is told to end has the grace time, and needs no other alarm
            }
        }
    }

    /// <summary>
    /// What is live has failed, joins among it, and what runs is told to end. Of a tree that is still being read from its store, once it has been: nothing of it starts
    /// until then.
    /// </summary>
    /// <param name="tree">The tree.</param>
    /// <param name="live">How many of its tasks are live: while it is being read, its own count has one more.</param>
    public void Expire(TreeRecord tree, long live)
    {
        if (tree is { Terms: { IsOver: true, IsTold: false } terms } and not { Stored.IsLoading: true })
        {
            terms.IsTold = true;
            var failure = FailureOf(tree);
            ledger.Journal?.Touch(tree);
            ledger.Effects.Add(new TreeExpired(tree, failure, live));
            ledger.Endings.FailBelow(tree, failure);
        }
    }

    /// <summary>The same each time it is asked for: one for the whole tree.</summary>
    public static Failure FailureOf(TreeRecord tree) => new()
    {
        Kind = FailureKind.Deadline,
        Type = nameof(FailureKind.Deadline),
        Message = string.Create(CultureInfo.InvariantCulture, $"The deadline of the tree, {new DateTime(tree.Terms!.DeadlineAt, DateTimeKind.Utc):yyyy-MM-dd HH:mm:ss.fff} UTC, has passed."),
        TaskId = tree.Id,
        TaskType = tree.Root.Type.Name,
        Path = [tree.Id],
    };

    private static long DeadlineOf(TreeTerms terms) => terms.IsOver ? long.MaxValue : terms.DeadlineAt;

    private void Set(TreeRecord tree, TreeTerms terms, long at)
    {
        if (at == terms.AlarmAt)
        {
            return;
        }

        Drop(terms);
        terms.AlarmAt = at;
        if (at != long.MaxValue)
        {
            _queue.Enqueue(tree, (at, _set++));
        }
    }

    private void Drop(TreeTerms terms)
    {
        if (terms.AlarmAt == long.MaxValue || ++_dead < SweepAbove || _dead * 2 < _queue.Count)
        {
            return;
        }

        terms.AlarmAt = long.MaxValue;
        var live = _queue.UnorderedItems.Where(static item => item.Element.Terms!.AlarmAt == item.Priority.At).ToArray();
        _queue.Clear();
        _queue.EnqueueRange(live);
        _dead = 0;
    }
}
