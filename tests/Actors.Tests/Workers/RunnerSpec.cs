using System.Diagnostics;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Actors.Tests.Engine;
using Actors.Workers;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;

namespace Actors.Tests.Workers;

/// <summary>A runner alone, and a worker with its runners: the coordinator is a probe, and the spec says when what reaches them.</summary>
public sealed class RunnerSpec : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private readonly TaskCatalog _catalog = TaskCatalog.Build(new TaskRegistry().AddHandler<StepHandler>(), ["default"], null, null);
    private readonly List<string> _ran = [];
    private readonly Dictionary<Step, string> _names = [];
    private readonly Hunger _hunger = new();
    private readonly HookedLog _log = new();
    private readonly TestProbe _coordinator;
    private readonly TestProbe _worker;

    public RunnerSpec()
        : base(ConfigurationFactory.ParseString("one-thread { type = ForkJoinDispatcher, throughput = 1, dedicated-thread-pool.thread-count = 1 }").WithFallback(EngineSettings.Reference))
    {
        _coordinator = CreateTestProbe();
        _worker = CreateTestProbe();
    }

    [Fact]
    public void What_was_cancelled_or_paused_since_it_was_assigned_does_not_start()
    {
        var (a, b, c) = (Task("a"), Task("b"), Task("c"));
        b.Interruption = Interruption.Cancel;
        a.IsHeldBack = true;
        Runner([a, b, c]).Run();

        Assert.Equal(["c"], _ran);
        Assert.Equal([EndKind.Interrupted, EndKind.Interrupted, EndKind.Succeeded], Kinds(Report()));
    }

    [Fact]
    public void When_its_slice_is_over_it_gives_back_what_has_not_started_and_the_first_always_does()
    {
        Runner([Task("a"), Task("b"), Task("c")], slice: TimeSpan.FromTicks(-1)).Run();

        Assert.Equal(["a"], _ran);
        Assert.Equal([EndKind.Succeeded, EndKind.GivenBack, EndKind.GivenBack], Kinds(Report()));
        Nothing();
    }

    [Fact]
    public void What_was_recalled_before_it_begins_starts_its_first_and_tells_of_that()
    {
        var runner = Runner([Task("a"), Task("b")]);
        runner.Recall();
        runner.Run();

        Assert.Equal(["a"], _ran);
        var early = Report();
        Assert.Equal([EndKind.GivenBack], Kinds(early));
        Assert.NotNull(early.RunningFor);
        Assert.Equal([EndKind.Succeeded], Kinds(Report()));
        Nothing();
    }

    [Fact]
    public void A_recall_while_a_handler_runs_tells_the_rest_at_once_and_that_one_behind_each_once()
    {
        ChunkRunner runner = null!;
        runner = Runner([Task("a"), Task("b", _ => runner.Recall()), Task("c")]);
        runner.Run();

        Assert.Equal(["a", "b"], _ran);
        Assert.Equal([EndKind.Succeeded, EndKind.GivenBack], Kinds(Report()));
        Assert.Equal([EndKind.Succeeded], Kinds(Report()));
        Nothing();
    }

    [Fact]
    public void A_cancel_reaches_the_one_that_runs_and_nobody_else()
    {
        ChunkRunner runner = null!;
        AssignedTask[] runs = [];
        var (isCancelled, isTheOther) = (false, false);
        runner = Runner([
            Task("a", context =>
            {
                runner.Cancel(runs[1]);
                isTheOther = context.CancellationToken.IsCancellationRequested;
                runner.Cancel(runs[0]);
                isCancelled = context.CancellationToken.IsCancellationRequested;
                context.CancellationToken.ThrowIfCancellationRequested();
            }),
            Task("b"),
        ]);
        runs = runner.Assignment.Tasks;
        runner.Run();

        Assert.Equal((true, false), (isCancelled, isTheOther));
        Assert.Equal([EndKind.GivenBack], Kinds(Report()));
        Assert.Equal([EndKind.Interrupted], Kinds(Report()));
    }

    [Fact]
    public void What_is_left_behind_is_told_to_end_says_nothing_more_and_that_it_came_back()
    {
        ChunkRunner runner = null!;
        var isTold = false;
        runner = Runner([
            Task("a", context =>
            {
                runner.Leave();
                isTold = context.CancellationToken.IsCancellationRequested;
            }),
            Task("b"),
        ]);
        runner.Run();

        Assert.Equal(["a"], _ran);
        Assert.True(isTold);
        Nothing();
        _worker.ExpectMsg<TaskWorker.CameBack>();
    }

    [Fact]
    public void What_is_left_behind_before_it_begins_starts_nothing()
    {
        var runner = Runner([Task("a"), Task("b")]);
        runner.Leave();
        runner.Run();

        Assert.Empty(_ran);
        Nothing();
        _worker.ExpectMsg<TaskWorker.CameBack>();
    }

    [Fact]
    public void A_worker_that_ends_has_told_what_its_runner_has_done_and_what_runs()
    {
        ChunkRunner runner = null!;
        runner = Runner([Task("a"), Task("b", _ => runner.TellAndLeave()), Task("c")]);
        runner.Run();

        var report = Report();
        Assert.Equal([EndKind.Succeeded, EndKind.GivenBack], Kinds(report));
        Assert.NotNull(report.RunningFor);
        Nothing();
    }

    [Fact]
    public async Task Once_a_handler_has_gone_on_elsewhere_no_synchronous_one_starts_there()
    {
        var gate = new Gate();
        Runner([AsyncTask("a", gate.PassAsync), AsyncTask("b", () => System.Threading.Tasks.Task.CompletedTask), Task("c"), AsyncTask("d", () => System.Threading.Tasks.Task.CompletedTask)]).Run();
        Nothing();
        await gate.Reached;
        gate.Open();

        Assert.Equal([EndKind.Succeeded, EndKind.Succeeded, EndKind.GivenBack, EndKind.GivenBack], Kinds(Report()));
        Assert.Equal(["a", "b"], _ran);
    }

    [Fact]
    public void What_a_task_spawns_runs_ahead_and_is_told_as_one_end()
    {
        Runner([Spawner("base", 3)], mayRunAhead: true).Run();

        Assert.Equal(["base", "base.0", "base.1", "base.2", "join"], _ran);
        var end = Assert.Single(Ends(Report()));
        Assert.Equal((EndKind.Succeeded, 3), (end.Kind, ((Outcome<int>)end.Payload!).Value));
        Assert.Equal(4, end.Detail!.Ahead!.All.ToArray().Sum(static counts => counts.Succeeded));
    }

    [Fact]
    public void What_runs_ahead_ends_when_its_base_is_cancelled()
    {
        TaskRecord root = null!;
        root = Spawner("base", 3, (number, _) => root.Interruption = number == 1 ? Interruption.Cancel : Interruption.None);
        Runner([root], mayRunAhead: true).Run();

        Assert.Equal(["base", "base.0", "base.1"], _ran);
        AssertLeft(1);
    }

    [Fact]
    public void What_runs_ahead_ends_when_its_base_is_paused()
    {
        TaskRecord root = null!;
        root = Spawner("base", 3, (number, _) => root.IsHeldBack = number == 1);
        Runner([root], mayRunAhead: true).Run();

        Assert.Equal(["base", "base.0", "base.1"], _ran);
        AssertLeft(1);
    }

    [Fact]
    public void What_runs_ahead_ends_when_its_type_is_paused()
    {
        Runner([Spawner("base", 3, (number, context) => context.Task.Type.Aside = number == 1 ? new TasksAside(new Pause("ada", DateTimeOffset.UnixEpoch)) : null)], mayRunAhead: true).Run();

        Assert.Equal(["base", "base.0", "base.1"], _ran);
        AssertLeft(1);
        _catalog.TypeOf(Step.Yield(0)).Aside = null;
    }

    [Fact]
    public void A_failure_of_what_runs_ahead_is_told_with_all_that_is_left()
    {
        Runner([Spawner("base", 3, static (number, _) => throw (number == 1 ? new InvalidOperationException("broken") : new OperationCanceledException()))], mayRunAhead: true).Run();

        Assert.Equal(["base", "base.0"], _ran);
        var ends = Ends(Report());
        Assert.Equal([EndKind.Joined, EndKind.Failed], ends.Select(static end => end.Kind));
        Assert.Equal(3, ends[0].Detail!.Spawned!.Count);
        Nothing();
    }

    [Fact]
    public void What_is_wanted_between_two_handlers_does_not_start_and_is_not_lost()
    {
        ChunkRunner runner = null!;
        runner = Runner([Spawner("base", 3)], mayRunAhead: true);
        var looks = 0;
        _log.Looks = () =>
        {
            if (_ran.Count == 3 && looks++ == 1)
            {
                runner.Recall(); // it has picked the third child, and not entered its handler
            }
        };
        runner.Run();

        Assert.Equal(["base", "base.0", "base.1"], _ran);
        AssertLeft(1);
        Nothing();
    }

    [Fact]
    public void Where_others_have_nothing_to_do_it_gives_away_half_of_the_oldest_and_goes_on()
    {
        _hunger.IsThere = true;
        Runner([Spawner("base", 8, static (_, _) => Spin())], mayRunAhead: true).Run();

        var shared = Report();
        Assert.True(shared.GoesOnAhead);
        var told = Ends(shared)[0].Detail!.Spawned!;
        var kept = told.Where(static task => task.Ahead == AheadState.Kept).ToList();
        var given = told.Where(static task => task.Ahead != AheadState.Kept).ToList();
        Assert.InRange(given.Count, 3, 4);
        Assert.NotEmpty(kept);
        Assert.All(kept, task => Assert.Contains(NameOf(task), _ran)); // it has run them itself
        Assert.All(given, task => Assert.DoesNotContain(NameOf(task), _ran));
        Assert.Equal(8, _ran.Count - 1 + given.Count);
        Assert.Equal(kept.Count, Ends(Report()).Length);
        Nothing();
    }

    [Fact]
    public void A_fault_of_ours_ends_the_worker()
    {
        _log.Looks = static () => throw new InvalidOperationException("planted");
        Watch(_worker.Ref);
        Runner([Spawner("base", 3)], mayRunAhead: true).Run();

        ExpectTerminated(_worker.Ref, EngineSpec.Soon);
    }

    [Fact]
    public void A_worker_passes_nothing_on_that_is_about_what_has_ended()
    {
        var worker = Worker();
        var old = Assignment([Task("a")]);
        worker.Tell(old);
        Report();
        var gate = new Gate();
        var isCancelled = false;
        var present = Assignment([
            Task("b", context =>
            {
                gate.Pass();
                isCancelled = context.CancellationToken.IsCancellationRequested;
            }),
            Task("c"),
        ]);
        worker.Tell(present);
        worker.Tell(new Recall(old));
        worker.Tell(new CancelRun(old, old.Tasks[0], default));
        worker.Tell(new Abandon(old, old.Tasks[0], default));
        _coordinator.ExpectMsg<WorkerRenewed>(EngineSpec.Soon); // so it has heard all of it
        gate.Open();

        Assert.Equal([EndKind.Succeeded, EndKind.Succeeded], Kinds(Report()));
        Assert.False(isCancelled);
        Assert.Equal(["a", "b", "c"], _ran);
    }

    [Fact]
    public async Task A_worker_that_has_left_one_behind_runs_the_next_though_no_thread_is_left()
    {
        var worker = Worker("one-thread");
        var gate = new Gate();
        var hasComeBack = false;
        var old = Assignment([Task("a", _ =>
        {
            try
            {
                gate.Pass();
            }
            finally
            {
                Volatile.Write(ref hasComeBack, true);
            }
        })]);
        worker.Tell(old);
        await gate.Reached;
        worker.Tell(new Abandon(old, old.Tasks[0], default));
        _coordinator.ExpectMsg<WorkerRenewed>(EngineSpec.Soon);
        worker.Tell(Assignment([Task("b")]));

        Assert.Equal([EndKind.Succeeded], Kinds(Report()));
        Assert.False(Volatile.Read(ref hasComeBack), "It ran on the thread of the one that was left behind, once that was free.");
        gate.Open();
    }

    private static void Spin()
    {
        for (var end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 5000); Stopwatch.GetTimestamp() < end;)
        {
            Thread.SpinWait(10);
        }
    }

    private static EndKind[] Kinds(WorkReport report) => [.. Ends(report).Select(static end => end.Kind)];

    private static AttemptEnd[] Ends(WorkReport report) => report.Ends.AsSpan(report.Start, report.Count).ToArray();

    private string NameOf(TaskRecord task) => _names[(Step)task.Message];

    private IActorRef Worker(string dispatcher = "akka.actor.default-dispatcher")
    {
        var worker = Sys.ActorOf(TaskWorker.Props(0, _coordinator.Ref, Settings(Long, dispatcher)));
        _coordinator.ExpectMsg<WorkerStarted>(EngineSpec.Soon);
        return worker;
    }

    private ChunkRunner Runner(TaskRecord[] tasks, TimeSpan? slice = null, bool mayRunAhead = false) =>
        new(Assignment(tasks, mayRunAhead), Settings(slice ?? Long, "akka.actor.default-dispatcher"), _coordinator.Ref, _worker.Ref, _log);

    private WorkerSettings Settings(TimeSpan slice, string dispatcher) => new(_catalog, slice, Long, Sys.Dispatchers.Lookup(dispatcher));

    private Assignment Assignment(TaskRecord[] tasks, bool mayRunAhead = false)
    {
        var assignment = new Assignment(new WorkerRecord(1, 0, _worker.Ref), tasks.Length) { MayRunAhead = mayRunAhead ? _hunger : null, IsAhead = mayRunAhead };
        for (var index = 0; index < tasks.Length; index++)
        {
            (tasks[index].State, tasks[index].Run, tasks[index].Attempt) = (TaskState.Running, 1, 1);
            assignment.Tasks[index] = new AssignedTask(tasks[index], 1, 1);
        }

        return assignment;
    }

    private WorkReport Report() => _coordinator.ExpectMsg<WorkReport>(EngineSpec.Soon);

    /// <summary>The spec runs on the runner's thread: what it has said is there by now.</summary>
    private void Nothing() => _coordinator.ExpectNoMsg(TimeSpan.Zero);

    /// <summary>The base and its join are told, and so many children beside.</summary>
    private void AssertLeft(int children)
    {
        var end = Assert.Single(Ends(Report()));
        Assert.Equal(EndKind.Joined, end.Kind);
        Assert.Equal(children, end.Detail!.Spawned!.Count);
        Assert.All(end.Detail.Spawned, task => Assert.DoesNotContain(NameOf(task), _ran));
        Assert.Equal(2, end.Detail.Join!.Succeeded);
    }

    private TaskRecord Task(string name, Action<TaskContext>? body = null) => Record(name, StepOf(name, context =>
    {
        body?.Invoke(context);
        return 1;
    }));

    private TaskRecord AsyncTask(string name, Func<Task> body) => Record(name, new StepAsync(async _ =>
    {
        _ran.Add(name);
        await body().ConfigureAwait(false);
        return 1;
    }));

    /// <summary>Spawns so many and joins them.</summary>
    private TaskRecord Spawner(string name, int children, Action<int, TaskContext>? child = null) => Record(name, StepOf(name, context => context.Join(
        Enumerable.Range(0, children).Select(number => StepOf($"{name}.{number}", inner =>
        {
            child?.Invoke(number, inner);
            return 1;
        })),
        new Gather((outcomes, _) =>
        {
            _ran.Add("join");
            return outcomes.Sum(static outcome => outcome.Value);
        }))));

    private Step StepOf(string name, Func<TaskContext, Ending<int>> body)
    {
        var step = new Step(context =>
        {
            _ran.Add(name);
            return body(context);
        });
        _names.Add(step, name);
        return step;
    }

    private TaskRecord Record(string name, ITaskMessage message) => new(TaskId.FromKey(name), _catalog.TypeOf(message), message, null, null);

    /// <summary>Says when it is asked whether it writes.</summary>
    private sealed class HookedLog() : LoggingAdapterBase(DefaultLogMessageFormatter.Instance)
    {
        public Action? Looks { get; set; }

        public override bool IsDebugEnabled
        {
            get
            {
                Looks?.Invoke();
                return false;
            }
        }

        public override bool IsInfoEnabled => false;

        public override bool IsWarningEnabled => false;

        public override bool IsErrorEnabled => false;

        protected override void NotifyLog(Akka.Event.LogLevel logLevel, object message, Exception cause)
        {
        }
    }
}
