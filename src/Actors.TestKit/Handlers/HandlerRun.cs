using Actors.Ledger;
using Actors.Registration;
using Actors.Workers;

namespace Actors.TestKit;

/// <summary>
/// One attempt of one handler, alone: no engine, no actor system, no other task. What it spawned and how it ended is there to look at; nothing of it runs.
/// </summary>
/// <remarks>Not for concurrent use while it runs; immutable afterwards.</remarks>
public sealed class HandlerRun
{
    private readonly Ending _ending;

    private HandlerRun(Ending ending, IReadOnlyList<SpawnedTask> spawned)
    {
        _ending = ending;
        Spawned = spawned;
    }

    /// <summary>
    /// What the attempt would spawn, the children of its join included, in the order of spawning. Of an attempt that did not succeed only what was spawned
    /// with <see cref="TaskContext.SpawnNow{TResult}"/> becomes real.
    /// </summary>
    public IReadOnlyList<SpawnedTask> Spawned { get; }

    /// <summary>Whether it ended with a result.</summary>
    public bool IsSucceeded => _ending.Kind == EndKind.Succeeded;

    /// <summary>The join or fold it ended with; null where it ended otherwise.</summary>
    public ITaskMessage? Join => _ending.Kind == EndKind.Joined ? _ending.Detail!.Join!.Message : null;

    /// <summary>The policy of that join; null where there is none.</summary>
    public JoinPolicy? JoinPolicy => _ending.Kind == EndKind.Joined ? _ending.Detail!.Join!.Policy : null;

    /// <summary>The failure it ended with, thrown or asked for; null where it ended otherwise.</summary>
    public Failure? Failure => _ending.Payload as Failure;

    /// <summary>Whether it failed for good by its own choice.</summary>
    public bool IsFailedForGood => _ending.Kind == EndKind.FailedForGood;

    /// <summary>Whether it ended because its token told it to.</summary>
    public bool IsInterrupted => _ending.Kind == EndKind.Interrupted;

    /// <summary>How long it put itself off, or asked to rest before the next attempt; null where it did not.</summary>
    public TimeSpan? Delay => _ending.Detail?.Delay;

    /// <summary>Whether it put itself off.</summary>
    public bool IsPutOff => _ending.Kind == EndKind.PutOff;

    /// <summary>Its result.</summary>
    /// <typeparam name="TResult">What the task yields.</typeparam>
    /// <exception cref="ExpectationException">It ended otherwise; the message says how.</exception>
    public TResult Result<TResult>() => _ending is { Kind: EndKind.Succeeded, Payload: Outcome<TResult> outcome }
        ? outcome.Value
        : throw new ExpectationException($"Expected the handler to end with a {typeof(TResult).Name}, but it {this}.");

