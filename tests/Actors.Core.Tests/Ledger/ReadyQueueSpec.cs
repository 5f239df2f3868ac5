using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class ReadyQueueSpec
{
    private static readonly TaskType Work = new TaskType<int>(0, "work", 0);

    private readonly ReadyQueue _queue = new(0);

    [Fact]
    public void Within_a_tree_the_newest_is_first()
    {
        var tree = Tree("a");
        Push(tree, "a1", "a2", "a3");

        Assert.Equal(["a3", "a2", "a1"], TakeAll());
    }

    [Fact]
    public void Trees_take_turns_and_the_one_that_has_waited_longest_is_first()
    {
        var (a, b, c) = (Tree("a"), Tree("b"), Tree("c"));
        Push(a, "a1", "a2", "a3");
        Push(b, "b1");
        Push(c, "c1", "c2");

        Assert.Equal(["a3", "b1", "c2", "a2", "c1", "a1"], TakeAll());
    }

    [Fact]
    public void A_tree_that_had_nothing_left_stands_last_when_it_has_again()
    {
        var (a, b) = (Tree("a"), Tree("b"));
        Push(a, "a1");
        Push(b, "b1", "b2");
        Assert.Equal("a1", Take());
        Push(a, "a2");

        Assert.Equal(["b2", "a2", "b1"], TakeAll());
    }

    [Fact]
    public void What_was_cancelled_is_passed_over_wherever_it_lies()
    {
        var tree = Tree("a");
        var tasks = Push(tree, "a1", "a2", "a3", "a4", "a5");
        tasks[0].State = tasks[2].State = tasks[4].State = TaskState.Cancelled;

        Assert.Equal(["a4", "a2"], TakeAll());
    }

    [Fact]
    public void A_tree_of_which_everything_was_cancelled_has_no_turn()
    {
        var (a, b) = (Tree("a"), Tree("b"));
        Push(a, "a1")[0].State = TaskState.Cancelled;
        Push(b, "b1");

        Assert.Equal(["b1"], TakeAll());
        Push(a, "a2");
        Assert.Equal(["a2"], TakeAll());
    }

    [Fact]
    public void A_tree_has_a_turn_of_its_own_in_every_pool()
    {
        var other = new ReadyQueue(1);
        var tree = Tree("a");
        Push(tree, "a1");
        other.Push(Ready(tree, "a2"));

        Assert.Equal(["a1"], TakeAll());
        Assert.Equal("a2", LedgerWorld.NameOf(ReadyQueue.Pop(other.Turn()!)));
    }

    [Fact]
    public void The_highest_priority_is_first_whichever_tree_it_is_of_and_however_long_others_have_waited()
    {
        var (a, b) = (Tree("a"), Tree("b"));
        Push(a, 5, "a5");
        Push(b, 0, "b0");
        Push(b, 9, "b9");
        Push(a, 7, "a7", "a7'");

        Assert.Equal(["b9", "a7'", "a7", "a5", "b0"], TakeAll());
    }

    [Fact]
    public void Trees_of_one_priority_take_turns_whatever_else_they_have()
    {
        var (a, b) = (Tree("a"), Tree("b"));
        Push(a, 3, "a1", "a2", "a3");
        Push(b, 3, "b1", "b2");
        Push(b, 4, "b first");

        Assert.Equal(["b first", "a3", "b2", "a2", "b1", "a1"], TakeAll());
    }

    [Fact]
    public void A_priority_that_was_passed_over_32_turns_in_a_row_has_the_next_turn()
    {
        var (urgent, humble) = (Tree("urgent"), Tree("humble"));
        Push(urgent, 9, [.. Enumerable.Range(0, 100).Select(static number => $"u{number}")]);
        Push(humble, 1, "h1", "h2", "h3");

        var order = TakeAll();

        Assert.Equal([ReadyQueue.PassesMax, (2 * ReadyQueue.PassesMax) + 1, (3 * ReadyQueue.PassesMax) + 2], Where(order, "h"));
    }

    [Fact]
    public void No_priority_waits_for_more_than_41_turns_though_every_other_has_something()
    {
        for (var priority = TaskPriority.Lowest; priority <= TaskPriority.Highest; priority++)
        {
            var tree = Tree($"{priority}");
            Push(tree, priority, [.. Enumerable.Range(0, 1000).Select(number => $"{priority}:{number}")]);
        }

        var order = TakeAll().GetRange(0, 1000);

        for (var priority = TaskPriority.Lowest; priority <= TaskPriority.Highest; priority++)
        {
            var turns = Where(order, $"{priority}:");
            Assert.All(turns.Prepend(-1).Zip(turns.Append(1000)), gap => Assert.InRange(gap.Second - gap.First - 1, 0, ReadyQueue.TurnsWaitedMax));
        }
    }

    [Fact]
    public void Turns_are_not_saved_up_while_nothing_is_ready()
    {
        var (urgent, humble) = (Tree("urgent"), Tree("humble"));
        Push(humble, 1, "h1");
        Push(urgent, 9, [.. Enumerable.Range(0, 40).Select(static number => $"u{number}")]);
        for (var turn = 0; turn <= ReadyQueue.PassesMax; turn++)
        {
            Take();
        }

        Push(humble, 1, "h2");

        Assert.Equal(["u6", "u5", "u4", "u3", "u2", "u1", "u0", "h2"], TakeAll().TakeLast(8));
    }

    private static List<int> Where(List<string> order, string prefix) =>
        [.. order.Index().Where(item => item.Item.StartsWith(prefix, StringComparison.Ordinal)).Select(static item => item.Index)];

    private static TreeRecord Tree(string name) => new(new TaskRecord(TaskId.FromKey(name), Work, new Job(name), null, null), null);

    private static TaskRecord Ready(TreeRecord tree, string name, int priority = TaskPriority.Default)
    {
        var task = new TaskRecord(tree.Id.Child(name), Work, new Job(name), null, null) { Tree = tree, State = TaskState.Ready };
        task.SetPriority(priority);
        return task;
    }

    private TaskRecord[] Push(TreeRecord tree, params string[] names) => Push(tree, TaskPriority.Default, names);

    private TaskRecord[] Push(TreeRecord tree, int priority, params string[] names)
    {
        var tasks = names.Select(name => Ready(tree, name, priority)).ToArray();
        foreach (var task in tasks)
        {
            _queue.Push(task);
        }

        return tasks;
    }

    private string? Take()
    {
        if (_queue.Turn() is not { } stack)
        {
            return null;
        }

        var task = ReadyQueue.Pop(stack);
        task.State = TaskState.Running;
        _queue.EndTurn();
        return LedgerWorld.NameOf(task);
    }

    private List<string> TakeAll()
    {
        List<string> names = [];
        while (Take() is { } name)
        {
            names.Add(name);
        }

        return names;
    }
}
