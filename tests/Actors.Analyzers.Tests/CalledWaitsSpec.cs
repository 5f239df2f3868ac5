namespace Actors.Analyzers.Tests;

public sealed class CalledWaitsSpec
{
    [Theory]
    [InlineData("Elsewhere.Load();", "public static class Elsewhere { public static int Load() => Task.FromResult(1).Result; }")]
    [InlineData("Elsewhere.First();", "public static class Elsewhere { public static void First() => Second(); static void Second() => Third(); static void Third() => Thread.Sleep(1); }")]
    [InlineData("_ = Elsewhere.Value;", "public static class Elsewhere { public static int Value => Task.FromResult(1).Result; }")]
    [InlineData("_ = new Elsewhere();", "public sealed class Elsewhere { public Elsewhere() => Task.CompletedTask.Wait(); }")]
    [InlineData("IElsewhere elsewhere = null!; elsewhere.Load();", "public interface IElsewhere { int Load(); } public sealed class Elsewhere : IElsewhere { public int Load() => Task.FromResult(1).Result; }")]
    [InlineData("IElsewhere<int> elsewhere = null!; elsewhere.Load();", "public interface IElsewhere<T> { T Load(); } public sealed class Elsewhere : IElsewhere<int> { public int Load() => Task.FromResult(1).Result; }")]
    [InlineData("Elsewhere elsewhere = null!; elsewhere.Load();", "public abstract class Elsewhere { public abstract int Load(); } public sealed class There : Elsewhere { public override int Load() => Task.FromResult(1).Result; }")]
    [InlineData("Elsewhere elsewhere = null!; elsewhere.Load(1);", "public class Elsewhere { public T Load<T>(T value) => Task.FromResult(value).Result; }")]
    [InlineData("1.Load();", "public static class Elsewhere { public static int Load(this int value) => Task.FromResult(value).Result; }")]
    [InlineData("Func<int> load = Elsewhere.Load;", "public static class Elsewhere { public static int Load() => Task.FromResult(1).Result; }")]
    [InlineData("Elsewhere.Load(client, task);", "public static class Elsewhere { public static async Task Load(TaskClient client, ITask<int> task) { var handle = await client.SubmitAsync(task); } }")]
    public async Task What_a_handler_calls_and_waits_is_an_error(string body, string elsewhere) =>
        Assert.Equal(["ACT1004"], await Code.ReportAsync($"{Code.Handler(body)}\n{elsewhere}"));

    [Theory]
    [InlineData("", "public static class Elsewhere { public static int Load() => Task.FromResult(1).Result; }")]
    [InlineData("Elsewhere.Load();", "public static class Elsewhere { public static int Load() => 1; public static int Start() => Task.FromResult(1).Result; }")]
    [InlineData("Elsewhere.Load();", "public static class Elsewhere { public static int Load() => Load(); }")]
    public async Task What_no_handler_comes_to_is_nobodys_business(string body, string elsewhere) =>
        Assert.Empty(await Code.ReportAsync($"{Code.Handler(body)}\n{elsewhere}"));

    [Fact]
    public async Task The_message_tells_the_way() => Assert.Contains(
        "(JobHandler.Handle > Elsewhere.First > Elsewhere.Second)",
        Assert.Single(await Code.MessagesAsync(Code.Handler("Elsewhere.First();") + "public static class Elsewhere { public static void First() => Second(); static void Second() => Thread.Sleep(1); }")),
        StringComparison.Ordinal);

    [Fact]
    public async Task What_takes_a_context_is_reported_where_it_waits_and_once() => Assert.Equal(
        ["ACT1001"], await Code.ReportAsync(Code.Handler("Elsewhere.Load(context);") + "public static class Elsewhere { public static int Load(TaskContext context) => Task.FromResult(1).Result; }"));

    [Theory]
    [InlineData("var load = Task.FromResult(1); if (load.IsCompleted) { _ = load.Result; }")]
    [InlineData("var load = Task.FromResult(1); if (load.IsCompletedSuccessfully && load.Result == 1) { }")]
    [InlineData("var load = Task.FromResult(1); _ = load.IsCompletedSuccessfully ? load.Result : 0;")]
    [InlineData("var load = Task.FromResult(1); await load; _ = load.Result;")]
    [InlineData("var load = Task.FromResult(1); await load.ConfigureAwait(false); _ = load.GetAwaiter().GetResult();")]
    [InlineData("var one = Task.FromResult(1); var other = Task.FromResult(2); await Task.WhenAll(one, other); if (task.Number > 1) { _ = one.Result + other.Result; }")]
    [InlineData("var loads = new[] { Task.FromResult(1) }; await Task.WhenAll(loads); foreach (var load in loads) { _ = load.Result; }")]
    [InlineData("var loads = new[] { Task.FromResult(1) }; await Task.WhenAll(loads); _ = loads.Select(load => load.Result).Sum();")]
    public async Task The_result_of_a_task_that_has_completed_is_no_wait(string body) => Assert.Empty(await Code.ReportAsync(Code.AsyncHandler(body)));

    [Theory]
    [InlineData("var load = Task.FromResult(1); if (!load.IsCompleted) { _ = load.Result; }")]
    [InlineData("var load = Task.FromResult(1); if (load.IsCompleted) { } _ = load.Result;")]
    [InlineData("var load = Task.FromResult(1); _ = load.Result; await load;")]
    [InlineData("var load = Task.FromResult(1); if (task.Number > 1) { await load; } _ = load.Result;")]
    [InlineData("var one = Task.FromResult(1); var other = Task.FromResult(2); await Task.WhenAny(one, other); _ = one.Result;")]
    [InlineData("var loads = new[] { Task.FromResult(1) }; await Task.Yield(); foreach (var load in loads) { _ = load.Result; }")]
    [InlineData("var load = Task.FromResult(1); await load; load.Wait();")]
    public async Task That_of_one_that_perhaps_has_not_is(string body) => Assert.Equal(["ACT1001"], await Code.ReportAsync(Code.AsyncHandler(body)));
}
