using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// The histories bite: a port between driver and ledger lies, in one direction or the other, as a ledger with that fault would behave, and the checker
/// finds it and names the rule.
/// </summary>
public sealed class PlantedFaultsSpec
{
    private const int SeedsMax = 4_000;
    private const int Finds = 12;

    [Fact]
    public void A_report_of_an_earlier_run_that_passes_for_one_of_the_present_run() =>
        IsFound(static port => new TakesStaleReports(port), Rules.StaleIsIgnored);

    [Fact]
    public void An_end_that_is_lost() => IsFound(static port => new LosesReports(port), Rules.EndTakesEffect);

    [Fact]
    public void A_failure_that_passes_for_a_success() =>
        IsFound(
            static port => new AltersEnds(port, static end => end.Word == EndWord.Failed, static end => end with { Word = EndWord.Succeeded }),
            Rules.OutcomeHasCause);

    [Fact]
    public void A_success_that_passes_for_a_failure() =>
        IsFound(
            static port => new AltersEnds(port, static end => end.Word == EndWord.Succeeded, static end => end with { Word = EndWord.FailedForGood }),
            Rules.OutcomeIsTrue);

    [Fact]
    public void A_result_that_is_swapped_for_another() =>
        IsFound(
            static port => new AltersEnds(port, static end => end.Word == EndWord.Succeeded, static end => end with { Value = end.Value + 1 }),
            Rules.RootTold, Rules.JoinSeesOutcomes);

    [Fact]
    public void A_task_that_is_given_back_and_passes_for_done() =>
        IsFound(
            static port => new AltersEnds(port, static end => end.Word == EndWord.GivenBack, static end => end with { Word = EndWord.Succeeded }),
            Rules.OutcomeHasCause);

    [Fact]
    public void A_put_off_that_costs_an_attempt() => IsFound(static port => new ChargesPutOffs(port), Rules.FailureTold);

    [Fact]
    public void A_follow_up_that_is_forgotten() =>
        IsFound(
            static port => new AltersEnds(port, static end => end is { Spawned.Count: > 0, Join: null }, static end => end with { Spawned = [.. end.Spawned.Skip(1)] }),
            Rules.SuccessSpawns);

    [Fact]
    public void A_follow_up_of_an_attempt_that_fails() => IsFound(static port => new SpawnsForFailures(port), Rules.OnlySuccessSpawns);

    [Fact]
    public void A_second_child_at_the_place_of_the_first() => IsFound(static port => new SpawnsTwice(port), Rules.OnlySuccessSpawns);

    [Fact]
    public void A_told_follow_up_that_is_dropped() => IsFound(static port => new DropsTold(port), Rules.SuccessSpawns);

    [Fact]
    public void A_join_that_fires_one_child_early() =>
        IsFound(static port => new MakesJoins(port, static join => join with { Members = [.. join.Members.Skip(1)] }), Rules.JoinWaits);

    [Fact]
    public void A_join_that_waits_for_a_child_too_many() =>
        IsFound(
            static port => new MakesJoins(port, static join => join with { Members = [.. join.Members, .. join.Members.TakeLast(1)] }),
            Rules.JoinFires);

    [Fact]
    public void A_join_that_mixes_up_the_places_of_its_children() =>
        IsFound(static port => new MakesJoins(port, static join => join with { Members = [.. join.Members.Reverse()] }), Rules.JoinSeesOutcomes);

    [Fact]
    public void A_join_that_forgets_its_policy() =>
        IsFound(static port => new MakesJoins(port, static join => join with { Policy = Policy.Collect }), Rules.JoinFires);

    [Fact]
    public void A_fold_that_takes_an_outcome_in_twice() => IsFound(static port => new FoldsTwice(port), Rules.FoldSeesOutcomes);

    [Fact]
    public void A_cancel_that_is_forgotten() => IsFound(static port => new ForgetsCancels(port), Rules.EndTakesEffect, Rules.ToldToEnd);

