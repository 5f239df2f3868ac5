using Actors.Ledger;

namespace Actors.Core.Tests.Admission;

public sealed class UniquesSpec
{
    private static readonly SpawnOptions Attach = With(WhenDuplicate.Attach);
    private static readonly SpawnOptions Skip = With(WhenDuplicate.Skip);
    private static readonly SpawnOptions Replace = With(WhenDuplicate.Replace);

    private readonly GatedWorld _world = new();
    private readonly TaskType _work;
    private readonly TaskType _join;

    public UniquesSpec()
    {
        _work = _world.Type("work", retry: RetryPolicy.Default);
        _join = _world.Type("join");
        _world.AddWorkers(1);
    }

    [Fact]
    public void A_duplicate_that_attaches_holds_nothing_and_ends_as_the_other_does()
    {
        var first = _world.Submit(_work, "first", options: Attach);
        var second = _world.Submit(_work, "second", options: Attach);
        var third = _world.Submit(_work, "third", options: Attach);
        Assert.Equal((TaskState.Waiting, TaskState.Waiting), (second.State, third.State));
        Assert.Equal(first.Id, second.DuplicateOf);
        _world.Cancel(third);
        Assert.Equal((TaskState.Cancelled, TaskState.Running), (third.State, first.State));
        _world.Succeed(first);
        Assert.Equal(TaskState.Succeeded, second.State);
        Assert.Equal(["first"], _world.Started);
        AssertNothingIsLeft();
        Assert.Equal(3, _world.Effects.OfType<TreeEnded>().Count());
    }

    [Fact]
    public void A_follow_up_that_attaches_feeds_its_join_across_trees()
    {
        var first = _world.Submit(_work, "first", options: Attach);
        _world.AddWorkers(1);
        var other = _world.Submit(_work, "other");
        _world.Join(other, _join, Child(other, 0, Attach), Child(other, 1, null));
        _world.Succeed(_world.Running.Single(task => task != first));
        Assert.Equal(TaskState.Joining, other.State);
        _world.Fail(first); // tried again: nobody is told
        Assert.Equal(TaskState.Joining, other.State);
        _world.Finish();
        Assert.Equal(TaskState.Succeeded, other.State);
        AssertNothingIsLeft();
    }

    [Fact]
    public void What_the_other_one_fails_or_is_cancelled_with_reaches_the_join()
    {
        var first = _world.Submit(_work, "first", options: Attach);
        _world.AddWorkers(1);
        var other = _world.Submit(_work, "other");
        _world.Join(other, _join, Child(other, 0, Attach));
        _world.Cancel(first);
        _world.Succeed(first); // its worker says so too late
        Assert.Equal((TaskState.Cancelled, TaskState.Failed), (first.State, other.State));
        _world.Finish();
        AssertNothingIsLeft();
    }

    [Fact]
    public void A_tree_that_is_cancelled_leaves_the_other_one_alone()
    {
        var first = _world.Submit(_work, "first", options: Attach);
        _world.AddWorkers(1);
        var other = _world.Submit(_work, "other");
        _world.Join(other, _join, Child(other, 0, Attach));
        _world.Cancel(other);
        Assert.Equal((TaskState.Running, TaskState.Cancelled), (first.State, other.State));
        _world.Finish();
        Assert.Equal(TaskState.Succeeded, first.State);
        AssertNothingIsLeft();
    }

    [Fact]
    public void One_that_is_skipped_is_cancelled_at_once_and_its_join_hears_of_it()
    {
        var first = _world.Submit(_work, "first", options: Skip);
        var second = _world.Submit(_work, "second", options: Skip);
        Assert.Equal((TaskState.Cancelled, first.Id), (second.State, second.DuplicateOf));
        _world.AddWorkers(2);
        var other = _world.Submit(_work, "other");
        _world.Join(other, _join, Child(other, 0, null), Child(other, 1, Skip), Child(other, 2, null));
        Assert.Equal(TaskState.Failed, other.State); // all were to succeed
        _world.Finish();
        AssertNothingIsLeft();
        Assert.NotNull(_world.Submit(_work, "again", options: Skip));
        Assert.Equal("again", _world.Started[^1]);
    }

    [Fact]
    public void Of_several_that_one_task_spawns_the_first_has_the_key()
    {
        var root = _world.Submit(_work, "root");
        TaskRecord[] children = [Child(root, 0, null), Child(root, 1, Skip), Child(root, 2, null), Child(root, 3, Skip), Child(root, 4, Attach)];
        _world.Succeed(root, children);
        Assert.Equal([null, null, null, children[1].Id, children[1].Id], children.Select(static child => child.DuplicateOf));
        Assert.Equal((TaskState.Cancelled, TaskState.Waiting), (children[3].State, children[4].State));
        _world.Finish();
        AssertNothingIsLeft();
    }

