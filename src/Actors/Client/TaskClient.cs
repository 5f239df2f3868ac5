using System.Runtime.CompilerServices;
using Actors.Client;
using Actors.Coordination;
using Actors.Ledger;
using Actors.Registration;
using Actors.Storage;
using Actors.Workers;
using Akka.Actor;

namespace Actors;

/// <summary>The engine from outside: submit, cancel, look, drain. Outside of handlers awaiting is free; inside it throws.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class TaskClient
{
    private const string Instead = "Spawn a follow-up through the context instead.";
    private readonly TaskCatalog _catalog;
    private readonly IActorRef _coordinator;
    private readonly Task _terminated;
    private readonly NewIds _ids = new();

    internal TaskClient(TaskCatalog catalog, IActorRef coordinator, Task terminated)
    {
        _catalog = catalog;
        _coordinator = coordinator;
        _terminated = terminated;
    }

    /// <summary>Submits a task as the root of a tree of its own.</summary>
    /// <typeparam name="TResult">What the task yields.</typeparam>
    /// <param name="task">The task.</param>
    /// <param name="options">What it has different from its type; null means nothing.</param>
    /// <param name="cancellationToken">Ends the waiting for the acceptance; the task may be accepted all the same.</param>
    /// <returns>A handle, as soon as the engine has accepted the task.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The type of the task has no handler, its key is taken by a task of another type, or this runs inside a handler.</exception>
    /// <exception cref="EngineStoppedException">The engine stops or has stopped.</exception>
    /// <exception cref="EngineFullException">As much is pending as may be, and this is not to wait; or more was submitted at once than may be pending at all.</exception>
    public async Task<TaskHandle<TResult>> SubmitAsync<TResult>(
        ITask<TResult> task, SubmitOptions? options = null, CancellationToken cancellationToken = default)
    {
        var handles = await SubmitManyAsync([task], options, cancellationToken).ConfigureAwait(false);
        return handles[0];
    }

    /// <summary>Submits tasks, each as the root of a tree of its own, in one step: all are accepted or none.</summary>
    /// <param name="tasks">The tasks; read once.</param>
    /// <param name="options">What they have different from their types; a key is refused where there is more than one task.</param>
    /// <param name="cancellationToken">Ends the waiting for the acceptance; the tasks may be accepted all the same.</param>
    /// <exception cref="ArgumentException">A key for more than one task, or a budget that has no room for the completion task.</exception>
    /// <inheritdoc cref="SubmitAsync"/>
    public async Task<IReadOnlyList<TaskHandle<TResult>>> SubmitManyAsync<TResult>(
        IEnumerable<ITask<TResult>> tasks, SubmitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        HandlerScope.ThrowIfInside("Waiting for the acceptance of a task", null, Instead);
        var count = tasks.TryGetNonEnumeratedCount(out var known) ? known : 0;
        var handles = new List<TaskHandle<TResult>>(count);
        var roots = new List<Submission>(count);
        var spawnOptions = options is null || options.Task == new SpawnOptions() ? null : options.Task;
        var request = options?.Request;
        if (options is { WhenDone: not null, Budget.Tasks: 1 })
        {
            throw new ArgumentException("A budget of 1 task has no room for a completion task: it counts as one.", nameof(options));
        }

        foreach (var task in tasks)
        {
            ArgumentNullException.ThrowIfNull(task, nameof(tasks));
            if (options?.Key is not null && roots.Count > 0)
            {
                throw new ArgumentException("A key names one tree: submit tasks with keys one by one.", nameof(options));
            }

            var id = options?.Key is { } key ? TaskId.FromKey(key) : _ids.Next();
            var root = Make(id, task, null, spawnOptions);
            var completion = options?.WhenDone is { } whenDone ? Make(id.Completion(), whenDone, root.Path, null) : null;
            var handle = new TaskHandle<TResult>(id, this);
            roots.Add(new Submission(root, completion, handle, request));
            handles.Add(handle);
        }

        var accepted = new Reply<bool>();
        _coordinator.Tell(new Submit(roots, options?.Key is not null, accepted, options?.WhenFull), ActorRefs.NoSender);
        try
        {
            await AnswerAsync(accepted, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            accepted.Abandon(); // where it still waits for its turn it loses it
            throw;
        }

        return handles;
    }

    /// <summary>Makes a task ready to be enqueued in a transaction of the user's own, on the database of the store, so that it exists exactly if their data does.</summary>
    /// <param name="task">The root.</param>
    /// <param name="options">Key, timeout, retry and priority. A delay, a completion task, a deadline and a budget cannot be enqueued so.</param>
    /// <exception cref="InvalidOperationException">The engine has no store, or the task has no handler.</exception>
    /// <exception cref="ArgumentException">The options have something that cannot be enqueued.</exception>
    /// <exception cref="PayloadException">The message cannot be written, or is larger than the limit.</exception>
    public PreparedTask Prepare(ITaskMessage task, SubmitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (options is { WhenDone: not null } or { DueAt: not null } or { Request: not null } || options?.Delay > TimeSpan.Zero)
        {
            throw new ArgumentException("A task that is enqueued in a transaction has no delay, no due time, no completion task, no deadline and no budget. Enqueue a task that spawns one with them, or submit it.", nameof(options));
        }

        var type = _catalog.TypeOf(task);
        var stored = StoredTasks.Of(type, task, options?.Task)
            ?? throw new InvalidOperationException("This engine has no store to enqueue a task in. Set actors.store.location, or call TaskRegistry.UseStore.");
        return new PreparedTask(options?.Key is { } key ? TaskId.FromKey(key) : _ids.Next(), type.Name, stored.Payload!, StoreJson.Write(options?.Task, options?.Priority));
    }

    /// <summary>
    /// A tree that was submitted before: a live one; with a store, also one that an earlier process submitted, and one that has ended and was not deleted yet.
    /// </summary>
    /// <param name="rootId">The root; <see cref="TaskId.FromKey"/> where it was submitted with a key.</param>
    /// <typeparam name="TResult">What its root yields.</typeparam>
    /// <returns>A handle of it; null where there is no such tree.</returns>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public async Task<TaskHandle<TResult>?> FindAsync<TResult>(TaskId rootId)
    {
        HandlerScope.ThrowIfInside("Looking for a tree", rootId, Instead);
        var handle = new TaskHandle<TResult>(rootId, this);
        var found = new Reply<bool>();
        _coordinator.Tell(new FindTree(rootId, handle, found), ActorRefs.NoSender);
        return await AnswerAsync(found, CancellationToken.None).ConfigureAwait(false) ? handle : null;
    }

    /// <summary>Cancels a task with all that is live below it.</summary>
    /// <remarks>
    /// Once this is answered no attempt of them starts any more, and none that runs has an effect: each is cancelled when its handler has ended or its
    /// grace time is over.
    /// </remarks>
    /// <returns>Whether the task was live.</returns>
    public Task<bool> CancelAsync(TaskId id) => CancelAsync(id, wholeTree: false);

    /// <summary>Cancels every task of a tree; its completion task runs all the same.</summary>
    /// <inheritdoc cref="CancelAsync(Actors.TaskId)"/>
    /// <returns>Whether the tree was live.</returns>
    public Task<bool> CancelTreeAsync(TaskId rootId) => CancelAsync(rootId, wholeTree: true);

    /// <summary>
    /// Runs again what failed in a tree that has ended, in a new tree that takes over from it: what succeeded keeps its result and is not run again; what failed is,
    /// with what was cancelled because of it and the joins that waited for it. The ended tree stays as it is.
    /// </summary>
    /// <remarks>
    /// Asked again, it finds the new tree. A failure that a join has dealt with, since its policy lets it, stays. The completion task runs again, when the new
    /// tree is done. A quarantined task that runs again is released: it is not listed any more, and runs alone at first. Needs a store. Written into the audit.
    /// </remarks>
    /// <param name="rootId">The root of the ended tree.</param>
    /// <param name="taskId">One task of it, which did not succeed: only that, with all that waited for it, and what was cancelled or failed with it. Null means all that failed.</param>
    /// <param name="by">Who wants it, for the audit.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer; the new tree may be made all the same.</param>
    /// <returns>The root of the new tree: for <see cref="FindAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">The tree has not ended, there is nothing in it to run again, there is no such tree or task or no store, or this runs inside a handler.</exception>
    /// <exception cref="EngineStoppedException">The engine stops or has stopped.</exception>
    /// <exception cref="StoreException">The store has not answered for a while.</exception>
    public Task<TaskId> RetryAsync(TaskId rootId, TaskId? taskId = null, string by = "code", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        HandlerScope.ThrowIfInside("Waiting for a retry", rootId, Instead);
        var retried = new Reply<TaskId>();
        _coordinator.Tell(new RetryTree(rootId, taskId, by, retried), ActorRefs.NoSender);
        return AnswerAsync(retried, cancellationToken);
    }

    /// <summary>The engine at this moment.</summary>
    public Task<EngineProgress> ProgressAsync(CancellationToken cancellationToken = default)
    {
        var progress = new Reply<EngineProgress>();
        _coordinator.Tell(new ReadProgress(progress), ActorRefs.NoSender);
        return AnswerAsync(progress, cancellationToken);
    }

    /// <summary>The engine now and after each interval, until the token is cancelled or the engine has stopped.</summary>
    /// <param name="interval">More than zero; 100 ms costs nothing that could be measured.</param>
    /// <param name="cancellationToken">Ends the stream, without an exception.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is zero or negative.</exception>
    public async IAsyncEnumerable<EngineProgress> WatchAsync(
        TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        using var timer = new PeriodicTimer(interval);
        while (await NextAsync().ConfigureAwait(false) is { } progress)
        {
            yield return progress;
            if (!await TickAsync(timer, cancellationToken).ConfigureAwait(false))
            {
                yield break;
            }
        }

        async Task<EngineProgress?> NextAsync()
        {
            try
            {
                return await ProgressAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or EngineStoppedException)
            {
                return null;
            }
        }
    }

    /// <summary>Stops the engine: nothing new is taken from outside, and as much is finished as the mode says.</summary>
    /// <param name="mode">How much is finished. A second drain may be stricter than the first, not milder.</param>
    /// <param name="timeout">After this time what is left is listed, whatever the mode. More than zero.</param>
    /// <returns>What was left undone, when the drain is over.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is zero or negative.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<DrainReport> DrainAsync(DrainMode mode, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        HandlerScope.ThrowIfInside("Waiting for the engine to drain", null, "Ask whoever hosts the engine to stop it.");
        var report = new Reply<DrainReport>();
        _coordinator.Tell(new Drain(mode, timeout, report), ActorRefs.NoSender);
        return AnswerAsync(report, CancellationToken.None);
    }

    /// <summary>A handle that the engine was allowed to forget wants to be told again.</summary>
    internal async Task RejoinAsync<TResult>(TaskHandle<TResult> handle)
    {
        ITreeListener listener = handle;
        var found = new Reply<bool>();
        _coordinator.Tell(new FindTree(handle.Id, listener, found), ActorRefs.NoSender);
        try
        {
            if (!await AnswerAsync(found, CancellationToken.None).ConfigureAwait(false))
            {
                listener.Stopped(new InvalidOperationException($"Tree {handle.Id} has ended, and was deleted from the store since. Ask for an outcome earlier, or keep ended trees for longer: actors.store.retention."));
            }
        }
        catch (EngineStoppedException stopped)
        {
            listener.Stopped(stopped);
        }
    }

    private TaskRecord Make(TaskId id, ITaskMessage task, TaskPath? path, SpawnOptions? options)
    {
        var type = _catalog.TypeOf(task);
        return new TaskRecord(id, type, task, path, options) { Stored = StoredTasks.Of(type, task, options) }.WithKeys();
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Task<bool> CancelAsync(TaskId id, bool wholeTree)
    {
        HandlerScope.ThrowIfInside("Waiting for a cancellation", id, "End with an outcome that tells the parent to cancel.");
        var found = new Reply<bool>();
        _coordinator.Tell(new CancelTask(id, wholeTree, found), ActorRefs.NoSender);
        return AnswerAsync(found, CancellationToken.None);
    }

    private Task<T> AnswerAsync<T>(Reply<T> reply, CancellationToken cancellationToken) => reply.OrStoppedAsync(_terminated, cancellationToken);
}
