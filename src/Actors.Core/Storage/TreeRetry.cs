namespace Actors.Storage;

/// <summary>
/// Makes the rows of a new tree from those of one that has ended: what succeeded keeps its result and is not run again, what failed runs again, and what was
/// cancelled because of it, and the joins that waited for it. The ended tree stays as it is, for ended is ended.
/// </summary>
/// <remarks>
/// The new tree has the shape of the old one, and ids of its own: each is that of the old one, shifted by what its tree is shifted by. A follow-up's id is made
/// from its parent's as that was before any shift, so whoever runs again finds the children that it had.
/// </remarks>
internal sealed class TreeRetry
{
    private const TaskFlags Kept = TaskFlags.Join | TaskFlags.Fold | TaskFlags.Completion | TaskFlags.Early;
    private readonly IReadOnlyList<TaskRow> _rows;
    private readonly long[] _joinOf;
    private readonly long[] _numbers;
    private readonly bool[] _isAgain;
    private readonly int _completion;
    private readonly TreeCounts? _counts;
    private readonly TaskId? _only;
    private readonly HashSet<long> _early = [];

    /// <param name="rootId">The root.</param>
    /// <param name="rows">Every row of that tree, which has ended.</param>
    /// <param name="only">The task that runs again with all that its failure led to; null means all that failed.</param>
    /// <exception cref="InvalidOperationException">There is no such tree, it has not ended, or there is nothing in it to run again; the message says what and why.</exception>
    public TreeRetry(TaskId rootId, IReadOnlyList<TaskRow> rows, TaskId? only)
    {
        if (rows.Count == 0)
        {
            throw new InvalidOperationException($"There is no tree {rootId} in the store. It may have been deleted, since it was old.");
        }

        (_rows, _only) = (rows, only);
        var root = rows[0];
        _counts = root.Counts is null ? null : StoreJson.ReadCounts(root.Counts);
        if (root.TreeEndedAt == TaskRow.None)
        {
            throw new InvalidOperationException($"Tree {root.Id} has not ended: what fails in it is retried as its retry policy says. Wait for its end, or cancel it.");
        }

        if (rows.Count != (_counts?.Tasks ?? 1))
        {
            throw new InvalidOperationException($"Tree {root.Id} is being deleted, since it is old: what is left of it cannot be run again.");
        }

        _completion = rows.ToList().FindIndex(static row => row.Flags.HasFlag(TaskFlags.Completion));
        _joinOf = JoinsOfOwners();
        _numbers = NewNumbers();
        _isAgain = new bool[rows.Count];
        Mark();
        Again = _isAgain.LongCount(static again => again);
        if (Again == 0)
        {
            throw new InvalidOperationException(
                only is { } task ? $"Task {task} of tree {root.Id} succeeded: its result stands, and there is nothing to run again."
                : $"Nothing failed in tree {root.Id} but what its joins have dealt with: there is nothing to run again.");
        }

        Root = RootOf(root.Id, only);
    }

    /// <summary>The root of the new tree. The same for the same request, so that asking twice makes one.</summary>
    public TaskId Root { get; }

    /// <summary>How many tasks run again.</summary>
    public long Again { get; }

    /// <summary>The quarantined ones among them.</summary>
    public IEnumerable<TaskNumber> Released =>
        _rows.Where((row, index) => _isAgain[index] && row.Flags.HasFlag(TaskFlags.Quarantined)).Select(static row => new TaskNumber(row.Tree, row.Number));

    /// <summary>The root of the tree that a request for a retry makes.</summary>
    public static TaskId RootOf(TaskId root, TaskId? only) => root.Retry(only);

    /// <summary>What is written down about it.</summary>
    public AuditRow ToAudit(TaskId? task, string by, long now) => new(
        0, now, by, "retry", task is { } one ? $"task {one} of tree {_rows[0].Id}" : $"tree {_rows[0].Id}", Again, $"goes on as tree {Root}");