    [Fact]
    public void A_join_that_the_first_success_fires_sees_of_a_duplicate_how_that_ends()
    {
        var root = _world.Submit(_work, "root");
        TaskRecord[] children = [Child(root, 0, Attach), Child(root, 1, Attach)];
        var join = _world.Join(root, _join, JoinPolicy.FirstSuccess, children);
        _world.Succeed(children[0]);
        Assert.Equal((TaskState.Succeeded, TaskState.Cancelled), (children[0].State, children[1].State)); // it is not needed any more, as its join has seen it
        Assert.Equal([TaskState.Succeeded, TaskState.Cancelled], join.Outcomes!.Select(static outcome => outcome!.State));
        _world.Finish();
        AssertNothingIsLeft();
    }

    [Fact]
    public void What_a_task_replaces_with_its_success_ends_after_it()
    {
        var root = _world.Submit(_work, "root");
        TaskRecord[] children = [Child(root, 0, null), Child(root, 1, Replace)];
        _world.Join(root, _join, children);
        var replacement = Child(children[0], 0, Replace);
        _world.Succeed(children[0], replacement); // so its sibling never runs, and their join fails
        Assert.DoesNotContain(_world.Effects, static effect => effect is CancelRun); // nobody is told to end that has
        Assert.Equal((TaskState.Succeeded, TaskState.Cancelled, TaskState.Failed), (children[0].State, children[1].State, root.State));
        _world.Finish();
        Assert.Equal(TaskState.Succeeded, replacement.State);
        AssertNothingIsLeft();
    }

    [Fact]
    public void One_that_replaces_runs_in_place_of_what_has_not_started_and_for_those_that_attached()
    {
        var busy = _world.Submit(_work, "busy");
        var first = _world.Submit(_work, "first", options: Replace);
        var attached = _world.Submit(_work, "attached", options: Attach);
        var second = _world.Submit(_work, "second", options: Replace);
        Assert.Equal((TaskState.Cancelled, TaskState.Ready, TaskState.Waiting), (first.State, second.State, attached.State));
        _world.Succeed(busy);
        var third = _world.Submit(_work, "third", options: Replace); // the second runs
        Assert.Equal((TaskState.Cancelled, TaskState.Running), (third.State, second.State));
        _world.Succeed(second);
        Assert.Equal(TaskState.Succeeded, attached.State);
        AssertNothingIsLeft();
    }

