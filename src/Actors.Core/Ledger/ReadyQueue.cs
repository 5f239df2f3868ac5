using System.Numerics;

namespace Actors.Ledger;

/// <summary>The ready tasks of one tree in one pool that have one priority: the newest first, as on a stack.</summary>
internal sealed class ReadyStack(int lane, ReadyStack? next)
{
    /// <summary>Whose it is; not to be asked where it is empty.</summary>
    public TreeRecord Tree => Top!.Tree!;

    /// <summary>Which pool and which priority: see <see cref="ReadyQueue.LaneOf"/>.</summary>
    public int Lane { get; } = lane;

    public int Pool => Lane / TaskPriority.Count;

    public int Priority => Lane % TaskPriority.Count;

    /// <summary>The tree's stack for another pool or priority.</summary>
    public ReadyStack? Next { get; } = next;

    public TaskRecord? Top { get; set; }

    /// <summary>Whether it stands in the round of its priority.</summary>
    public bool IsInRound { get; set; }
}

/// <summary>
/// The ready tasks of one pool. The highest priority goes first, and none is passed over for ever. Depth first within a tree: the newest runs first, so that a
/// million-leaf tree has some hundred tasks alive. Fair between trees of one priority: they take turns, the one that has waited longest first.
/// </summary>
/// <remarks>
/// A task that was cancelled while it was ready stays where it is and is passed over: it never becomes ready again. One whose type is paused is set aside when
/// it would be its turn. Until then both count as something ready, which can only bring the next turn of a priority forward.
/// </remarks>
internal sealed class ReadyQueue(int pool, Pauses? pauses = null)
{
    /// <summary>
    /// A priority that has something ready and was passed over so often has the next turn. Counted in turns and not in time: under a lasting overload age in
    /// seconds would make everything old, and with that equal.
    /// </summary>
    public const int PassesMax = 32;

    /// <summary>So many turns a priority waits at most: as many others can be owed a turn with it.</summary>
    public const int TurnsWaitedMax = PassesMax + TaskPriority.Count - 1;

    private readonly Queue<ReadyStack>?[] _rounds = new Queue<ReadyStack>?[TaskPriority.Count];
    private readonly int[] _passes = new int[TaskPriority.Count];

    /// <summary>A bit for each priority that has a tree in its round.</summary>
    private uint _waiting;
    private int _turn;

    /// <summary>The number of a pool's stacks of one priority.</summary>
    public static int LaneOf(int pool, int priority) => (pool * TaskPriority.Count) + priority;

    public void Push(TaskRecord task)
    {
        var stack = StackOf(task.Tree!, LaneOf(pool, task.Priority));
        task.NextReady = stack.Top;
        stack.Top = task;
        if (!stack.IsInRound)
        {
            Enter(stack);
        }
    }

    /// <summary>A stack takes part in the turns from now on, unless its tree is held.</summary>
    public void Enter(ReadyStack stack)
    {
        if (stack.IsInRound || stack.Top is null || stack.Tree.IsHeld)
        {
            return;
        }

        var priority = stack.Priority;
        var round = _rounds[priority] ??= new();
        if (round.Count == 0)
        {
            _passes[priority] = 0;
            _waiting |= 1u << priority;
        }

        stack.IsInRound = true;
        round.Enqueue(stack);
    }

    /// <summary>The tree whose turn it is; null where nothing is ready.</summary>
    public ReadyStack? Turn()
    {
        while (_waiting != 0)
        {
            _turn = BitOperations.Log2(_waiting);
            if ((_waiting & (_waiting - 1)) != 0)
            {
                _turn = Owed(_turn);
            }

            var round = _rounds[_turn]!;
            while (round.TryPeek(out var stack))
            {
                if (stack.Top is not null && !stack.Tree.IsHeld)
                {
                    if (Peek(stack) is not null)
                    {
                        return stack;
                    }

                    if (stack.Top is not null)
                    {
                        return null; // the next step goes on with what is set aside
                    }
                }

                round.Dequeue();
                stack.IsInRound = false;
            }

            _waiting &= ~(1u << _turn);
        }

        return null;
    }

