using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>A port between driver and ledger that lies, in one direction or the other, as a ledger with that fault would behave.</summary>
/// <param name="Name">What the fault is.</param>
/// <param name="Plant">Puts it before a port.</param>
/// <param name="Breaks">What it breaks, each in some history.</param>
internal sealed record PlantedFault(string Name, Func<ILedgerPort, ILedgerPort> Plant, params string[] Breaks)
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("A report of an earlier run that passes for one of the present run", static port => new TakesStaleReports(port), Rules.StaleIsIgnored),
        new("An end that is lost", static port => new LosesReports(port), Rules.EndTakesEffect),
        new(
            "A failure that passes for a success",
            static port => new AltersEnds(port, static end => end.Word == EndWord.Failed, static end => end with { Word = EndWord.Succeeded }),
            Rules.OutcomeHasCause),
        new(
            "A success that passes for a failure",
            static port => new AltersEnds(port, static end => end.Word == EndWord.Succeeded, static end => end with { Word = EndWord.FailedForGood }),
            Rules.OutcomeIsTrue),
        new(
            "A result that is swapped for another",
            static port => new AltersEnds(port, static end => end.Word == EndWord.Succeeded, static end => end with { Value = end.Value + 1 }),
            Rules.RootTold, Rules.JoinSeesOutcomes),
        new(
            "A task that is given back and passes for done",
            static port => new AltersEnds(port, static end => end.Word == EndWord.GivenBack, static end => end with { Word = EndWord.Succeeded }),
            Rules.OutcomeHasCause),
        new("A put-off that costs an attempt", static port => new ChargesPutOffs(port), Rules.FailureTold),
        new(
            "A follow-up that is forgotten",
            static port => new AltersEnds(port, static end => end is { Spawned.Count: > 0, Join: null }, static end => end with { Spawned = [.. end.Spawned.Skip(1)] }),
            Rules.SuccessSpawns),
        new("A follow-up of an attempt that fails", static port => new SpawnsForFailures(port), Rules.OnlySuccessSpawns),
        new("A second child at the place of the first", static port => new SpawnsTwice(port), Rules.OnlySuccessSpawns),
        new("A told follow-up that is dropped", static port => new DropsTold(port), Rules.SuccessSpawns),
        new(
            "A join that fires one child early",
            static port => new MakesJoins(port, static join => join with { Members = [.. join.Members.Skip(1)] }),
            Rules.JoinWaits),
        new(
            "A join that waits for a child too many",
            static port => new MakesJoins(port, static join => join with { Members = [.. join.Members, .. join.Members.TakeLast(1)] }),
            Rules.JoinFires),
        new(
            "A join that mixes up the places of its children",
            static port => new MakesJoins(port, static join => join with { Members = [.. join.Members.Reverse()] }),
            Rules.JoinSeesOutcomes),
        new("A join that forgets its policy", static port => new MakesJoins(port, static join => join with { Policy = Policy.Collect }), Rules.JoinFires),
        new("A fold that takes an outcome in twice", static port => new FoldsTwice(port), Rules.FoldSeesOutcomes),
        new("A cancel that is forgotten", static port => new ForgetsCancels(port), Rules.EndTakesEffect, Rules.ToldToEnd),
        new("A cancel of a tree that stops at its root", static port => new CancelsRootsOnly(port), Rules.EndTakesEffect, Rules.ToldToEnd),
        new("A run that is not told to end", static port => new Drops<RunToldToEnd>(port), Rules.ToldToEnd),
        new("A run that is never left behind", static port => new Drops<RunLeftBehind>(port), Rules.OutcomeHasCause),
        new("A chunk that is never recalled", static port => new Drops<WorkRecalled>(port), Rules.Recalled),
        new("An assignment that is lost", static port => new Drops<RunsAssigned>(port), Rules.RunsWhenReady),
        new("An assignment that two workers get", static port => new AssignsTwice(port), Rules.RunsWhenReady),
        new("An attempt that is counted twice", static port => new CountsAttemptsTwice(port), Rules.Attempts),
        new("The end of a tree told twice", static port => new Repeats<TreeHasEnded>(port), Rules.TreeTold),
        new("The end of a tree not told", static port => new Drops<TreeHasEnded>(port), Rules.TreeTold),
        new("The end of a tree told with the end of its root", static port => new EndsTreesEarly(port), Rules.TreeTold),
        new("The end of a root told twice", static port => new Repeats<RootHasEnded>(port), Rules.RootTold),
        new("A count of a tree that is off by one", static port => new MiscountsTrees(port), Rules.TreeOutcome),
        new("A completion task that is forgotten", static port => new ForgetsCompletions(port), Rules.Completion),
        new("A lost worker that nobody notices", static port => new ForgetsTheLost(port), Rules.Counts),
        new("A retry before it is due", static port => new RunsAhead(port), Rules.NotBeforeDue),
        new("A task that is due and not woken", static port => new NeverTicks(port), Rules.DueIsReady),
        new("A ledger that asks to be woken too late", static port => new Oversleeps(port), Rules.WokenInTime),
        new("A ledger that does not close", static port => new StaysOpen(port), Rules.ClosedStartsNothing),
        new("A stop that tells nobody", static port => new StopsNobody(port), Rules.ToldToEnd),
        new("A pause that is forgotten at dispatch", static port => new ForgetsPauses(port), Rules.PausedStartsNothing),
        new("A pause that recalls nothing", static port => new RecallsNothingForPauses(port), Rules.Recalled),
        new("A priority that is forgotten", static port => new ForgetsPriorities(port), Rules.PriorityOrder),
        new("A deadline that is forgotten", static port => new BendsRules(port, static rules => rules with { Deadline = null }), Rules.WokenInTime),
        new(
            "A budget of one task more",
            static port => new BendsRules(port, static rules => rules with { TasksMax = rules.TasksMax + 1 }),
            Rules.OnlySuccessSpawns),
        new(
            "A budget of one attempt more",
            static port => new BendsRules(port, static rules => rules with { AttemptsMax = rules.AttemptsMax + 1 }),
            Rules.BudgetKept),
        new("A count that is off by one", static port => new Miscounts(port), Rules.Counts),
        new("An outcome that changes once it is there", static port => new ChangesItsMind(port), Rules.OneOutcome),
    ];

    public static PlantedFault Of(string name) => All.Single(fault => fault.Name == name);

    public override string ToString() => Name;

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

    private sealed class ForgetsPauses(ILedgerPort real) : FaultyPort(real)
    {
        private readonly HashSet<Hold> _holds = [];

        public override bool SetPause(Hold hold, bool isPaused) => isPaused ? _holds.Add(hold) : _holds.Remove(hold);
    }

    private sealed class RecallsNothingForPauses(ILedgerPort real) : FaultyPort(real)
    {
        private bool _isPausing;

        public override bool SetPause(Hold hold, bool isPaused)
        {
            _isPausing = isPaused;
            return base.SetPause(hold, isPaused);
        }

        protected override IEnumerable<Signal> Alter(Signal signal) => _isPausing && signal is WorkRecalled ? [] : [signal];
    }

    private sealed class ForgetsPriorities(ILedgerPort real) : FaultyPort(real)
    {
        public override void Make(Errand task, JoinTerms? join)
        {
            var priority = task.OwnPriority;
            task.OwnPriority = null;
            base.Make(task, join);
            task.OwnPriority = priority;
        }
    }

    private sealed class BendsRules(ILedgerPort real, Func<TreeRules, TreeRules> bend) : FaultyPort(real)
    {
        public override void Submit(Errand root, Errand? completion)
        {
            var rules = root.Rules;
            root.Rules = rules is null ? null : bend(rules);
            base.Submit(root, completion);
            root.Rules = rules;
        }
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
