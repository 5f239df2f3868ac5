using System.Diagnostics.CodeAnalysis;
using Actors.Ledger;
using Actors.Storage;
using Actors.Workers;
using Akka.Actor;

namespace Actors;

/// <summary>
/// What a handler has in hand while its attempt runs: who it is, its token, and the ways to spawn and to end. Nothing in it can be waited on.
/// </summary>
/// <remarks>
/// For one attempt: once that has ended, spawning through it throws. Not for concurrent use, but for
/// <see cref="CancellationToken"/>, which any thread may read.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer or a link holds nothing that needs to be disposed.")]
public sealed class TaskContext
{
    private readonly IAttemptHost _host;
    private readonly AssignedTask _run;
    private CancellationTokenSource? _cancellation;
    private SpawningAttempt? _spawning;
    private volatile bool _isCancelRequested;
    private volatile bool _isClosed;

    internal TaskContext(IAttemptHost host, in AssignedTask run)
    {
        _host = host;
        _run = run;
    }

    /// <summary>The running task's id.</summary>
    public TaskId TaskId => _run.Task.Id;

    /// <summary>The id of the root of its tree.</summary>
    public TaskId RootId => _run.Task.RootId;

    /// <summary>The name of the task's type.</summary>
    public string TaskType => _run.Task.Type.Name;

    /// <summary>Which attempt this is; 1-based.</summary>
    public int Attempt => _run.Attempt;

    /// <summary>How many attempts its retry policy allows; 1 where nothing is retried.</summary>
    public int AttemptsMax => _run.Task.Retry.MaxAttempts;

    /// <summary>How many ancestors the task has; 0 for a root.</summary>
    public int Depth => _run.Task.ParentPath is { } path ? path.Depth + 1 : 0;

    /// <summary>
    /// The coordinator, for a <see cref="TaskProtocol.Spawn"/> told to it on the running task's behalf.
    /// </summary>
    public IActorRef Coordinator => _host.Coordinator;

    /// <summary>
    /// Cancelled when the attempt is to end: timed out, cancelled, or the engine stops. A handler that goes on beyond the grace time is
    /// abandoned.
    /// </summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (_cancellation is null)
            {
                Interlocked.CompareExchange(ref _cancellation, new CancellationTokenSource(), null);
                if (_isCancelRequested)
                {
                    _cancellation.Cancel();
                }
            }