    /// <summary>The newest ready task of the tree; null where it has none left that may start.</summary>
    public TaskRecord? Peek(ReadyStack stack)
    {
        while (stack.Top is { } top)
        {
            if (top.State != TaskState.Ready)
            {
                Pop(stack);
            }
            else if (top.Type.Aside is not { } aside)
            {
                return top;
            }
            else if (pauses is null || pauses.TakeOne())
            {
                aside.Add(Pop(stack));
            }
            else
            {
                return null;
            }
        }

        return null;
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
        var round = _rounds[_turn]!;
        var stack = round.Dequeue();
        if (stack.Top is null)
        {
            stack.IsInRound = false;
            _waiting &= round.Count > 0 ? ~0u : ~(1u << _turn);
        }
        else
        {
            round.Enqueue(stack);
        }

        if ((_waiting & ~(1u << _turn)) != 0)
        {
            CountPasses();
        }

        _passes[_turn] = 0;
    }

    /// <summary>
    /// How many ready tasks are before one, as things stand: all that is more urgent; of its own priority those above it on its stack, and what other trees have while
    /// they take turns with one task each.
    /// </summary>
    /// <param name="task">A ready task.</param>
    /// <param name="stepsMax">How many tasks and trees to look at, at most.</param>
    /// <returns>How many, and whether that is all.</returns>
    public (long Before, bool IsAll) CountBefore(TaskRecord task, int stepsMax)
    {
        var left = stepsMax;
        var before = 0L;
        for (var priority = TaskPriority.Highest; priority > task.Priority; priority--)
        {
            foreach (var stack in _rounds[priority] ?? [])
            {
                before += CountReady(stack, null, long.MaxValue, ref left);
            }
        }

        var own = StackOf(task.Tree!, LaneOf(pool, task.Priority));
        var above = CountReady(own, task, long.MaxValue, ref left);
        before += above;
        var isAhead = true;
        foreach (var stack in _rounds[task.Priority] ?? [])
        {
            if (stack == own)
            {
                isAhead = false;
            }
            else
            {
                before += CountReady(stack, null, isAhead ? above + 1 : above, ref left);
            }
        }

        return (before, left > 0);
    }

    private static long CountReady(ReadyStack stack, TaskRecord? end, long countMax, ref int left)
    {
        var count = 0L;
        left--; // for the tree
        if (stack.Top is null || stack.Tree.IsHeld)
        {
            return 0;
        }

        for (var task = stack.Top; task is not null && task != end && count < countMax && left > 0; task = task.NextReady, left--)
        {
            count += task.State == TaskState.Ready && task.Type.Aside is null ? 1 : 0;
        }

        return count;
    }

    /// <summary>The priority that was passed over too often, of several the one most often; the highest where there is none.</summary>
    private int Owed(int highest)
    {
        var (owed, passes) = (highest, PassesMax - 1);
        for (var rest = _waiting; rest != 0; rest &= rest - 1)
        {
            var priority = BitOperations.TrailingZeroCount(rest);
            if (_passes[priority] > passes)
            {
                (owed, passes) = (priority, _passes[priority]);
            }
        }

        return owed;
    }

    private void CountPasses()
    {
        for (var rest = _waiting & ~(1u << _turn); rest != 0; rest &= rest - 1)
        {
            _passes[BitOperations.TrailingZeroCount(rest)]++;
        }
    }

    private static ReadyStack StackOf(TreeRecord tree, int lane)
    {
        for (var stack = tree.ReadyStacks; stack is not null; stack = stack.Next)
        {
            if (stack.Lane == lane)
            {
                return stack;
            }
        }

        return tree.ReadyStacks = new ReadyStack(lane, tree.ReadyStacks);
    }
}
