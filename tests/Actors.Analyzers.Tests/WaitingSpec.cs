namespace Actors.Analyzers.Tests;

public sealed class WaitingSpec
{
    [Theory]
    [InlineData("_ = actor.Ask<int>(1);")]
    [InlineData("_ = actor.Ask(1, TimeSpan.FromSeconds(1));")]
    [InlineData("_ = Task.FromResult(1).Result;")]
    [InlineData("_ = new ValueTask<int>(1).Result;")]
    [InlineData("Task.CompletedTask.Wait();")]
    [InlineData("Task.CompletedTask.GetAwaiter().GetResult();")]
    [InlineData("Task.FromResult(1).ConfigureAwait(false).GetAwaiter().GetResult();")]
    [InlineData("new ValueTask().GetAwaiter().GetResult();")]
    [InlineData("Task.WaitAll(Task.CompletedTask);")]
    [InlineData("Task.WaitAny(Task.CompletedTask);")]
    [InlineData("new ManualResetEventSlim().Wait();")]
    [InlineData("new ManualResetEvent(true).WaitOne();")]
    [InlineData("new SemaphoreSlim(1).Wait();")]
    [InlineData("new CountdownEvent(1).Wait();")]
    [InlineData("new System.Collections.Concurrent.BlockingCollection<int>().Take();")]
    [InlineData("new Thread(() => { }).Join();")]
    [InlineData("lock (this) { Monitor.Wait(this); }")]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("SpinWait.SpinUntil(() => true);")]
    [InlineData("Action wait = () => Task.CompletedTask.Wait(); wait();")]
    [InlineData("Wait(); void Wait() => Task.CompletedTask.Wait();")]
    public async Task A_handler_that_waits_is_an_error(string body) => Assert.Equal(["ACT1001"], await Code.ReportAsync(Code.Handler(body)));

    [Theory]
    [InlineData("private static void Helper() => Task.CompletedTask.Wait();")]
    [InlineData("private static int Value => Task.FromResult(1).Result;")]
    [InlineData("private readonly int _value = Task.FromResult(1).Result;")]
    [InlineData("public void Dispose() => Task.CompletedTask.Wait();")]
    public async Task So_is_one_that_waits_in_a_helper(string members) => Assert.Equal(["ACT1001"], await Code.ReportAsync(Code.Handler("", members)));

    [Theory]
    [InlineData("await await client.SubmitAsync(task);", new[] { "ACT1002", "ACT1002" })]
    [InlineData("await client.SubmitManyAsync([task]);", new[] { "ACT1002" })]
    [InlineData("TaskHandle<int> handle = null!; await handle;", new[] { "ACT1002" })]
    [InlineData("TaskHandle<int> handle = null!; await handle.OutcomeAsync(context.CancellationToken);", new[] { "ACT1002" })]
    [InlineData("TaskHandle<int> handle = null!; await handle.TreeAsync(context.CancellationToken);", new[] { "ACT1002" })]
    [InlineData("TaskHandle<int> handle = null!; _ = handle.OutcomeAsync().Result;", new[] { "ACT1001", "ACT1002" })]
    [InlineData("await client.DrainAsync(DrainMode.Now, TimeSpan.FromSeconds(1));", new[] { "ACT1002" })]
    [InlineData("await client.CancelAsync(context.TaskId);", new[] { "ACT1002" })]
    public async Task A_handler_that_awaits_the_engine_is_an_error(string body, string[] expected) =>
        Assert.Equal(expected, (await Code.ReportAsync(Code.AsyncHandler(body))).Where(static id => id != "ACT1101"));

    [Theory]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("_ = File.ReadAllText(\"x\");")]
    [InlineData("new MemoryStream().Flush();")]
    [InlineData("new StringReader(\"\").ReadToEnd();")]
    public async Task An_asynchronous_handler_that_blocks_is_a_warning(string body) => Assert.Equal(["ACT1003"], await Code.ReportAsync(Code.AsyncHandler(body)));

    [Fact]
    public async Task Joins_folds_and_what_takes_a_context_are_handlers_too()
    {
        Assert.Equal(["ACT1001", "ACT1001", "ACT1001"], await Code.ReportAsync("""
            public sealed record Sum : IJoin<int, int>;
            public sealed record Add : IFold<int, int, int>;
            public sealed class Handlers : IJoinHandler<Sum, int, int>, IFoldHandler<Add, int, int, int>
            {
                public Ending<int> Handle(Sum join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => Task.FromResult(1).Result;
                public int Start(Add fold) => 0;
                public int Add(Add fold, int state, Outcome<int> child) => Task.FromResult(1).Result;
                public Ending<int> End(Add fold, int state, TaskContext context) => state;
            }
            public static class Elsewhere
            {
                public static void Help(TaskContext context) => Task.CompletedTask.Wait();
            }
            """));
    }

    [Fact]
    public async Task Outside_of_handlers_waiting_is_nobodys_business() => Assert.Empty(await Code.ReportAsync("""
        public static class Program
        {
            public static async Task Main(TaskClient client, ITask<int> task, IActorRef actor)
            {
                var handle = await client.SubmitAsync(task);
                await handle;
                handle.TreeAsync().Wait();
                Thread.Sleep(1);
                _ = actor.Ask<int>(1).Result;
                File.ReadAllText("x");
            }
        }
        """));

    [Theory]
    [InlineData("await Task.Delay(1, context.CancellationToken);")]
    [InlineData("await new SemaphoreSlim(1).WaitAsync(context.CancellationToken);")]
    [InlineData("_ = nameof(Task<int>.Result);")]
    [InlineData("actor.Tell(1);")]
    [InlineData("context.Spawn(new Job(1));")]
    [InlineData("var progress = client.ProgressAsync(context.CancellationToken); await progress;")]
    [InlineData("lock (this) { }")]
    public async Task What_does_not_wait_is_not_reported(string body) => Assert.Empty(await Code.ReportAsync(Code.AsyncHandler(body)));

    [Fact]
    public async Task The_message_says_what_to_do_instead() => Assert.Contains(
        "return context.Join([task], new YourJoin())", (await Code.MessagesAsync(Code.AsyncHandler("await client.SubmitAsync(task, cancellationToken: context.CancellationToken);")))[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("var x = Task.FromResult(1).Result;", "var x = await Task.FromResult(1);")]
    [InlineData("Task.CompletedTask.Wait();", "await Task.CompletedTask;")]
    [InlineData("Task.CompletedTask.GetAwaiter().GetResult();", "await Task.CompletedTask;")]
    [InlineData("var x = Task.FromResult(\"a\").Result.Length;", "var x = (await Task.FromResult(\"a\")).Length;")]
    [InlineData("Thread.Sleep(100);", "await Task.Delay(100, context.CancellationToken);")]
    [InlineData("var x = File.ReadAllText(\"x\");", "var x = await File.ReadAllTextAsync(\"x\");")]
    public async Task In_an_asynchronous_handler_it_can_be_awaited(string body, string expected) =>
        Assert.Equal(Code.AsyncHandler(expected), await Code.FixAsync(Code.AsyncHandler(body)));

    [Fact]
    public async Task In_a_synchronous_one_there_is_no_such_fix() => Assert.Null(await Code.FixAsync(Code.Handler("Task.CompletedTask.Wait();")));
}