    [Fact]
    public void A_cancel_of_a_tree_that_stops_at_its_root() =>
        IsFound(static port => new CancelsRootsOnly(port), Rules.EndTakesEffect, Rules.ToldToEnd);

    [Fact]
    public void A_run_that_is_not_told_to_end() => IsFound(static port => new Drops<RunToldToEnd>(port), Rules.ToldToEnd);

    [Fact]
    public void A_run_that_is_never_left_behind() => IsFound(static port => new Drops<RunLeftBehind>(port), Rules.OutcomeHasCause);

    [Fact]
    public void A_chunk_that_is_never_recalled() => IsFound(static port => new Drops<WorkRecalled>(port), Rules.Recalled);

    [Fact]
    public void An_assignment_that_is_lost() => IsFound(static port => new Drops<RunsAssigned>(port), Rules.RunsWhenReady);

    [Fact]
    public void An_assignment_that_two_workers_get() => IsFound(static port => new AssignsTwice(port), Rules.RunsWhenReady);

    [Fact]
    public void An_attempt_that_is_counted_twice() => IsFound(static port => new CountsAttemptsTwice(port), Rules.Attempts);

    [Fact]
    public void The_end_of_a_tree_told_twice() => IsFound(static port => new Repeats<TreeHasEnded>(port), Rules.TreeTold);

    [Fact]
    public void The_end_of_a_tree_not_told() => IsFound(static port => new Drops<TreeHasEnded>(port), Rules.TreeTold);

    [Fact]
    public void The_end_of_a_tree_told_with_the_end_of_its_root() => IsFound(static port => new EndsTreesEarly(port), Rules.TreeTold);

    [Fact]
    public void The_end_of_a_root_told_twice() => IsFound(static port => new Repeats<RootHasEnded>(port), Rules.RootTold);

    [Fact]
    public void A_count_of_a_tree_that_is_off_by_one() => IsFound(static port => new MiscountsTrees(port), Rules.TreeOutcome);

    [Fact]
    public void A_completion_task_that_is_forgotten() => IsFound(static port => new ForgetsCompletions(port), Rules.Completion);

    [Fact]
    public void A_lost_worker_that_nobody_notices() => IsFound(static port => new ForgetsTheLost(port), Rules.Counts);

    [Fact]
    public void A_retry_before_it_is_due() => IsFound(static port => new RunsAhead(port), Rules.NotBeforeDue);

    [Fact]
    public void A_task_that_is_due_and_not_woken() => IsFound(static port => new NeverTicks(port), Rules.DueIsReady);

    [Fact]
    public void A_ledger_that_asks_to_be_woken_too_late() => IsFound(static port => new Oversleeps(port), Rules.WokenInTime);

    [Fact]
    public void A_ledger_that_does_not_close() => IsFound(static port => new StaysOpen(port), Rules.ClosedStartsNothing);

    [Fact]
    public void A_stop_that_tells_nobody() => IsFound(static port => new StopsNobody(port), Rules.ToldToEnd);

    [Fact]
    public void A_count_that_is_off_by_one() => IsFound(static port => new Miscounts(port), Rules.Counts);

    [Fact]
    public void An_outcome_that_changes_once_it_is_there() => IsFound(static port => new ChangesItsMind(port), Rules.OneOutcome);

    /// <summary>Some history breaks a rule, and among the first that do one breaks each of those named.</summary>
    private static void IsFound(Func<ILedgerPort, ILedgerPort> plant, params string[] rules)
    {
        var broken = Enumerable.Range(0, SeedsMax).Select(seed => Search.Play(seed, plant)?.Rule).OfType<string>().Take(Finds).ToHashSet();

        Assert.Superset(rules.ToHashSet(), broken);
    }

    private sealed class TakesStaleReports(ILedgerPort real) : FaultyPort(real)
    {
        private readonly Dictionary<Errand, (object Assignment, int Run)> _present = [];

