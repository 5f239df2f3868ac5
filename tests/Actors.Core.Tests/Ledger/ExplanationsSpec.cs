using Actors.Ledger;

namespace Actors.Core.Tests.Ledger;

public sealed class ExplanationsSpec
{
    private readonly LedgerWorld _world = new();
    private readonly Pause _pause = new("ada", new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_scheduled_task_is_due_in_so_long() =>
        Assert.Equal(["due in 4 m 12 s"], Why(_world.Submit("later", new SpawnOptions { Delay = new TimeSpan(0, 4, 12) })));

    [Fact]
    public void A_join_names_what_is_missing_and_its_owner_names_the_join()
    {
        var root = _world.Submit();
        var children = _world.Children(root, 17);
        var join = _world.EndWithJoin(root, children, JoinPolicy.Collect);
        for (var count = 0; count < 14; count++)
        {
            _world.Succeed(children[count]);
        }

        var missing = $"3 of the 17 that it joins are missing: work {children[14].Id} (Running), work {children[15].Id} (Ready), work {children[16].Id} (Ready)";
        Assert.Equal([missing], Why(join));
        Assert.Equal([$"has run, and gets the outcome of its join join {join.Id} (Waiting)", missing], Why(root));
    }

    [Fact]
    public void Of_many_missing_a_few_are_named()
    {
        var root = _world.Submit();
        var join = _world.EndWithJoin(root, _world.Children(root, 1234));
        var reason = Assert.IsType<WaitReason.JoinOpen>(Assert.Single(new Explanations(_world.Ledger).Of(join, _world.Now)));
        Assert.Equal((1234, 1234, 5), (reason.Missing, reason.Of, reason.First.Count));
        Assert.StartsWith("1,234 of the 1,234 that it joins are missing: ", reason.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(", ...", reason.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ready_task_behind_others_is_told_how_many_as_the_order_is()
    {
        _world.Submit("running");
        var (a, b) = (_world.Submit("a", new SpawnOptions { Priority = 6 }), _world.Submit("b"));
        Assert.Equal(["the one worker of pool default is busy, 0 task(s) before it"], Why(a));
        Assert.Equal(["the one worker of pool default is busy, 1 task(s) before it"], Why(b));

        _world.Submit("urgent", new SpawnOptions { Priority = 9 });
        var low = _world.Submit("low", new SpawnOptions { Priority = 0 });
        Assert.Equal(["the one worker of pool default is busy, 3 task(s) before it"], Why(low));
    }

    [Fact]
    public void What_is_before_a_task_is_what_starts_before_it()
    {
        var world = new LedgerWorld { Recounts = false };
        var (large, small) = (world.Submit("large"), world.Submit("small"));
        world.Succeed(large, 0, world.Children(large, 30));
        Assert.Equal(small, world.Running.Single());
        world.Succeed(small, 0, world.Children(small, 4));
        var expected = new Dictionary<string, long>();
        foreach (var task in world.Ledger.LiveTasks.Where(static task => task.State == TaskState.Ready).ToArray())
        {
            var reason = Assert.IsType<WaitReason.WorkersBusy>(Assert.Single(new Explanations(world.Ledger).Of(task, world.Now)));
            expected.Add(LedgerWorld.NameOf(task), reason.Before);
            Assert.False(reason.IsAtLeast);
        }

        world.Effects.Clear();
        world.Finish();
        var order = world.Effects.OfType<Assignment>().SelectMany(LedgerWorld.NamesOf).ToList();
        Assert.All(expected, pair => Assert.Equal(pair.Value, order.IndexOf(pair.Key)));
    }

    [Fact]
    public void Counting_ends_somewhere()
    {
        var world = new LedgerWorld { Recounts = false, KeepsEffects = false };
        var root = world.Submit();
        var children = world.Children(root, 100_010);
        world.Succeed(root, 0, children);
        Assert.Equal("the one worker of pool default is busy, more than 99,999 task(s) before it", $"{new Explanations(world.Ledger).Of(children[^1], world.Now).Single()}");
    }

    [Fact]
    public void Every_pause_is_named_and_by_whom()
    {
        var root = _world.Submit();
        _world.Do(() => _world.Ledger.Pauses.Set(_world.Ledger.Pools[0], _pause));
        _world.Do(() => _world.Ledger.Pauses.Set(_world.Work, _pause));
        _world.Do(() => _world.Ledger.Pauses.Set(root.Tree!, _pause));
        _world.GiveBack(root);
        const string By = "is paused by ada since 2030-01-01 00:00:00 UTC";
        Assert.Equal([$"pool default {By}", $"type work {By}", $"its tree {By}"], Why(root));
    }

    [Fact]
    public void Where_there_is_no_worker_that_is_the_reason()
    {
        var world = new LedgerWorld(workers: 0);
        Assert.Equal("pool default has no worker", $"{new Explanations(world.Ledger).Of(world.Submit(), world.Now).Single()}");
    }

    [Fact]
    public void A_running_task_is_with_a_worker()
    {
        var root = _world.Submit();
        _world.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(["with worker 1 of pool default for 1 m 30 s, attempt 1"], Why(root));
        _world.Cancel(root);
        Assert.Equal(["with worker 1 of pool default for 1 m 30 s, attempt 1, told to end"], Why(root));
    }

    [Fact]
    public void Whoever_else_keeps_it_says_so_too()
    {
        _world.Submit("running");
        var waiting = _world.Submit("waiting");
        _world.Ledger.StartRules.Add(new Rule());
        Assert.Equal("due in 2.5 s", Why(waiting)[0]);
    }

    [Fact]
    public void A_scan_sees_everything_that_is_there_all_the_time_though_the_index_grows_and_shrinks()
    {
        var index = new IdIndex<TaskRecord>();
        var stay = Enumerable.Range(0, 300).Select(number => New($"stays {number}")).ToList();
        var others = new List<TaskRecord>();
        stay.ForEach(task => index.TryAdd(task));
        var seen = new HashSet<TaskRecord>();
        var found = new List<TaskRecord>();
        var (cursor, step) = (0UL, 0);
        do
        {
            found.Clear();
            cursor = index.Scan(cursor, 1, found);
            seen.UnionWith(found);
            step++;
            if (step % 200 < 120)
            {
                for (var count = 0; count < 40; count++)
                {
                    others.Add(New($"comes {step} {count}"));
                    index.TryAdd(others[^1]);
                }
            }
            else
            {
                others.ForEach(index.Remove);
                others.Clear();
            }
        }
        while (cursor != 0 && step < 100_000);

        Assert.Equal(0UL, cursor);
        Assert.True(seen.IsSupersetOf(stay));
    }

    private TaskRecord New(string name) => new(TaskId.FromKey(name), _world.Work, new Job(name), null, null);

    private string[] Why(TaskRecord task) => [.. new Explanations(_world.Ledger).Of(task, _world.Now).Select(static reason => reason.ToString())];

    private sealed class Rule : IStartRule
    {
        public IEnumerable<WaitReason> Why(TaskRecord task) => [new WaitReason.NotDue(default, TimeSpan.FromSeconds(2.5))];
    }
}