    [Fact]
    public void Only_what_has_not_started_counts_or_only_what_is_young_where_that_is_said()
    {
        var pending = With(WhenDuplicate.Skip, UniqueAmong.NotStarted);
        var young = With(WhenDuplicate.Skip, period: TimeSpan.FromMinutes(1));
        _world.Submit(_work, "running", options: pending);
        var waiting = _world.Submit(_work, "waiting", options: pending);
        Assert.Equal(TaskState.Ready, waiting.State);
        Assert.Equal(TaskState.Cancelled, _world.Submit(_work, "duplicate", options: pending).State);
        _world.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TaskState.Cancelled, _world.Submit(_work, "young", options: young).State);
        _world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TaskState.Ready, _world.Submit(_work, "old", options: young).State);
        _world.Finish();
        AssertNothingIsLeft();
    }

    [Fact]
    public void A_task_whose_descendant_would_wait_for_it_is_not_waited_for()
    {
        var first = _world.Submit(_work, "first", options: Attach);
        var middle = Child(first, 0, null);
        _world.Join(first, _join, middle);
        var last = Child(middle, 0, Attach);
        _world.Join(middle, _join, last);
        Assert.Equal(TaskState.Failed, last.State);
        Assert.Equal((TaskState.Failed, TaskState.Failed), (middle.State, first.State));
        Assert.Contains("would attach to work", _world.Effects.OfType<RootEnded>().Single().Outcome.Failure!.Message, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public void Two_trees_that_would_wait_for_each_other_do_not()
    {
        var a = With(WhenDuplicate.Attach, key: "a");
        var b = With(WhenDuplicate.Attach, key: "b");
        _world.AddWorkers(1);
        var one = _world.Submit(_work, "one", options: a);
        var two = _world.Submit(_work, "two", options: b);
        var toB = Child(one, 0, b);
        _world.Join(one, _join, toB);
        Assert.Equal(TaskState.Waiting, toB.State);
        var toA = Child(two, 0, a);
        _world.Join(two, _join, toA);
        Assert.Equal(TaskState.Failed, toA.State);
        Assert.Equal((TaskState.Failed, TaskState.Failed), (two.State, one.State));
        AssertNothingIsLeft();
    }

    [Fact]
    public void An_early_child_does_not_attach_to_its_parent()
    {
        var first = _world.Submit(_work, "first", options: Attach);
        var child = new TaskRecord(first.Id.Now(0), _work, new Errand("child"), first.Path, Attach);
        _world.SpawnNow(first, child);
        Assert.Equal(TaskState.Failed, child.State);
        _world.Finish();
        AssertNothingIsLeft();
    }

    [Fact]
    public void Who_comes_after_the_other_has_succeeded_gets_its_outcome_until_the_period_is_over()
    {
        var attach = With(WhenDuplicate.Attach, UniqueAmong.LiveOrSucceeded, TimeSpan.FromMinutes(1));
        var first = _world.Submit(_work, "first", options: attach);
        _world.Advance(TimeSpan.FromSeconds(30));
        _world.End(first, EndKind.Succeeded, Outcome<int>.Succeeded(7));
        _world.Advance(TimeSpan.FromSeconds(29));
        var second = _world.Submit(_work, "second", options: attach);
        Assert.Equal((TaskState.Succeeded, first.Id), (second.State, second.DuplicateOf));
        Assert.Equal(7, _world.Effects.OfType<RootEnded>().Last().Outcome.UntypedValue);
        var other = _world.Submit(_work, "other");
        _world.Join(other, _join, Child(other, 0, attach));
        Assert.Equal(["join"], _world.RunningNames);
        _world.Finish();
        Assert.Equal(TaskState.Succeeded, other.State);

        _world.Advance(TimeSpan.FromSeconds(1)); // a minute after the first became real, however late it has ended
        Assert.Equal(TaskState.Running, _world.Submit(_work, "third", options: attach).State);
        _world.Finish();
        Assert.Equal(["first", "other", "join", "third"], _world.Started);
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(WhenDuplicate.Skip)]
    [InlineData(WhenDuplicate.Replace)]
    public void Who_does_not_attach_is_cancelled_where_another_has_succeeded(WhenDuplicate policy)
    {
        var options = With(policy, UniqueAmong.LiveOrSucceeded, TimeSpan.FromMinutes(1));
        _world.Succeed(_world.Submit(_work, "first", options: options));
        Assert.Equal(TaskState.Cancelled, _world.Submit(_work, "second", options: options).State);
        AssertNothingIsLeft();
    }

    [Fact]
    public void What_has_failed_or_was_cancelled_counts_only_where_all_that_has_ended_does()
    {
        var succeeded = With(WhenDuplicate.Attach, UniqueAmong.LiveOrSucceeded, TimeSpan.FromMinutes(1));
        var ended = With(WhenDuplicate.Attach, UniqueAmong.LiveOrEnded, TimeSpan.FromMinutes(1));
        var first = _world.Submit(_work, "first", options: ended);
        _world.Cancel(first);
        _world.End(first, EndKind.Interrupted);
        Assert.Equal(TaskState.Cancelled, _world.Submit(_work, "second", options: ended).State);
        var third = _world.Submit(_work, "third", options: succeeded);
        Assert.Equal(TaskState.Running, third.State);
        Assert.Null(third.DuplicateOf);
        _world.Finish();
        Assert.Equal(["first", "third"], _world.Started);
        AssertNothingIsLeft();
    }

    [Fact]
    public void What_is_over_is_forgotten()
    {
        for (var number = 0; number < 100; number++)
        {
            _world.Succeed(_world.Submit(_work, $"{number}", options: With(WhenDuplicate.Skip, UniqueAmong.LiveOrEnded, TimeSpan.FromSeconds(10), $"{number}")));
            _world.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_world.Ledger.Uniques.Remembered, 9, 11);
    }

    [Fact]
    public void For_how_long_what_has_ended_counts_must_be_said()
    {
        var exception = Assert.Throws<ArgumentException>(() => With(WhenDuplicate.Skip, UniqueAmong.LiveOrEnded));
        Assert.Contains("'key' counts among tasks that have ended", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Set Period", exception.Message, StringComparison.Ordinal);
    }

    private static SpawnOptions With(WhenDuplicate policy, UniqueAmong among = UniqueAmong.Live, TimeSpan? period = null, string key = "key") =>
        new() { Unique = new UniqueTask { Key = key, WhenDuplicate = policy, Among = among, Period = period } };

    private TaskRecord Child(TaskRecord parent, int ordinal, SpawnOptions? options) =>
        new(parent.Id.Child(ordinal), _work, new Errand($"child {ordinal}"), parent.Path, options);

    private void AssertNothingIsLeft()
    {
        _world.AssertNothingIsLeft();
        Assert.Equal(0, _world.Ledger.Uniques.Count);
    }
}