    /// <summary>The rows of the new tree, which are a live one's.</summary>
    /// <param name="tree">Its number.</param>
    /// <param name="now">The time, in UTC ticks.</param>
    public List<TaskRow> Rows(long tree, long now)
    {
        var shift = Root.Shifted(_rows[0].Id); // from one to the other
        var orders = _rows.Where((row, index) => IsKept(index)).Select(static row => row.EndedOrder).Order().ToArray();
        var made = new List<TaskRow>(_rows.Count);
        for (var index = 0; index < _rows.Count; index++)
        {
            if (_numbers[index] == TaskRow.None)
            {
                continue;
            }

            var row = _rows[index] with
            {
                Tree = tree,
                Number = made.Count,
                Id = _rows[index].Id.Shifted(shift),
                Parent = NumberOf(_rows[index].Parent),
                Join = NumberOf(_rows[index].Join),
                Counts = null,
                TreeEndedAt = TaskRow.None,
            };
            if (row.Joins is { } joins)
            {
                var join = StoreJson.ReadJoin(joins);
                var after = EndedBefore(orders, join.After + 1);
                row.Joins = StoreJson.Write(_isAgain[index] ? join with { After = after, Folded = 0, State = null } : join with { After = after });
            }

            made.Add(_isAgain[index] ? Fresh(row, index, now) : row with { EndedOrder = EndedBefore(orders, row.EndedOrder) + 1, Flags = row.Flags & ~TaskFlags.Quarantined });
        }

        var root = made[0];
        made[0] = root with { Counts = StoreJson.Write(CountsOf(made, shift)) };
        return made;
    }

    private static bool IsJoin(in TaskRow row) => row.Flags.HasFlag(TaskFlags.Join);

    private static int EndedBefore(long[] orders, long order) => Array.BinarySearch(orders, order) is var place && place < 0 ? ~place : place;

    private bool IsKept(int index) => _numbers[index] != TaskRow.None && !_isAgain[index];

    private long NumberOf(long number) => number == TaskRow.None ? TaskRow.None : _numbers[number];

    /// <summary>The join that each task ended with, if it did; and who has spawned early and joined nothing.</summary>
    private long[] JoinsOfOwners()
    {
        var joins = new long[_rows.Count];
        Array.Fill(joins, TaskRow.None);
        foreach (var row in _rows)
        {
            if (IsJoin(in row))
            {
                joins[row.Parent] = row.Number;
            }
            else if (row.Flags.HasFlag(TaskFlags.Early) && row.Join == TaskRow.None)
            {
                _early.Add(row.Parent);
            }
        }

        return joins;
    }

    /// <summary>All come along but what the completion task has spawned: it runs when the new tree is done, and spawns that anew.</summary>
    private long[] NewNumbers()
    {
        var numbers = new long[_rows.Count];
        var isBelow = new bool[_rows.Count];
        var next = 0L;
        for (var index = 0; index < numbers.Length; index++)
        {
            var row = _rows[index];
            var parent = row.Parent;
            isBelow[index] = row.Flags.HasFlag(TaskFlags.Completion) || (parent != TaskRow.None && isBelow[parent]);
            numbers[index] = isBelow[index] && !row.Flags.HasFlag(TaskFlags.Completion) ? TaskRow.None : next++;
        }

        return numbers;
    }

    /// <summary>Who takes a task's outcome: the join that it feeds; the owner of a join.</summary>
    private long ConsumerOf(int index) => IsJoin(_rows[index]) ? _rows[index].Parent : _rows[index].Join;

    private void Mark()
    {
        if (_only is { } only)
        {
            MarkOne(only);
        }

        // What becomes of a task follows from what becomes of whoever takes its outcome, which may have a smaller number or a larger one.
        var isKnown = (bool[])_isAgain.Clone();
        var way = new Stack<int>();
        for (var start = 0; start < _rows.Count; start++)
        {
            for (var step = (long)start; step != TaskRow.None && !isKnown[step]; step = ConsumerOf((int)step))
            {
                way.Push((int)step);
                isKnown[step] = true;
            }

            while (way.TryPop(out var index))
            {
                _isAgain[index] = _rows[index].State != TaskState.Succeeded && IsWanted(index);
            }
        }

        for (var index = 0; index < _rows.Count; index++)
        {
            if (_isAgain[index] && _joinOf[index] != TaskRow.None)
            {
                _isAgain[_joinOf[index]] = true; // it may have succeeded when its owner was cancelled
            }
        }

        if (_only is null && _completion >= 0 && _rows.Any(row => _numbers[row.Number] == TaskRow.None && row.State != TaskState.Succeeded))
        {
            _isAgain[_completion] = true; // what it spawned did not succeed, and it spawns that
        }

        if (_completion >= 0 && Array.Exists(_isAgain, static again => again))
        {
            _isAgain[_completion] = true; // it tells how the new tree ended
        }
    }

