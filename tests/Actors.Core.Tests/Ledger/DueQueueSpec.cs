using Actors.Ledger;
using CsCheck;

namespace Actors.Core.Tests.Ledger;

public sealed class DueQueueSpec
{
    private static readonly TaskType Work = new TaskType<int>(0, "work", 0);

    [Fact]
    public void An_empty_queue_has_nothing_due()
    {
        var queue = new DueQueue();

        Assert.Null(queue.Next);
        Assert.False(queue.TryTake(long.MaxValue, out _));
    }

    [Fact]
    public void A_task_is_taken_when_it_is_due_and_not_before()
    {
        var queue = new DueQueue();
        var task = Scheduled(queue, 0, 100);

        Assert.Equal(100, queue.Next);
        Assert.False(queue.TryTake(99, out _));
        Assert.True(queue.TryTake(100, out var taken));
        Assert.Same(task, taken);
        Assert.Null(queue.Next);
    }

    [Fact]
    public void Tasks_due_at_the_same_time_leave_in_the_order_in_which_they_came()
    {
        var queue = new DueQueue();
        var tasks = Enumerable.Range(0, 100).Select(number => Scheduled(queue, number, 7)).ToArray();

        Assert.Equal(tasks, TakeAll(queue, 7));
    }

    [Fact]
    public void What_was_cancelled_is_passed_over()
    {
        var queue = new DueQueue();
        var first = Scheduled(queue, 0, 1);
        var second = Scheduled(queue, 1, 2);
        Cancel(queue, first);

        Assert.Equal(2, queue.Next);
        Assert.Equal([second], TakeAll(queue, 10));
    }

    [Fact]
    public void A_task_that_is_scheduled_again_is_due_at_its_new_time_only()
    {
        var queue = new DueQueue();
        var task = Scheduled(queue, 0, 1);
        Assert.True(queue.TryTake(1, out _));
        queue.Add(task, 5);

        Assert.False(queue.TryTake(4, out _));
        Assert.Equal([task], TakeAll(queue, 5));
    }

    [Fact]
    public void Whatever_is_cancelled_the_rest_leaves_by_due_time() =>
        Gen.Select(Gen.Int[0, 50], Gen.Bool).Array[0, 3_000].Sample(
            entries =>
            {
                var queue = new DueQueue();
                var tasks = entries.Select((entry, number) => (Task: Scheduled(queue, number, entry.Item1), Due: entry.Item1, IsCancelled: entry.Item2)).ToArray();
                foreach (var (task, _, _) in tasks.Where(static entry => entry.IsCancelled))
                {
                    Cancel(queue, task);
                }

                Assert.Equal(tasks.Where(static entry => !entry.IsCancelled).OrderBy(static entry => entry.Due).Select(static entry => entry.Task), TakeAll(queue, 50));
            },
            iter: 100);

    private static TaskRecord Scheduled(DueQueue queue, int number, long dueAt)
    {
        var task = new TaskRecord(TaskId.FromKey("root").Child(number), Work, new Job($"{number}"), null, null) { State = TaskState.Scheduled };
        queue.Add(task, dueAt);
        return task;
    }

    private static void Cancel(DueQueue queue, TaskRecord task)
    {
        task.State = TaskState.Cancelled;
        queue.Drop();
    }

    private static List<TaskRecord> TakeAll(DueQueue queue, long now)
    {
        List<TaskRecord> taken = [];
        while (queue.TryTake(now, out var task))
        {
            task.State = TaskState.Ready;
            taken.Add(task);
        }

        return taken;
    }
}
