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

    private static TreeRecord Tree(string name) => new(new TaskRecord(TaskId.FromKey(name), Work, new Job(name), null, null), null);

    private static TaskRecord Ready(TreeRecord tree, string name) =>
        new(tree.Id.Child(name), Work, new Job(name), null, null) { Tree = tree, State = TaskState.Ready };

    private TaskRecord[] Push(TreeRecord tree, params string[] names)
    {
        var tasks = names.Select(name => Ready(tree, name)).ToArray();
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
