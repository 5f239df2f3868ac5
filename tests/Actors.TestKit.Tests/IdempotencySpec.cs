namespace Actors.TestKit.Tests;

/// <summary>Handlers as people write them, each with a mistake that shows only where something runs twice, late or in another order. The exploration finds each.</summary>
public sealed class IdempotencySpec
{
    [Fact]
    public async Task A_mail_that_is_sent_by_a_handler_is_sent_twice()
    {
        var told = await FindAsync<Outside.SendsMail>(new Remind(7), (outside, _) => Assert.Single(outside.Mails));

        Assert.Contains("schedule of 1 fault(s)", told, StringComparison.Ordinal);
        Assert.Contains("DIES: Remind { Number = 7 }, attempt 1, has run and is not reported", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_total_that_is_kept_outside_is_counted_twice()
    {
        var told = await FindAsync<Outside.CountsOutside>(new CountAll(3), (outside, _) => Assert.Equal(6, outside.Total));

        Assert.Contains("schedule of 1 fault(s)", told, StringComparison.Ordinal);
        Assert.Contains("DIES: Count { Number = ", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reservation_that_an_earlier_attempt_left_behind_refuses_the_next()
    {
        var told = await FindAsync<Outside.ReservesFirst>(new Reserve("seat 12"), static (_, tree) => tree.History.ExpectSucceeded<Reserve>());

        Assert.Contains("Expected Reserve to have ended as Succeeded, but it ended as Failed", told, StringComparison.Ordinal);
        Assert.Contains("seat 12 is taken", told, StringComparison.Ordinal);
        Assert.Contains("DIES", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_was_spawned_at_once_is_there_though_its_parent_failed()
    {
        var told = await FindAsync<Outside.ShipsAtOnce>(new PayAndShip(), static (outside, tree) =>
        {
            if (tree.Outcome.Root.IsFailed)
            {
                Assert.Empty(outside.Shipments); // nothing is shipped that was not paid
            }
        });

        Assert.Contains("schedule of 0 fault(s)", told, StringComparison.Ordinal);
        Assert.Contains("└─ ShipIt { }: Succeeded", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_reads_what_its_sibling_writes_depends_on_their_order()
    {
        var told = await FindAsync<Outside.ReadsOfSibling>(new WriteAndRead(), static (outside, _) => Assert.Equal(["written"], outside.Mails));

        Assert.Contains("schedule of 0 fault(s)", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Money_that_is_taken_before_what_it_pays_for_is_spawned_is_taken_twice()
    {
        var told = await FindAsync<Outside.TakesMoneyFirst>(new Buy("pencil"), static (outside, _) => Assert.Equal(90, outside.Balance));

        Assert.Contains("schedule of 1 fault(s)", told, StringComparison.Ordinal);
    }

    /// <summary>It undoes what it did in a later step, so only a death between the two shows.</summary>
    [Fact]
    public async Task A_lock_that_is_held_while_a_follow_up_is_spawned_stays_held_where_its_worker_dies_there()
    {
        var told = await FindAsync<Outside.LocksWhileSpawning>(new Guarded(), static (_, tree) => Assert.Equal(TaskState.Succeeded, tree.Outcome.State));

        Assert.Contains("DIES in the middle of Guarded { }, attempt 1, where it is about to spawn Remind { Number = 1 }, so it runs again", told, StringComparison.Ordinal);
        Assert.Contains("it is locked", told, StringComparison.Ordinal);
    }

    private static async Task<string> FindAsync<THandler>(ITaskMessage root, Action<Outside, ExploredTree> check)
        where THandler : class
    {
        var failure = await Assert.ThrowsAsync<ExplorationFailedException>(() => new Exploration<Outside>
        {
            World = static () => new Outside(),
            Handlers = static tasks => tasks.AddHandler<THandler>(),
            Root = _ => root,
            Check = check,
            RandomSchedules = 300,
            Seed = 1,
        }.RunAsync());
        return failure.Message;
    }

    public sealed record CountAll(int Numbers) : ITask;

    public sealed record Count(int Number) : ITask;

    public sealed record Reserve(string Seat) : ITask;

    public sealed record PayAndShip : ITask;

    public sealed record ShipIt : ITask;

    public sealed record WriteAndRead : ITask;

    public sealed record Write : ITask;

    public sealed record Read : ITask;

    public sealed record Buy(string What) : ITask;

    public sealed record Guarded : ITask;

    public sealed class Outside
    {
        public List<string> Mails { get; } = [];

        public List<string> Shipments { get; } = [];

        public HashSet<string> Seats { get; } = [];

        public int Total { get; private set; }

        public int Balance { get; private set; } = 100;

        public string Text { get; private set; } = "nothing";

        public bool IsLocked { get; private set; }

        public sealed class SendsMail(Outside outside) : ITaskHandler<Remind>
        {
            public Ending<Unit> Handle(Remind task, TaskContext context)
            {
                outside.Mails.Add($"{task.Number}");
                return context.Done();
            }
        }

        public sealed class CountsOutside(Outside outside) : ITaskHandler<CountAll>, ITaskHandler<Count>
        {
            public Ending<Unit> Handle(CountAll task, TaskContext context)
            {
                context.SpawnMany(Enumerable.Range(1, task.Numbers).Select(static number => new Count(number)));
                return context.Done();
            }

            public Ending<Unit> Handle(Count task, TaskContext context)
            {
                outside.Total += task.Number;
                return context.Done();
            }
        }

        public sealed class ReservesFirst(Outside outside) : ITaskHandler<Reserve>
        {
            public Ending<Unit> Handle(Reserve task, TaskContext context) =>
                outside.Seats.Add(task.Seat) ? context.Done() : context.Fail($"{task.Seat} is taken");
        }

        public sealed class ShipsAtOnce(Outside outside) : ITaskHandler<PayAndShip>, ITaskHandler<ShipIt>
        {
            public Ending<Unit> Handle(PayAndShip task, TaskContext context)
            {
                context.SpawnNow(new ShipIt());
                return context.Fail("the card was refused");
            }

            public Ending<Unit> Handle(ShipIt task, TaskContext context)
            {
                outside.Shipments.Add("a parcel");
                return context.Done();
            }
        }

        public sealed class ReadsOfSibling(Outside outside) : ITaskHandler<WriteAndRead>, ITaskHandler<Write>, ITaskHandler<Read>
        {
            public Ending<Unit> Handle(WriteAndRead task, TaskContext context)
            {
                context.Spawn(new Write());
                context.Spawn(new Read());
                return context.Done();
            }

            public Ending<Unit> Handle(Write task, TaskContext context)
            {
                outside.Text = "written";
                return context.Done();
            }

            public Ending<Unit> Handle(Read task, TaskContext context)
            {
                outside.Mails.Add(outside.Text);
                return context.Done();
            }
        }

        public sealed class TakesMoneyFirst(Outside outside) : ITaskHandler<Buy>, ITaskHandler<ShipIt>
        {
            public Ending<Unit> Handle(Buy task, TaskContext context)
            {
                outside.Balance -= 10;
                context.Spawn(new ShipIt());
                return context.Done();
            }

            public Ending<Unit> Handle(ShipIt task, TaskContext context) => context.Done();
        }

        public sealed class LocksWhileSpawning(Outside outside) : ITaskHandler<Guarded>, ITaskHandler<Remind>
        {
            public Ending<Unit> Handle(Guarded task, TaskContext context)
            {
                if (outside.IsLocked)
                {
                    return context.Fail("it is locked");
                }

                outside.IsLocked = true;
                context.Spawn(new Remind(1));
                outside.IsLocked = false;
                return context.Done();
            }

            public Ending<Unit> Handle(Remind task, TaskContext context) => context.Done();
        }
    }
}
