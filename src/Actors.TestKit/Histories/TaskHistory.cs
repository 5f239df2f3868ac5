using System.Globalization;
using Actors.Ledger;

namespace Actors.TestKit;

/// <summary>
/// What became of every task, and what a test expects of it. An expectation that does not hold throws <see cref="ExpectationException"/>, which says what was
/// expected and draws the trees as they were. Safe for concurrent use.
/// </summary>
public sealed class TaskHistory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TaskId, TaskView> _tasks = [];
    private readonly List<TaskView> _order = [];
    private readonly Func<TimeSpan> _elapsed;

    internal TaskHistory(Func<TimeSpan> elapsed)
    {
        _elapsed = elapsed;
        Observer = new Recorder(this);
    }

    /// <summary>Every task so far, in the order of their becoming real.</summary>
    public IReadOnlyList<TaskView> Tasks
    {
        get
        {
            lock (_lock)
            {
                return [.. _order];
            }
        }
    }

    internal ILedgerObserver Observer { get; }

    /// <summary>The tasks of one type, in the order of their becoming real.</summary>
    /// <typeparam name="TTask">A task, join or fold.</typeparam>
    /// <param name="which">Those of them that count; null means all.</param>
    public IReadOnlyList<TaskView> Of<TTask>(Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage =>
        [.. Tasks.Where(task => task.Message is TTask message && which?.Invoke(message) is null or true)];

    /// <summary>There is exactly one such task, and this is it.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <exception cref="ExpectationException">There is none, or there are several.</exception>
    public TaskView ExpectSpawned<TTask>(Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage =>
        ExpectSpawned(1, which)[0];

    /// <summary>There are so many of them.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <param name="times">How many; at least zero.</param>
    /// <param name="which">Those of them that count; null means all.</param>
    /// <exception cref="ExpectationException">There are more or fewer.</exception>
    public IReadOnlyList<TaskView> ExpectSpawned<TTask>(int times, Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        var found = Of(which);
        return found.Count == times ? found : throw Broken($"{Number(times)} {NameOf<TTask>(which)} to have been spawned", $"there {(found.Count == 1 ? "is" : "are")} {Number(found.Count)}");
    }

    /// <summary>There is no such task.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <exception cref="ExpectationException">There is one.</exception>
    public void ExpectNotSpawned<TTask>(Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage =>
        ExpectSpawned(0, which);

    /// <summary>There is one such task, and it has succeeded.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <exception cref="ExpectationException">It has not, or it is not one.</exception>
    public TaskView ExpectSucceeded<TTask>(Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage =>
        ExpectState(TaskState.Succeeded, which);

    /// <summary>There is one such task, and it was cancelled.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <exception cref="ExpectationException">It was not, or it is not one.</exception>
    public TaskView ExpectCancelled<TTask>(Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage =>
        ExpectState(TaskState.Cancelled, which);

    /// <summary>There is one such task, and it has failed for good.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <param name="with">A part of the failure's type and message, compared ordinally; null means any.</param>
    /// <param name="which">Those of them that count; null means all.</param>
    /// <exception cref="ExpectationException">It has not, or with something else, or it is not one.</exception>
    public TaskView ExpectFailed<TTask>(string? with = null, Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage
    {
        var task = ExpectState(TaskState.Failed, which);
        var failure = task.Outcome!.Failure!;
        return with is null || $"{failure.Type}: {failure.Message}".Contains(with, StringComparison.Ordinal)
            ? task
            : throw Broken($"{NameOf<TTask>(which)} to fail with '{with}'", $"it failed with {failure.Type}: {failure.Message}");
    }

    /// <summary>There is one such task, and its attempt of that number started at that time.</summary>
    /// <inheritdoc cref="Of{TTask}"/>
    /// <param name="attempt">1-based.</param>
    /// <param name="at">Since the start of the engine.</param>
    /// <param name="which">Those of them that count; null means all.</param>
    /// <exception cref="ExpectationException">It started at another time or not at all.</exception>
    public TaskView ExpectAttemptAt<TTask>(int attempt, TimeSpan at, Func<TTask, bool>? which = null)
        where TTask : class, ITaskMessage
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        var task = ExpectSpawned(which);
        var run = task.Runs.FirstOrDefault(run => run.Attempt == attempt);
        return run is null ? throw Broken($"attempt {attempt} of {NameOf<TTask>(which)} to start at {at}", "it has not started")
            : run.StartedAt == at ? task
            : throw Broken($"attempt {attempt} of {NameOf<TTask>(which)} to start at {at}", $"it started at {run.StartedAt}");
    }

    /// <summary>The root and all that it led to has ended.</summary>
    /// <param name="rootId">The root.</param>
    /// <exception cref="ExpectationException">Something has not, or there is no such root.</exception>
    public void ExpectTreeDone(TaskId rootId)
    {
        TaskView? root;
        lock (_lock)
        {
            root = _tasks.GetValueOrDefault(rootId);
        }

        if (root is null)
        {
            throw Broken($"the tree of {rootId} to be done", "there is no such task");
        }

        var live = Tasks.Where(task => task.Outcome is null && RootOf(task) == root).ToArray();
        if (live.Length > 0)
        {
            throw Broken($"the tree of {TreeDrawing.Name(root)} to be done", $"{live.Length} of its tasks have not ended, the first is {TreeDrawing.Name(live[0])}");
        }
    }

    /// <summary>The trees, drawn.</summary>
    public override string ToString() => TreeDrawing.Of(Tasks.Where(static task => task.Parent is null));

    private static TaskView RootOf(TaskView task)
    {
        while (task.Parent is { } parent)
        {
            task = parent;
        }

        return task;
    }

    private static string NameOf<TTask>(object? which) => which is null ? typeof(TTask).Name : $"{typeof(TTask).Name} of that kind";

    private static string Number(int number) => number == 0 ? "no" : number.ToString(CultureInfo.InvariantCulture);

    private TaskView ExpectState<TTask>(TaskState state, Func<TTask, bool>? which)
        where TTask : class, ITaskMessage
    {
        var task = ExpectSpawned(which);
        return task.Outcome?.State == state
            ? task
            : throw Broken($"{NameOf<TTask>(which)} to have ended as {state}", task.Outcome is { } outcome ? $"it ended as {outcome}" : "it has not ended");
    }

    private ExpectationException Broken(string expected, string but) => new($"Expected {expected}, but {but}.\n\nThe tasks as they were:\n{this}");

    /// <summary>On the thread of whoever owns the ledger.</summary>
    private sealed class Recorder(TaskHistory history) : ILedgerObserver
    {
        public void Registered(TaskRecord task)
        {
            lock (history._lock)
            {
                var parent = task.ParentPath is { } path ? history._tasks.GetValueOrDefault(path.Id) : null;
                var view = new TaskView(history._lock, task.Id, task.Message, task.Type.Name, parent, task is JoinRecord, history._elapsed());
                history._tasks[task.Id] = view;
                history._order.Add(view);
            }
        }

        public void Started(TaskRecord task) => With(task, view => view.Started(task.Attempt, history._elapsed()));

        public void AttemptFailed(TaskRecord task, Failure failure, TimeSpan? retryIn) =>
            With(task, view => view.Failed(task.Attempt, $"{failure.Type}: {failure.Message}", retryIn));

        public void Ended(TaskRecord task, Outcome outcome) => With(task, view => view.Ended(outcome));

        private void With(TaskRecord task, Action<TaskView> change)
        {
            lock (history._lock)
            {
                if (history._tasks.TryGetValue(task.Id, out var view))
                {
                    change(view);
                }
            }
        }
    }
}
