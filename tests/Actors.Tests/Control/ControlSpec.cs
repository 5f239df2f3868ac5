using Actors.Client;
using Actors.Control;
using Actors.Ledger;
using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Control;

public sealed class ControlSpec(ITestOutputHelper output) : EngineSpec(output, workers: 1)
{
    private readonly Gate _gate = new();

    [Fact]
    public async Task A_list_comes_page_by_page_and_has_every_task_once()
    {
        await StartBehindAGateAsync();
        var submitted = await Client.SubmitManyAsync(Enumerable.Range(0, 1000).Select(Step.Yield));
        var listed = new List<TaskSummary>();
        string? next = null;
        do
        {
            var page = await Control.ListAsync(new TaskFilter { Type = "Step", State = TaskState.Ready }, 100, next);
            Assert.InRange(page.Tasks.Count, 1, 200);
            listed.AddRange(page.Tasks);
            next = page.Next;
        }
        while (next is not null);

        Assert.Equal(submitted.Select(static handle => handle.Id).Order(), listed.Select(static task => task.Id).Order());
        Assert.All(listed, static task => Assert.Equal(("default", 5, 0), (task.Pool, task.Priority, task.Attempt)));
        Assert.Equal(1001, (await Control.ListAsync(countMax: 5000)).Tasks.Count);
        _gate.Open();
    }

    [Fact]
    public async Task A_filter_cancels_what_it_chooses_and_nothing_else_and_it_is_written_down()
    {
        await StartBehindAGateAsync();
        await Client.SubmitAsync(new StepAsync(_ => new(1)));
        var key = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { Key = "a key", WhenDone = new Ring() });
        var others = await Client.SubmitManyAsync(Enumerable.Range(0, 3000).Select(Step.Yield));

