namespace Actors.Ledger;

/// <summary>The ready tasks of one tree in one pool: the newest first, as on a stack.</summary>
internal sealed class ReadyStack(int pool, ReadyStack? next)
{
    public int Pool { get; } = pool;

    /// <summary>The tree's stack for another pool.</summary>
    public ReadyStack? Next { get; } = next;

    public TaskRecord? Top { get; set; }

    /// <summary>Whether it stands in the pool's round.</summary>
    public bool IsInRound { get; set; }
}

/// <summary>
/// The ready tasks of one pool. Depth first within a tree: the newest runs first, so that a million-leaf tree has some
/// hundred tasks alive. Fair between trees: they take turns, the one that has waited longest first.
/// </summary>
/// <remarks>A task that was cancelled while it was ready stays where it is and is passed over: it never becomes ready again.</remarks>
internal sealed class ReadyQueue(int pool)
{
    private readonly Queue<ReadyStack> _round = new();

    public void Push(TaskRecord task)
    {
        var stack = StackOf(task.Tree!);
        task.NextReady = stack.Top;
        stack.Top = task;
        if (!stack.IsInRound)
        {
            stack.IsInRound = true;
            _round.Enqueue(stack);
        }
    }

    /// <summary>The tree whose turn it is; null where nothing is ready.</summary>
    public ReadyStack? Turn()
    {
        while (_round.TryPeek(out var stack))
        {
            if (Peek(stack) is not null)
            {
                return stack;
            }

            _round.Dequeue();
            stack.IsInRound = false;
        }

        return null;
    }

    /// <summary>The newest ready task of the tree; null where it has none left.</summary>
    public static TaskRecord? Peek(ReadyStack stack)
    {
        while (stack.Top is { State: not TaskState.Ready } passed)
        {
            stack.Top = passed.NextReady;
            passed.NextReady = null;
        }

        return stack.Top;
    }

    public static TaskRecord Pop(ReadyStack stack)
    {
        var task = stack.Top!;
        stack.Top = task.NextReady;
        task.NextReady = null;
        return task;
    }

    /// <summary>The tree has had its turn.</summary>
    public void EndTurn()
    {
        var stack = _round.Dequeue();
        if (stack.Top is null)
        {
            stack.IsInRound = false;
        }
        else
        {
            _round.Enqueue(stack);
        }
    }

    private ReadyStack StackOf(TreeRecord tree)
    {
        for (var stack = tree.ReadyStacks; stack is not null; stack = stack.Next)
        {
            if (stack.Pool == pool)
            {
                return stack;
            }
        }

        return tree.ReadyStacks = new ReadyStack(pool, tree.ReadyStacks);
    }
}