    /// <summary>There is exactly one such follow-up, and this is it.</summary>
    /// <typeparam name="TTask">Its type.</typeparam>
    /// <param name="which">Those that count; null means all.</param>
    /// <exception cref="ExpectationException">There is none, or there are several.</exception>
    public SpawnedTask ExpectSpawned<TTask>(Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage
    {
        SpawnedTask[] found = [.. Spawned.Where(spawned => spawned.Task is TTask task && which?.Invoke(task) is null or true)];
        return found.Length == 1
            ? found[0]
            : throw new ExpectationException($"Expected the handler to spawn 1 {typeof(TTask).Name}, but of {Spawned.Count} follow-up(s) {found.Length} are such. It {this}.");
    }

    /// <summary>There is no follow-up at all.</summary>
    /// <exception cref="ExpectationException">There is one.</exception>
    public void ExpectNothingSpawned()
    {
        if (Spawned.Count > 0)
        {
            throw new ExpectationException($"Expected the handler to spawn nothing, but it {this}.");
        }
    }

    /// <summary>How it ended, in words.</summary>
    public override string ToString()
    {
        var end = _ending.Kind switch
        {
            EndKind.Succeeded => $"ended with {_ending.Payload}",
            EndKind.Joined => $"ended with the join {Join} ({JoinPolicy})",
            EndKind.Folded => "folded",
            EndKind.PutOff => $"put itself off for {Delay}",
            EndKind.Interrupted => "was interrupted by its token",
            _ => $"failed{(IsFailedForGood ? " for good" : "")} with {Failure!.Type}: {Failure.Message}",
        };
        return Spawned.Count == 0 ? end : $"{end} and spawned {string.Join(", ", Spawned.Take(10).Select(static spawned => spawned.Task))}{(Spawned.Count > 10 ? ", ..." : "")}";
    }

    /// <summary>Runs a handler once.</summary>
    /// <param name="handler">An object that implements one of the handler interfaces for <paramref name="task"/>.</param>
    /// <param name="task">The task.</param>
    /// <param name="attempt">Which attempt it is to be; 1-based.</param>
    /// <param name="cancellationToken">Cancels the attempt's own token.</param>
    /// <exception cref="ArgumentException">The handler does not handle such a task.</exception>
    public static Task<HandlerRun> OfAsync(object handler, ITaskMessage task, int attempt = 1, CancellationToken cancellationToken = default) =>
        OfAsync(handler, task, null, attempt, cancellationToken);

    /// <summary>Runs the handler of a join once.</summary>
    /// <param name="handler">An object that implements one of the join handler interfaces for <paramref name="join"/>.</param>
    /// <param name="join">The join, or the fold.</param>
    /// <param name="outcomes">What its children came to, in their places. See <see cref="TestOutcome"/>.</param>
    /// <param name="attempt">Which attempt it is to be; 1-based.</param>
    /// <param name="cancellationToken">Cancels the attempt's own token.</param>
    /// <exception cref="ArgumentException">The handler does not handle such a join.</exception>
    public static Task<HandlerRun> OfJoinAsync(
        object handler, ITaskMessage join, IReadOnlyList<Outcome> outcomes, int attempt = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return OfAsync(handler, join, outcomes, attempt, cancellationToken);
    }

    private static async Task<HandlerRun> OfAsync(
        object handler, ITaskMessage task, IReadOnlyList<Outcome>? outcomes, int attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var shape = HandlerShape.Of(handler.GetType()).FirstOrDefault(shape => shape.Message == task.GetType())
            ?? throw new ArgumentException($"{handler.GetType()} does not handle {task.GetType()}.", nameof(handler));
        var setting = new TypeSetting(0, new TaskTypeOptions { Name = HandlerShape.NameOf(task.GetType()) }, 0, HandlerFactory.Of(handler));
        var type = (IHandlerType)Activator.CreateInstance(shape.Binding, setting)!;
        var id = TaskId.FromKey("the task under test");
        var record = outcomes is null ? new TaskRecord(id, (TaskType)type, task, null, null) : JoinOf(id, (TaskType)type, task, outcomes);
        var host = new LoneHost();
        var context = new TaskContext(host, new AssignedTask(record, 1, attempt));
        using var cancelled = cancellationToken.Register(context.RequestCancel);
        var ending = await AttemptRun.RunAsync(type, context).ConfigureAwait(false);
        context.Close();
        return new HandlerRun(ending, [.. host.Spawned(context)]);
    }

    private static JoinRecord JoinOf(TaskId id, TaskType type, ITaskMessage message, IReadOnlyList<Outcome> outcomes)
    {
        var isFold = message.GetType().GetInterfaces().Any(static form => form.IsGenericType && form.GetGenericTypeDefinition() == typeof(IFold<,,>));
        var join = new JoinRecord(id, type, message, TaskPath.Root(id), JoinPolicy.Collect, outcomes.Count, isFold) { IsLastStep = true, Step = [.. outcomes] };
        for (var index = 0; index < (join.Outcomes?.Length ?? 0); index++)
        {
            join.Outcomes![index] = outcomes[index];
        }

        return join;
    }
}

/// <summary>A follow-up that a handler spawned.</summary>
/// <param name="Task">The task.</param>
/// <param name="Options">What it has different from its type; null means nothing.</param>
/// <param name="Id">The id it would have.</param>
/// <param name="IsAtOnce">Whether it was spawned with <see cref="TaskContext.SpawnNow{TResult}"/>.</param>
public sealed record SpawnedTask(ITaskMessage Task, SpawnOptions? Options, TaskId Id, bool IsAtOnce);

/// <summary>Outcomes for the test of a join.</summary>
public static class TestOutcome
{
    /// <summary>A child has succeeded.</summary>
    public static Outcome<TResult> Succeeded<TResult>(TResult value) => Outcome<TResult>.Succeeded(value);

    /// <summary>A child has failed.</summary>
    /// <typeparam name="TResult">What it would have yielded.</typeparam>
    /// <param name="message">The failure's message.</param>
    public static Outcome<TResult> Failed<TResult>(string message) =>
        Outcome<TResult>.Failed(new Failure { Kind = FailureKind.Permanent, Type = nameof(FailureKind.Permanent), Message = message });

    /// <summary>A child was cancelled.</summary>
    public static Outcome<TResult> Cancelled<TResult>() => Outcome<TResult>.Cancelled;
}
