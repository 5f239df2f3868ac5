using System.Runtime.CompilerServices;
using Actors.Client;
using Actors.Handlers;
using Actors.Storage;
using Actors.Workers;

namespace Actors;

/// <summary>A task that was submitted from outside, to be awaited there: for its own outcome or for the end of its whole tree.</summary>
/// <remarks>
/// Safe for concurrent use. Inside a handler every way to await it throws: a worker would be held until another task ends. A handler ends with a
/// join instead.
/// </remarks>
/// <typeparam name="TResult">What the task yields.</typeparam>
public sealed class TaskHandle<TResult> : ITreeListener
{
    private const string Instead =
        "Spawn the task as a follow-up and end with a join of it: return context.Join([task], new YourJoin()); the join's handler gets its outcome.";

    private const int Held = 0;
    private const int LetGo = 1;
    private const int Awaited = 2;

    private object _client; // or a duplicate with it: few handles are of one
    private Answer<Outcome<TResult>> _outcome;
    private Answer<TreeOutcome> _tree;
    private int _hold;

    internal TaskHandle(TaskId id, TaskClient client)
    {
        Id = id;
        _client = client;
    }

    /// <summary>The task's id, which is also its tree's.</summary>
    public TaskId Id { get; }

    /// <summary>The task that had its unique key when this one was submitted: what becomes of this one says <see cref="UniqueTask.WhenDuplicate"/>.</summary>
    /// <value>Null where there was none. With a store it is known after a restart as well.</value>
    public TaskId? DuplicateOf => (_client as Duplicate)?.Of;

    private TaskClient Client => _client as TaskClient ?? ((Duplicate)_client).Client;

    /// <summary>The task's outcome: as soon as the task is terminal, though others of its tree may go on.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the task.</param>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    /// <exception cref="EngineStoppedException">The engine stopped first.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled first.</exception>
    public Task<Outcome<TResult>> OutcomeAsync(CancellationToken cancellationToken = default)
    {
        HandlerScope.ThrowIfInside("Waiting for the outcome", Id, Instead);
        Hold();
        return _outcome.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The tree's outcome: once the last task of the tree is terminal.</summary>
    /// <inheritdoc cref="OutcomeAsync"/>
    public Task<TreeOutcome> TreeAsync(CancellationToken cancellationToken = default)
    {
        HandlerScope.ThrowIfInside("Waiting for the tree", Id, Instead);
        Hold();
        return _tree.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Awaiting the handle is awaiting <see cref="OutcomeAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public TaskAwaiter<Outcome<TResult>> GetAwaiter() => OutcomeAsync().GetAwaiter();

    /// <summary>Cancels the whole tree: what is live now and what its running tasks would still spawn.</summary>
    /// <returns>Whether the tree was live.</returns>
    public Task<bool> CancelAsync() => Client.CancelTreeAsync(Id);

    void ITreeListener.RootEnded(Outcome outcome) => _outcome.Set(JoinedOutcomes<TResult>.Typed(outcome));

    void ITreeListener.TreeEnded(TreeOutcome outcome) => _tree.Set(outcome);

    void ITreeListener.IsDuplicateOf(TaskId other) => _client = new Duplicate(Client, other);

    /// <summary>While its task waits in the store, and nobody has asked for the outcome, the engine does not remember the handle.</summary>
    bool ITreeWaiter.TryLetGo() => Interlocked.CompareExchange(ref _hold, LetGo, Held) is Held or LetGo;

    /// <summary>Somebody wants to know: from now on the engine has to tell.</summary>
    private void Hold()
    {
        if (Volatile.Read(ref _hold) != Awaited && Interlocked.Exchange(ref _hold, Awaited) == LetGo)
        {
            _ = Client.RejoinAsync(this); // fails the handle, never itself
        }
    }

    void ITreeListener.Stopped(Exception exception)
    {
        _outcome.Fail(exception);
        _tree.Fail(exception);
    }

    private sealed record Duplicate(TaskClient Client, TaskId Of);
}