            return _cancellation.Token;
        }
    }

    internal TaskRecord Task => _run.Task;

    internal int Run => _run.Run;

    internal bool IsCancelRequested => _isCancelRequested;

    internal List<TaskRecord>? Spawned => _spawning?.Spawned;

    /// <summary>The join that was made last: the only one that the attempt can end with.</summary>
    internal JoinRecord? LastJoin => _spawning?.Join;

    /// <summary>What it has spawned, as it is reported; null where it has nothing.</summary>
    internal AttemptDetail? Spawning => _spawning;

    internal bool IsClosed => _isClosed;

    /// <summary>A follow-up: it becomes real with the success of this attempt, and not at all if the attempt does not succeed.</summary>
    /// <typeparam name="TResult">What the follow-up yields.</typeparam>
    /// <param name="task">The follow-up.</param>
    /// <param name="options">What it has different from its type; null means nothing.</param>
    /// <returns>A name to join it by.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="ArgumentException">This attempt has spawned that key already.</exception>
    /// <exception cref="InvalidOperationException">The type of the task has no handler, or the attempt has ended.</exception>
    public Child<TResult> Spawn<TResult>(ITask<TResult> task, SpawnOptions? options = null)
    {
        ThrowIfClosed();
        var record = Make(task, options, options?.Key is null ? Derived(Origin.Child(Spawns.Ordinal)) : default);
        if (options?.Key is null)
        {
            Spawns.Ordinal++;
        }

        (Spawns.Spawned ??= []).Add(record);
        return new Child<TResult>(record, isEarly: false);
    }

    /// <summary>Any number of follow-ups, as <see cref="Spawn"/> does one. Nobody joins them.</summary>
    /// <typeparam name="TResult">What the follow-ups yield.</typeparam>
    /// <param name="tasks">The follow-ups; read once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="tasks"/> is null, or one in it.</exception>
    /// <exception cref="InvalidOperationException">The type of a task has no handler, or the attempt has ended.</exception>
    public void SpawnMany<TResult>(IEnumerable<ITask<TResult>> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        Expect(tasks);
        foreach (var task in tasks)
        {
            Spawn(task);
        }
    }

    /// <summary>
    /// A follow-up that becomes real at once and may start while this attempt runs. Should the attempt fail, the follow-up stays; the next attempt that
    /// spawns it, at the same place or under the same key, finds it and makes no second.
    /// </summary>
    /// <inheritdoc cref="Spawn"/>
    public Child<TResult> SpawnNow<TResult>(ITask<TResult> task, SpawnOptions? options = null)
    {
        ThrowIfClosed();
        var record = Make(task, options, options?.Key is null ? Derived(Origin.Now(Spawns.NowOrdinal)) : default);
        if (options?.Key is null)
        {
            Spawns.NowOrdinal++;
        }

        _host.MakeKnown(_run.Task);
        _host.SpawnNow(_run.Task, _run.Run, record);
        return new Child<TResult>(record, isEarly: true);
    }

    /// <summary>Ends the attempt with a join: the children are spawned, and what <paramref name="join"/> makes of their outcomes is this task's result.</summary>
    /// <typeparam name="TChild">What the children yield.</typeparam>
    /// <typeparam name="TResult">What this task yields.</typeparam>
    /// <param name="children">The follow-ups to spawn and join: any number, none included; read once.</param>
    /// <param name="join">The join.</param>
    /// <param name="policy">When it fires; null means <see cref="JoinPolicy.All"/>.</param>
    /// <param name="options">What the join has different from its type; null means nothing.</param>
    /// <returns>The ending to return from the handler.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="children"/> or <paramref name="join"/> is null, or a child.</exception>
    /// <exception cref="InvalidOperationException">A child's type or the join's has no handler, or the attempt has ended.</exception>
    public Ending<TResult> Join<TChild, TResult>(
        IEnumerable<ITask<TChild>> children, IJoin<TChild, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null) =>
        JoinSpawned<TResult>(SpawnAll(children), join, policy, options, isFold: false);

    /// <summary>As the other form, of follow-ups that were spawned before.</summary>
    /// <exception cref="ArgumentException">A child is not of this attempt, or is joined twice.</exception>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{ITask{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)"/>
    public Ending<TResult> Join<TChild, TResult>(
        IEnumerable<Child<TChild>> children, IJoin<TChild, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null)
    {
        var (records, early) = Split(children);
        return Join<TResult>(records, early, join, policy, options, isFold: false);
    }

    /// <summary>Ends the attempt with a join of two children with different results.</summary>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{ITask{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)" path="/exception"/>
    public Ending<TResult> Join<TFirst, TSecond, TResult>(
        ITask<TFirst> first, ITask<TSecond> second, IJoin<TFirst, TSecond, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null) =>
        Join(Spawn(first), Spawn(second), join, policy, options);

    /// <summary>As the other form, of follow-ups that were spawned before.</summary>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{Child{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)" path="/exception"/>
    public Ending<TResult> Join<TFirst, TSecond, TResult>(
        Child<TFirst> first, Child<TSecond> second, IJoin<TFirst, TSecond, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null)
    {
        var (records, early) = Split([(first.Record, first.IsEarly), (second.Record, second.IsEarly)]);
        return Join<TResult>(records, early, join, policy, options, isFold: false);
    }

    /// <summary>Ends the attempt with a join of three children with different results.</summary>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{ITask{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)" path="/exception"/>
    public Ending<TResult> Join<TFirst, TSecond, TThird, TResult>(
        ITask<TFirst> first, ITask<TSecond> second, ITask<TThird> third, IJoin<TFirst, TSecond, TThird, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null) =>
        Join(Spawn(first), Spawn(second), Spawn(third), join, policy, options);

    /// <summary>As the other form, of follow-ups that were spawned before.</summary>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{Child{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)" path="/exception"/>
    public Ending<TResult> Join<TFirst, TSecond, TThird, TResult>(
        Child<TFirst> first, Child<TSecond> second, Child<TThird> third, IJoin<TFirst, TSecond, TThird, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null)
    {
        var (records, early) = Split([(first.Record, first.IsEarly), (second.Record, second.IsEarly), (third.Record, third.IsEarly)]);
        return Join<TResult>(records, early, join, policy, options, isFold: false);
    }

    /// <summary>Ends the attempt with a join of any number of tasks with different results, whose outcomes come as objects.</summary>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{ITask{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)" path="/exception"/>
    public Ending<TResult> JoinMixed<TResult>(
        IEnumerable<ITaskMessage> children, IJoin<object?, TResult> join, JoinPolicy? policy = null, JoinOptions? options = null) =>
        JoinSpawned<TResult>(SpawnAll(children), join, policy, options, isFold: false);

    /// <summary>
    /// Ends the attempt with a fold: the children are spawned, and their outcomes are folded as they arrive, in steps that run on a worker.
    /// </summary>
    /// <typeparam name="TChild">What the children yield.</typeparam>
    /// <typeparam name="TState">What the fold carries.</typeparam>
    /// <typeparam name="TResult">What this task yields.</typeparam>
    /// <inheritdoc cref="Join{TChild, TResult}(IEnumerable{ITask{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)"/>
    /// <param name="children">The follow-ups to spawn and join: any number, none included; read once.</param>
    /// <param name="fold">The fold.</param>
    /// <param name="policy">When it fires; null means <see cref="JoinPolicy.All"/>.</param>
    /// <param name="options">What the fold has different from its type; null means nothing.</param>
    public Ending<TResult> Fold<TChild, TState, TResult>(
        IEnumerable<ITask<TChild>> children, IFold<TChild, TState, TResult> fold, JoinPolicy? policy = null, JoinOptions? options = null) =>
        JoinSpawned<TResult>(SpawnAll(children), fold, policy, options, isFold: true);

    /// <summary>As the other form, of follow-ups that were spawned before.</summary>
    /// <exception cref="ArgumentException">A child is not of this attempt, or is joined twice.</exception>
    /// <inheritdoc cref="Fold{TChild, TState, TResult}(IEnumerable{ITask{TChild}}, IFold{TChild, TState, TResult}, JoinPolicy?, JoinOptions?)"/>
    public Ending<TResult> Fold<TChild, TState, TResult>(
        IEnumerable<Child<TChild>> children, IFold<TChild, TState, TResult> fold, JoinPolicy? policy = null, JoinOptions? options = null)
    {
        var (records, early) = Split(children);
        return Join<TResult>(records, early, fold, policy, options, isFold: true);
    }

    /// <summary>Ends the attempt of a task that yields nothing.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Stands beside the other endings.")]
    public Ending<Unit> Done() => new(Unit.Value);

    /// <summary>Ends the attempt with a result, where the conversion from it does not do (an interface, say).</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Stands beside the other endings.")]
    public Ending<TResult> Done<TResult>(TResult value) => new(value);

    /// <summary>Ends the attempt as failed and asks for another one.</summary>
    /// <remarks>
    /// The task's retry policy says how often; a task that has none is attempted as <see cref="RetryPolicy.Default"/> says, since it asked.
    /// </remarks>
    /// <param name="reason">Why, in one sentence: the failure's message.</param>
    /// <param name="delay">How long to rest; null leaves it to the policy. At least zero.</param>
    /// <param name="type">A word for programs: the failure's type.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> or <paramref name="type"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative.</exception>
    public Ending Retry(string reason, TimeSpan? delay = null, string type = "Retry")
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay ?? TimeSpan.Zero, TimeSpan.Zero, nameof(delay));
        var failure = new Failure { Kind = FailureKind.Exception, Type = type, Message = reason };
        var policy = _run.Task.Retry.MaxAttempts > 1 ? null : RetryPolicy.Default;
        return new Ending(EndKind.Failed, failure, new AttemptDetail { Retry = policy, Delay = delay });
    }

    /// <summary>Puts the task off: it runs again after <paramref name="delay"/>, and this run costs no attempt.</summary>
    /// <param name="delay">More than zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">Zero or negative: that would be a busy loop.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Stands beside the other endings.")]
    public Ending PutOff(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        return new Ending(EndKind.PutOff, null, new AttemptDetail { Delay = delay });
    }

    /// <summary>Fails the task for good, whatever its retry policy says.</summary>
    /// <param name="message">Why, in one sentence: the failure's message.</param>
    /// <param name="type">A word for programs: the failure's type.</param>
    /// <exception cref="ArgumentException"><paramref name="message"/> or <paramref name="type"/> is null or empty.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "Stands beside the other endings.")]
    public Ending Fail(string message, string type = nameof(FailureKind.Permanent))
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(message);
        return new Ending(EndKind.FailedForGood, new Failure { Kind = FailureKind.Permanent, Type = type, Message = message }, null);
    }

    /// <summary>Something about the running task is going to be told to the coordinator.</summary>
    internal void MakeKnown() => _host.MakeKnown(_run.Task);

    /// <summary>A follow-up that another tells, as it is written into the store; null where there is none.</summary>
    internal StoredTask? Write(ITaskMessage task, SpawnOptions? options) =>
        _run.Task.Type.Format is null ? null : StoredTasks.Of(_host.TypeOf(task), task, options);

    /// <summary>The attempt has ended: what still holds this context has no task to spawn for.</summary>
    internal void Close() => _isClosed = true;

    /// <summary>Any thread. Callbacks on the token run elsewhere, so that none holds up the worker.</summary>
    internal void RequestCancel()
    {
        _isCancelRequested = true;
        _ = _cancellation?.CancelAsync();
    }

    private Ending<TResult> JoinSpawned<TResult>((int First, int Count) children, ITaskMessage join, JoinPolicy? policy, JoinOptions? options, bool isFold)
    {
        var record = NewJoin(join, policy, options, children.Count, isFold, null);
        for (var index = 0; index < children.Count; index++)
        {
            var child = _spawning!.Spawned![children.First + index];
            child.Join = record;
            child.JoinIndex = index;
        }

        return new Ending<TResult>(EndKind.Joined, record, Spawns);
    }

    private Ending<TResult> Join<TResult>(
        List<TaskRecord?> children, List<(TaskId Id, int Index)>? early, ITaskMessage join, JoinPolicy? policy, JoinOptions? options, bool isFold)
    {
        var record = NewJoin(join, policy, options, children.Count, isFold, early);
        for (var index = 0; index < children.Count; index++)
        {
            if (children[index] is { } child)
            {
                child.Join = record;
                child.JoinIndex = index;
            }
        }

        return new Ending<TResult>(EndKind.Joined, record, Spawns);
    }

    private JoinRecord NewJoin(ITaskMessage join, JoinPolicy? policy, JoinOptions? options, int count, bool isFold, List<(TaskId Id, int Index)>? early)
    {
        ThrowIfClosed();
        ArgumentNullException.ThrowIfNull(join);
        var type = _host.TypeOf(join);
        var record = new JoinRecord(Derived(Origin.Join()), type, join, Path, policy ?? JoinPolicy.All, count, isFold, options?.AsSpawned)
        {
            EarlyChildren = early,
            Stored = StoredTasks.Of(type, join, options?.AsSpawned),
        };
        Spawns.Join = record;
        return record;
    }

    /// <returns>Where among the spawned they stand.</returns>
    private (int First, int Count) SpawnAll(IEnumerable<ITaskMessage> children)
    {
        ArgumentNullException.ThrowIfNull(children);
        ThrowIfClosed();
        var all = children as IReadOnlyCollection<ITaskMessage> ?? [.. children]; // reading a query may itself spawn: not between those of the join
        Expect(all);
        var first = _spawning?.Spawned?.Count ?? 0;
        foreach (var child in all)
        {
            (Spawns.Spawned ??= []).Add(Make(child, null, Derived(Origin.Child(Spawns.Ordinal))));
            Spawns.Ordinal++;
        }

        return (first, all.Count);
    }

    private (List<TaskRecord?> Records, List<(TaskId Id, int Index)>? Early) Split<TChild>(IEnumerable<Child<TChild>> children)
    {
        ArgumentNullException.ThrowIfNull(children);
        return Split(children.Select(static child => (child.Record, child.IsEarly)));
    }

    private (List<TaskRecord?> Records, List<(TaskId Id, int Index)>? Early) Split(IEnumerable<(TaskRecord? Record, bool IsEarly)> children)
    {
        var records = new List<TaskRecord?>();
        List<(TaskId Id, int Index)>? early = null;
        HashSet<TaskId> joined = [];
        foreach (var (record, isEarly) in children)
        {
            if (record is null || record.ParentPath != Path)
            {
                throw new ArgumentException($"Child {record?.Id} was not spawned by this attempt of {TaskType}; a task joins only what it has spawned itself.", nameof(children));
            }

            if (!joined.Add(record.Id))
            {
                throw new ArgumentException($"Child {record.Id} ({record.Type}) is joined twice.", nameof(children));
            }

            if (isEarly)
            {
                (early ??= []).Add((record.Id, records.Count));
            }

            records.Add(isEarly ? null : record);
        }

        return (records, early);
    }

    /// <summary>What ids are made from: this task's as it was in the first of trees of which each runs the one before again.</summary>
    private TaskId Origin => TaskId.Shifted(_run.Task.Shift);

    private TaskId Derived(TaskId id) => id.Shifted(_run.Task.Shift);

    private TaskRecord Make(ITaskMessage task, SpawnOptions? options, TaskId id)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (options?.Key is { } key)
        {
            id = Derived(Origin.Child(key));
            if (!(Spawns.Keyed ??= []).Add(id))
            {
                throw new ArgumentException($"{TaskType} {TaskId} has spawned the key '{key}' already in this attempt; give each follow-up a key of its own.", nameof(options));
            }
        }

        var type = _host.TypeOf(task);
        return new TaskRecord(id, type, task, Path, options) { Stored = StoredTasks.Of(type, task, options) }.WithKeys();
    }

    private void Expect<T>(IEnumerable<T> tasks)
    {
        if (tasks.TryGetNonEnumeratedCount(out var count))
        {
            (Spawns.Spawned ??= []).EnsureCapacity(Spawns.Spawned.Count + count);
        }
    }

    private SpawningAttempt Spawns => _spawning ??= new SpawningAttempt();

    /// <summary>The path of all that it spawns: one and the same.</summary>
    private TaskPath Path => Spawns.Path ??= _run.Task.Path;

    private void ThrowIfClosed()
    {
        if (_isClosed)
        {
            throw new InvalidOperationException(
                $"The attempt of {TaskType} {TaskId} has ended: its context can spawn nothing any more. Spawn before the handler returns.");
        }
    }

    /// <summary>What an attempt has that spawns something: most do not.</summary>
    private sealed class SpawningAttempt : AttemptDetail
    {
        public HashSet<TaskId>? Keyed;
        public TaskPath? Path;
        public int Ordinal;
        public int NowOrdinal;
    }
}
