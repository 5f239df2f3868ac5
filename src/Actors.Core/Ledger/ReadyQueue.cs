using System.Numerics;

namespace Actors.Ledger;

/// <summary>The ready tasks of one tree in one pool that have one priority: the newest first, as on a stack.</summary>
internal sealed class ReadyStack(TreeRecord tree, int lane, ReadyStack? next)
{
    public TreeRecord Tree { get; } = tree;

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
/// <remarks>A task that was cancelled while it was ready stays where it is and is passed over: it never becomes ready again.</remarks>
internal sealed class ReadyQueue(int pool)
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
                if (Peek(stack) is not null)
                {
                    return stack;
                }

                round.Dequeue();
                stack.IsInRound = false;
            }

            _waiting &= ~(1u << _turn);
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

    private void Enter(ReadyStack stack)
    {
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

        return tree.ReadyStacks = new ReadyStack(tree, lane, tree.ReadyStacks);
    }
}