        public override void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor, double chance)
        {
            if (ends is [var end] && _present.TryGetValue(end.Task, out var present) && present.Run != end.Run)
            {
                (assignment, ends) = (present.Assignment, [end with { Run = present.Run }]);
            }

            base.Report(assignment, ends, runningFor, chance);
        }

        protected override IEnumerable<Signal> Alter(Signal signal)
        {
            if (signal is RunsAssigned assigned)
            {
                foreach (var run in assigned.Runs)
                {
                    _present[run.Task] = (assigned.Assignment, run.Run);
                }
            }

            return [signal];
        }
    }

    private sealed class LosesReports(ILedgerPort real) : FaultyPort(real)
    {
        public override void Report(object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor, double chance)
        {
        }
    }

    private sealed class AltersEnds(ILedgerPort real, Func<RunEnd, bool> which, Func<RunEnd, RunEnd> how) : FaultyPort(real)
    {
        protected override RunEnd Alter(RunEnd end) => which(end) ? how(end) : end;
    }

    private sealed class ChargesPutOffs(ILedgerPort real) : FaultyPort(real)
    {
        private static readonly RetryTerms Often = new(9, TimeSpan.Zero, 1, TimeSpan.Zero, 0);

        protected override RunEnd Alter(RunEnd end) => end.Word == EndWord.PutOff ? end with { Word = EndWord.Failed, Retry = Often } : end;
    }

    private sealed class SpawnsForFailures(ILedgerPort real) : FaultyPort(real)
    {
        protected override RunEnd Alter(RunEnd end)
        {
            if (end.Word == EndWord.Failed)
            {
                var child = new Errand(-1, end.Task.Id.Child(77), end.Task.Type, end.Task);
                Make(child, null);
                SpawnNow(end.Task, end.Run, child);
            }

            return end;
        }
    }

    private sealed class SpawnsTwice(ILedgerPort real) : FaultyPort(real)
    {
        private readonly HashSet<TaskId> _known = [];

        public override void SpawnNow(Errand parent, int run, Errand child)
        {
            if (!_known.Add(child.Id))
            {
                child = new Errand(child.Number, child.Id.Child("again"), child.Type, parent);
                Make(child, null);
            }

            base.SpawnNow(parent, run, child);
        }
    }

    private sealed class DropsTold(ILedgerPort real) : FaultyPort(real)
    {
        private int _count;

        public override bool Hold(TaskId parent, int run, Func<TaskId, Errand> make)
        {
            if (LiveTasks.FirstOrDefault(task => task.Id == parent) is not { } live || StateOf(live) != TaskState.Running)
            {
                return base.Hold(parent, run, make);
            }

            make(parent.Child($"told {_count++}"));
            return true;
        }
    }

    private sealed class MakesJoins(ILedgerPort real, Func<JoinTerms, JoinTerms> how) : FaultyPort(real)
    {
        public override void Make(Errand task, JoinTerms? join) => base.Make(task, join is null ? null : how(join));
    }

    private sealed class FoldsTwice(ILedgerPort real) : FaultyPort(real)
    {
        protected override IEnumerable<Signal> Alter(Signal signal) =>
            [signal is RunsAssigned assigned ? assigned with { Runs = [.. assigned.Runs.Select(Twice)] } : signal];

        private static AssignedRun Twice(AssignedRun run) =>
            run is { Task.Join.IsFold: true, Input: { } input } ? run with { Input = input with { Outcomes = [.. input.Outcomes, .. input.Outcomes.Take(1)] } } : run;
    }

    private sealed class ForgetsCancels(ILedgerPort real) : FaultyPort(real)
    {
        public override bool Cancel(TaskId id) => LiveTasks.Any(task => task.Id == id);
    }

    private sealed class CancelsRootsOnly(ILedgerPort real) : FaultyPort(real)
    {
        public override bool CancelTree(TaskId rootId) => Cancel(rootId);
    }

    private sealed class Drops<T>(ILedgerPort real) : FaultyPort(real)
        where T : Signal
    {
        protected override IEnumerable<Signal> Alter(Signal signal) => signal is T ? [] : [signal];
    }

    private sealed class Repeats<T>(ILedgerPort real) : FaultyPort(real)
        where T : Signal
    {
        protected override IEnumerable<Signal> Alter(Signal signal) => signal is T ? [signal, signal] : [signal];
    }

    private sealed class AssignsTwice(ILedgerPort real) : FaultyPort(real)
    {
        private readonly HashSet<int> _workers = [];

        protected override IEnumerable<Signal> Alter(Signal signal)
        {
            if (signal is not RunsAssigned assigned)
            {
                return [signal];
            }

            _workers.Add(assigned.Worker);
            return [signal, .. _workers.Where(worker => worker != assigned.Worker).Select(worker => assigned with { Worker = worker }).Take(1)];
        }
    }

    private sealed class CountsAttemptsTwice(ILedgerPort real) : FaultyPort(real)
    {
        protected override IEnumerable<Signal> Alter(Signal signal) =>
            [signal is RunsAssigned assigned ? assigned with { Runs = [.. assigned.Runs.Select(static run => run with { Attempt = (run.Attempt * 2) - 1 })] } : signal];
    }

    private sealed class EndsTreesEarly(ILedgerPort real) : FaultyPort(real)
    {
        protected override IEnumerable<Signal> Alter(Signal signal) => signal is RootHasEnded ended
            ? [signal, new TreeHasEnded(ended.Root, ended.Ending, ended.Ending.State, 0, 0, 0, 0, null)]
            : [signal];
    }

    private sealed class MiscountsTrees(ILedgerPort real) : FaultyPort(real)
    {
        protected override IEnumerable<Signal> Alter(Signal signal) => [signal is TreeHasEnded ended ? ended with { Succeeded = ended.Succeeded + 1 } : signal];
    }

    private sealed class ForgetsCompletions(ILedgerPort real) : FaultyPort(real)
    {
        public override void Submit(Errand root, Errand? completion) => base.Submit(root, null);
    }

    private sealed class ForgetsTheLost(ILedgerPort real) : FaultyPort(real)
    {
        public override void WorkerLost(int worker, bool hadTaken)
        {
        }
    }

    private sealed class RunsAhead(ILedgerPort real) : FaultyPort(real)
    {
        public override void Tick()
        {
            Now += TimeSpan.FromMinutes(1);
            base.Tick();
            Now -= TimeSpan.FromMinutes(1);
        }
    }

    private sealed class NeverTicks(ILedgerPort real) : FaultyPort(real)
    {
        public override void Tick()
        {
        }
    }

    private sealed class Oversleeps(ILedgerPort real) : FaultyPort(real)
    {
        public override DateTimeOffset? NextDue => base.NextDue + TimeSpan.FromTicks(1);
    }

    private sealed class StaysOpen(ILedgerPort real) : FaultyPort(real)
    {
        public override void Close()
        {
        }
    }

    private sealed class StopsNobody(ILedgerPort real) : FaultyPort(real)
    {
        public override void InterruptAll()
        {
        }
    }

    private sealed class Miscounts(ILedgerPort real) : FaultyPort(real)
    {
        public override long Count(TypeTerms type, TaskState state) => base.Count(type, state) + (state == TaskState.Waiting ? 1 : 0);
    }

    private sealed class ChangesItsMind(ILedgerPort real) : FaultyPort(real)
    {
        private readonly HashSet<Errand> _asked = [];

        public override TaskState StateOf(Errand task) =>
            base.StateOf(task) is var state && state == TaskState.Succeeded && !_asked.Add(task) ? TaskState.Failed : state;
    }
}