    /// <summary>One task, and all that waited for it.</summary>
    private void MarkOne(TaskId only)
    {
        var number = TaskRow.None;
        for (var index = 0; index < _rows.Count && number == TaskRow.None; index++)
        {
            number = _rows[index].Id == only ? index : TaskRow.None;
        }

        if (number == TaskRow.None)
        {
            throw new InvalidOperationException($"Tree {_rows[0].Id} has no task {only}.");
        }

        if (_rows[(int)number].State == TaskState.Succeeded)
        {
            return;
        }

        if (_numbers[number] == TaskRow.None)
        {
            number = _completion; // which spawns it
        }

        for (; number != TaskRow.None; number = ConsumerOf((int)number))
        {
            _isAgain[number] = true;
            if (ConsumerOf((int)number) is var join && join != TaskRow.None && HasGoneOn(join, (int)number))
            {
                throw new InvalidOperationException(
                    $"The join {_rows[(int)join].Id} has taken the failure of task {_rows[(int)number].Id} and gone on with other tasks: nobody would take another outcome. Retry the whole tree, or submit it anew.");
            }
        }
    }

    /// <summary>Whether somebody wants another outcome of what did not succeed: not whoever has gone on with the one there was.</summary>
    private bool IsWanted(int index)
    {
        var (row, consumer) = (_rows[index], ConsumerOf(index));
        return _numbers[index] != TaskRow.None && (consumer != TaskRow.None ? _isAgain[consumer] && !HasGoneOn(consumer, index)
            : _only is null || (row.Flags.HasFlag(TaskFlags.Early) && row.Parent != TaskRow.None && _isAgain[row.Parent]));
    }

    /// <summary>Whether a join has fired, and ended with a join of its own: it does not fire again.</summary>
    private bool HasGoneOn(long consumer, int index) => !IsJoin(_rows[index]) && _joinOf[consumer] != TaskRow.None;

    private TaskRow Fresh(TaskRow row, int index, long now)
    {
        var isCompletion = row.Flags.HasFlag(TaskFlags.Completion);
        var isWithheld = isCompletion && Again > 1;
        return row with
        {
            Flags = (row.Flags & Kept) | (isWithheld ? TaskFlags.Withheld : 0) | (HasEarly(index) ? TaskFlags.HasEarly : 0)
                | (row.Flags.HasFlag(TaskFlags.Quarantined) ? TaskFlags.Suspect : 0), // it runs alone
            State = IsJoin(in row) && _joinOf[index] == TaskRow.None || isWithheld ? TaskState.Waiting
                : _joinOf[index] != TaskRow.None ? TaskState.Joining
                : TaskState.Ready,
            DueAt = TaskRow.None,
            Attempt = 0,
            Losses = 0,
            CreatedAt = now,
            EndedAt = TaskRow.None,
            EndedOrder = TaskRow.None,
            Outcome = null,
        };
    }

    /// <summary>Whether it may yet make a join of what it spawned early.</summary>
    private bool HasEarly(int index) => _joinOf[index] == TaskRow.None && _early.Contains(index);

    private TreeCounts CountsOf(List<TaskRow> made, TaskId shift)
    {
        var unjoined = made.Where(static row => row is { State: TaskState.Failed, Number: > 0 } && row.Join == TaskRow.None && !row.Flags.HasFlag(TaskFlags.Join))
            .OrderBy(static row => row.EndedOrder).ToArray();
        return new TreeCounts
        {
            Tasks = made.Count,
            Live = made.LongCount(static row => !row.State.IsTerminal() && !row.Flags.HasFlag(TaskFlags.Withheld)),
            Succeeded = Count(TaskState.Succeeded),
            Failed = Count(TaskState.Failed),
            Cancelled = Count(TaskState.Cancelled),
            UnjoinedFailures = unjoined.Length,
            FirstUnjoinedFailure = unjoined.Length == 0 ? null : StoredFailure.Of(StoreJson.ReadFailure(unjoined[0].Outcome!)),
            RetryOf = _rows[0].Id.ToString(),
            Shift = shift.Shifted(_counts?.ShiftId ?? default).ToString(),
        };

        long Count(TaskState state) => made.LongCount(row => row.State == state);
    }
}