        Assert.Equal(1, await Control.As("ada").CancelAsync(new TaskFilter { Key = "a key" }));
        Assert.True((await key.OutcomeAsync().WaitAsync(Soon)).IsCancelled);
        Assert.Equal(0, await Control.CancelAsync(new TaskFilter { OlderThan = TimeSpan.FromDays(1) }));
        Assert.Equal(3000, await Control.CancelAsync(new TaskFilter { Type = "Step", State = TaskState.Ready }));
        Assert.Equal(3001, (await Client.ProgressAsync()).Count(TaskState.Cancelled));
        _gate.Open();
        await UntilIdleAsync(1);
        Assert.All(await Task.WhenAll(others.Select(static handle => handle.TreeAsync())), static tree => Assert.Equal(TaskState.Cancelled, tree.State));
        var audit = await Control.AuditAsync();
        Assert.Equal(
            [("cancel", "type=Step state=Ready", 3000L), ("cancel", "older-than=1.00:00:00", 0L), ("cancel", "key=a key", 1L)],
            audit.Select(static entry => (entry.Action, entry.Target, entry.Count)));
        Assert.Equal("ada", audit[^1].By);
    }

    [Fact]
    public async Task Two_hundred_thousand_tasks_of_a_paused_type_are_set_aside_and_cancelled()
    {
        await StartBehindAGateAsync();
        await Control.PauseTypeAsync("Step");
        var tree = await Client.SubmitAsync(new StepAsync(context =>
        {
            context.SpawnMany(Enumerable.Range(0, 200_000).Select(static number => Step.Yield(number)));
            return new(0);
        }));
        _gate.Open();
        await UntilAsync(TaskState.Ready, 200_000);

        Assert.Equal(200_000, await Control.CancelAsync(new TaskFilter { Type = "Step" }).WaitAsync(Soon));
        Assert.Equal(200_000, (await tree.TreeAsync().WaitAsync(Soon)).Cancelled);
        Assert.True(await Control.ResumeTypeAsync("Step"));
        Assert.Equal(3, (await OutcomeAsync(Step.Yield(3))).Value);
    }

    [Fact]
    public void Many_tasks_are_gone_through_in_slices_between_which_others_have_their_turn()
    {
        var now = DateTimeOffset.UnixEpoch;
        var type = new TaskType<int>(0, "work", 0);
        var ledger = new TaskLedger(new LedgerSettings(), ["default"], 1);
        for (var count = 0; count < 20_000; count++)
        {
            ledger.Submit(new TaskRecord(TaskId.FromKey($"{count}"), type, Step.Yield(0), null, null), null, now);
        }

        var sweep = new CancelSweep(new TaskChoice(new TaskFilter(), _ => type, null, null, long.MaxValue), "ada", new Reply<long>());
        var slices = new List<long>();
        bool isDone;
        do
        {
            var before = ledger.Tally.Live;
            isDone = sweep.Go(ledger, now);
            slices.Add(before - ledger.Tally.Live);
        }
        while (!isDone);

        Assert.Equal((20_000, 0), (sweep.Count, ledger.Tally.Live));
        Assert.InRange(slices.Max(), 1, 4096);
    }

    [Fact]
    public async Task What_does_not_exist_is_told()
    {
        await StartBehindAGateAsync();
        _gate.Open();
        Assert.Contains("The types are", (await Assert.ThrowsAsync<ArgumentException>(() => Control.CancelAsync(new TaskFilter { Type = "oi" }))).Message, StringComparison.Ordinal);
        Assert.Contains("The pools are", (await Assert.ThrowsAsync<ArgumentException>(() => Control.ListAsync(new TaskFilter { Pool = "oi" }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Control.ListAsync(after: "yesterday"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Control.ListAsync(countMax: 0));
        Assert.Null(await Control.ShowAsync(TaskId.FromKey("never")));
        Assert.Null(await Control.WhyAsync(TaskId.FromKey("never")));
    }

    [Fact]
    public async Task A_task_is_shown_with_its_tree()
    {
        await StartBehindAGateAsync();
        var handle = await Client.SubmitAsync(
            Step.Yield(1), new SubmitOptions { Priority = 7, Delay = TimeSpan.FromHours(1), Deadline = TimeSpan.FromDays(1), Budget = new TaskBudget { Tasks = 10 } });
        var shown = (await Control.ShowAsync(handle.Id))!;
        Assert.Equal((TaskState.Scheduled, 7, "Step"), (shown.Task.State, shown.Task.Priority, shown.Task.Type));
        Assert.Equal([handle.Id], shown.Path);
        Assert.Equal(TimeSpan.FromHours(1), shown.DueAt - shown.Tree!.SubmittedAt);
        Assert.Equal(TimeSpan.FromDays(1), shown.Tree.DeadlineAt - shown.Tree.SubmittedAt);
        Assert.Equal((1, 10), (shown.Tree.Live, shown.Tree.Budget!.Tasks));
        _gate.Open();
    }

    [Fact]
    public async Task Why_tells_of_the_pool_of_a_pause_and_of_a_completion_task_that_is_not_real_yet()
    {
        await StartBehindAGateAsync();
        var handle = await Client.SubmitAsync(Step.Yield(1), new SubmitOptions { WhenDone = new Ring() });
        Assert.Equal(
            [new WaitReason.WorkersBusy("default", 1, 0, false)],
            (await Control.WhyAsync(handle.Id))!.Reasons);
        Assert.Equal([new WaitReason.TreeNotDone(1)], (await Control.WhyAsync(handle.Id.Completion()))!.Reasons);
        await Control.As("ada").PausePoolAsync("default");
        var why = (await Control.WhyAsync(handle.Id))!;
        Assert.StartsWith($"Step {handle.Id} is Ready: pool default is paused by ada since ", why.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("; the one worker of pool default is busy, 0 task(s) before it.", why.ToString(), StringComparison.Ordinal);
        _gate.Open();
    }

    [Fact]
    public async Task Why_tells_that_the_engine_drains()
    {
        await StartBehindAGateAsync();
        var handle = await Client.SubmitAsync(Step.Yield(1));
        var drain = Client.DrainAsync(DrainMode.FinishRunning, Soon);
        Assert.Contains(new WaitReason.Draining("FinishRunning"), (await Control.WhyAsync(handle.Id))!.Reasons);
        _gate.Open();
        await drain;
    }

    private async Task StartBehindAGateAsync()
    {
        await StartAsync(static tasks => tasks.AddHandler<RingHandler>());
        await Client.SubmitAsync(new StepAsync(async _ =>
        {
            await _gate.PassAsync();
            return 0;
        }));
        await _gate.Reached;
    }
}

public sealed record Ring : ITask;

public sealed class RingHandler : ITaskHandler<Ring>
{
    public Ending<Unit> Handle(Ring task, TaskContext context) => context.Done();
}
