namespace Actors.Analyzers.Tests;

public sealed class OtherRulesSpec
{
    [Theory]
    [InlineData("await Task.Delay(1);")]
    [InlineData("await new HttpClient().GetStringAsync(\"http://x\");")]
    [InlineData("await File.ReadAllTextAsync(\"x\").ConfigureAwait(false);")]
    [InlineData("var later = new HttpClient().GetStringAsync(\"http://x\"); await later;")]
    public async Task A_token_that_is_not_passed_on_is_a_warning(string body) => Assert.Equal(["ACT1101"], await Code.ReportAsync(Code.AsyncHandler(body)));

    [Theory]
    [InlineData("await Task.Delay(1, context.CancellationToken);")]
    [InlineData("await File.ReadAllTextAsync(\"x\", context.CancellationToken);")]
    [InlineData("using var both = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken); await Task.Delay(1, both.Token);")]
    [InlineData("await Task.Delay(1, CancellationToken.None);")]
    [InlineData("await Task.WhenAll(Task.CompletedTask);")]
    public async Task One_that_is_passed_on_or_cannot_be_is_none(string body) => Assert.Empty(await Code.ReportAsync(Code.AsyncHandler(body)));

    [Theory]
    [InlineData("await Task.Delay(1);", "await Task.Delay(1, context.CancellationToken);")]
    [InlineData("await File.ReadAllTextAsync(path: \"x\");", "await File.ReadAllTextAsync(path: \"x\",cancellationToken:context.CancellationToken);")]
    public async Task It_can_be_passed(string body, string expected) => Assert.Equal(
        Code.AsyncHandler(expected).Replace(" ", "", StringComparison.Ordinal), (await Code.FixAsync(Code.AsyncHandler(body)))!.Replace(" ", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("_ = Task.Run(() => 1);")]
    [InlineData("_ = Task.Factory.StartNew(() => 1);")]
    [InlineData("ThreadPool.QueueUserWorkItem(_ => { });")]
    [InlineData("new Thread(() => { }).Start();")]
    [InlineData("_ = Task.CompletedTask.ContinueWith(_ => { });")]
    public async Task Work_beside_the_handler_is_a_warning(string body) => Assert.Equal(["ACT1201"], await Code.ReportAsync(Code.Handler(body)));

    [Theory]
    [InlineData("Action later = async () => await Task.Yield(); later();", "")]
    [InlineData("Later(); async void Later() => await Task.Yield();", "")]
    [InlineData("", "private async void Later() => await Task.Yield();")]
    public async Task Async_void_is_a_warning(string body, string members) => Assert.Equal(["ACT1202"], await Code.ReportAsync(Code.Handler(body, members)));

    [Theory]
    [InlineData("_kept = context;", "private TaskContext? _kept;")]
    [InlineData("Kept = context;", "public static TaskContext? Kept { get; set; }")]
    [InlineData("_kept = context;", "private object? _kept;")]
    [InlineData("_kept ??= context;", "private TaskContext? _kept;")]
    [InlineData("_later = () => context.Spawn(new Job(1));", "private Action? _later;")]
    [InlineData("Happened += () => context.Spawn(new Job(1));", "public event Action? Happened;")]
    [InlineData("_ = new Timer(_ => context.Spawn(new Job(1)));", "")]
    [InlineData("_all.Add(() => context.Spawn(new Job(1)));", "private static readonly List<Action> _all = [];")]
    public async Task A_context_that_is_kept_is_a_warning(string body, string members) => Assert.Equal(["ACT1203"], await Code.ReportAsync(Code.Handler(body, members)));

    [Theory]
    [InlineData("var mine = context; mine.Spawn(new Job(1));", "")]
    [InlineData("Help(context);", "private static void Help(TaskContext context) => context.Spawn(new Job(2));")]
    [InlineData("Func<Task> later = async () => await Task.Yield(); _ = later;", "")]
    [InlineData("foreach (var child in Enumerable.Range(0, 3).Select(number => context.Spawn(new Job(number)))) { }", "")]
    [InlineData("context.CancellationToken.Register(() => Console.WriteLine(context.TaskId));", "")]
    [InlineData("_later = () => 1;", "private Func<int>? _later;")]
    public async Task What_stays_in_the_attempt_is_none(string body, string members) => Assert.Empty(await Code.ReportAsync(Code.Handler(body, members)));

    [Theory]
    [InlineData("public int Number { get; set; }")]
    [InlineData("public int Number;")]
    [InlineData("public List<int> Numbers { get; init; } = [];")]
    [InlineData("public required int[] Numbers { get; init; }")]
    [InlineData("public IDictionary<string, int>? Numbers { get; }")]
    [InlineData("private int _number = 1; public int Number() => _number++;")]
    public async Task A_message_that_can_be_changed_is_a_warning(string member) => Assert.Equal(["ACT1301"], await MessageAsync(member));

    [Theory]
    [InlineData("public Action? Then { get; init; }")]
    [InlineData("public Stream? Data { get; init; }")]
    [InlineData("public IActorRef? Actor { get; init; }")]
    [InlineData("public Task<int>? Running { get; init; }")]
    [InlineData("public CancellationToken Token { get; init; }")]
    [InlineData("public IServiceProvider? Services { get; init; }")]
    [InlineData("public IntPtr Pointer { get; init; }")]
    [InlineData("public Type? Type { get; init; }")]
    public async Task One_that_holds_what_lives_is_a_warning(string member) => Assert.Equal(["ACT1302"], await MessageAsync(member));

    [Theory]
    [InlineData("public int Number { get; init; }")]
    [InlineData("public IReadOnlyList<int> Numbers { get; init; } = [];")]
    [InlineData("public System.Collections.Immutable.ImmutableArray<int> Numbers { get; init; }")]
    [InlineData("public int Twice => 2; public static int Count; private const int Max = 3; private readonly int _x = 1; public int X() => _x + Max;")]
    [InlineData("public DateTimeOffset? At { get; init; } public Uri? Where { get; init; } public TaskId Id { get; init; }")]
    public async Task An_immutable_one_is_none(string member) => Assert.Empty(await MessageAsync(member));

    [Fact]
    public async Task What_a_message_holds_or_inherits_counts_too()
    {
        Assert.Equal(["ACT1301"], await Code.ReportAsync("public sealed class Part { public int N { get; set; } } public sealed record Whole(Part Part) : ITask;"));
        Assert.Equal(["ACT1301"], await Code.ReportAsync("public abstract class Base { public int N { get; set; } } public sealed class Derived : Base, ITask;"));
        Assert.Empty(await Code.ReportAsync("public sealed class Path { private readonly byte[] _bytes = [1]; public byte First => _bytes[0]; } public sealed record Whole(Path Path) : ITask;"));
        Assert.Empty(await Code.ReportAsync("public sealed record Part(int N); public sealed record Whole(Part Part, IReadOnlyList<Part> Parts) : ITask;"));
    }

    [Fact]
    public async Task Positional_records_are_looked_into_too() =>
        Assert.Equal(["ACT1301", "ACT1302"], await Code.ReportAsync("public sealed record Copy(List<string> Names, Func<int> Then) : ITask;"));

    [Fact]
    public async Task Set_becomes_init_and_a_field_readonly()
    {
        Assert.Equal("public sealed class A : ITask { public int N { get; init; } }", await Code.FixAsync("public sealed class A : ITask { public int N { get; set; } }"));
        Assert.Equal("public sealed class A : ITask { public readonly int N; }", await Code.FixAsync("public sealed class A : ITask { public int N; }"));
    }

    [Fact]
    public async Task A_task_that_nothing_here_handles_is_a_hint() => Assert.Equal(["ACT1401"], await Code.ReportAsync(Code.Handler("") + " public sealed record Forgotten : ITask;"));

    [Fact]
    public async Task In_a_project_of_messages_alone_it_is_none() => Assert.Empty(await Code.ReportAsync("public sealed record Elsewhere : ITask;"));

    [Fact]
    public async Task A_project_without_the_engine_is_left_alone() => Assert.Empty(await Code.ReportAsync("public class Plain { public List<int> Numbers = []; public void Wait() => Task.Delay(1).Wait(); }"));

    private static Task<string[]> MessageAsync(string member) => Code.ReportAsync($"public sealed record Message : ITask {{ {member} }}");
}
