using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class ChunksSpec
{
    [Fact]
    public void A_task_of_an_unknown_length_travels_alone()
    {
        var (world, children) = Spawned(10, null);

        Assert.Equal([children[0]], Chunk(world, children[0]));
    }

    [Fact]
    public void A_task_that_is_longer_than_a_chunk_travels_alone()
    {
        var (world, children) = Spawned(10, TimeSpan.FromMilliseconds(2));

        Assert.Equal([children[0]], Chunk(world, children[0]));
    }

    [Theory]
    [InlineData(50, 20)]
    [InlineData(100, 10)]
    [InlineData(250, 4)]
    [InlineData(400, 2)]
    [InlineData(501, 1)]
    public void A_chunk_holds_a_millisecond_of_work(int microseconds, int count)
    {
        var (world, children) = Spawned(100, TimeSpan.FromMicroseconds(microseconds));

        Assert.Equal(children.Take(count), Chunk(world, children[0]));
    }

    [Fact]
    public void A_chunk_holds_no_more_than_64_tasks_however_short_they_are()
    {
        var (world, children) = Spawned(1_000, TimeSpan.Zero);

        Assert.Equal(children.Take(64), Chunk(world, children[0]));
    }

    [Fact]
    public void A_few_short_tasks_are_shared_among_the_workers()
    {
        var (world, _) = Spawned(9, TimeSpan.Zero, workers: 4);

        Assert.Equal([3, 2, 1, 1], world.Running.Select(world.AssignmentOf).Distinct().Select(static chunk => chunk.Tasks.Length));
    }

    [Fact]
    public void A_chunk_takes_from_one_tree_after_the_other()
    {
        var world = new LedgerWorld(workers: 0);
        world.MakeWorkShort();
        world.Submit("a");
        world.Submit("b");
        world.Submit("c");
        world.AddWorker();

        Assert.Equal(["a", "b", "c"], LedgerWorld.NamesOf(world.AssignmentOf(world.Running.First())));
    }

    [Fact]
    public void A_tree_whose_task_finds_no_room_in_a_chunk_keeps_its_turn()
    {
        var world = new LedgerWorld(workers: 0);
        world.MakeWorkShort();
        world.Submit("quick 1");
        var slow = new TaskRecord(TaskId.FromKey("slow"), world.Join, new Job("slow"), null, null);
        world.Submit(slow);
        world.Submit("quick 2");
        world.AddWorker();

        for (var turns = 0; slow.State != TaskState.Running; turns++)
        {
            Assert.InRange(turns, 0, 2);
            var chunk = world.AssignmentOf(world.Running.First());
            world.Report(chunk, null, [.. chunk.Tasks.Select(run => GoesOn(world, run.Task))]);
        }
    }

    [Fact]
    public void The_estimate_moves_by_an_eighth_of_the_difference()
    {
        var type = new TaskType<int>(0, "work", 0);
        type.Took(TimeSpan.FromMilliseconds(8));
        Assert.Equal(TimeSpan.FromMilliseconds(8), type.Estimate);
        type.Took(TimeSpan.FromMilliseconds(16));
        Assert.Equal(TimeSpan.FromMilliseconds(9), type.Estimate);
    }

    private static AttemptEnd GoesOn(LedgerWorld world, TaskRecord task) =>
        world.Ended(task, EndKind.Succeeded, null, new AttemptDetail { Spawned = [world.Child(task, 0)] });

    private static IEnumerable<TaskRecord> Chunk(LedgerWorld world, TaskRecord task) => world.AssignmentOf(task).Tasks.Select(static run => run.Task);

    private static (LedgerWorld World, TaskRecord[] Children) Spawned(int count, TimeSpan? estimate, int workers = 1)
    {
        var world = new LedgerWorld(workers);
        var owner = new TaskRecord(TaskId.FromKey("root"), world.Join, new Job("root"), null, null);
        if (estimate is { } known)
        {
            world.Work.Took(known);
        }

        world.Submit(owner);
        var children = world.Children(owner, count);
        world.Succeed(owner, 0, children);
        return (world, children);
    }
}
