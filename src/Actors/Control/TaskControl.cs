using System.Globalization;
using Actors.Client;
using Actors.Control;
using Actors.Workers;
using Akka.Actor;

namespace Actors;

/// <summary>
/// What people do to a running engine by hand: pause and resume, cancel what they choose, look. Each action is written down with who did it: see
/// <see cref="AuditAsync"/>. Reached through dependency injection or <see cref="TaskEngine.Control"/>.
/// </summary>
/// <remarks>
/// Safe for concurrent use. What is paused does not start, and what runs goes on. A pause holds until it is ended; with a store also in the next process.
/// An answer means that it holds: with a store, that it stands there.
/// </remarks>
public sealed class TaskControl
{
    private readonly IActorRef _coordinator;
    private readonly Task _terminated;

    internal TaskControl(IActorRef coordinator, Task terminated)
        : this(coordinator, terminated, Environment.UserName)
    {
    }

    private TaskControl(IActorRef coordinator, Task terminated, string by) => (_coordinator, _terminated, By) = (coordinator, terminated, by);

    /// <summary>In whose name this acts.</summary>
    /// <value>The user of the process, unless <see cref="As"/> says otherwise.</value>
    public string By { get; }

    /// <summary>The same in another's name: what is done through it is written down as theirs.</summary>
    /// <param name="by">Who. Not empty.</param>
    /// <exception cref="ArgumentException">Null or empty.</exception>
    public TaskControl As(string by)
    {
        ArgumentException.ThrowIfNullOrEmpty(by);
        return new TaskControl(_coordinator, _terminated, by);
    }

    /// <summary>From now on no task starts in a pool.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <returns>Whether it was not paused before.</returns>
    /// <exception cref="ArgumentException">There is no such pool.</exception>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<bool> PausePoolAsync(string pool) => ChangePauseAsync(PauseScope.Pool, pool, default, isPause: true);

    /// <summary>Tasks start in a pool again.</summary>
    /// <returns>Whether it was paused.</returns>
    /// <inheritdoc cref="PausePoolAsync"/>
    public Task<bool> ResumePoolAsync(string pool) => ChangePauseAsync(PauseScope.Pool, pool, default, isPause: false);

    /// <summary>From now on no task of a type starts.</summary>
    /// <param name="type">The type's name.</param>
    /// <exception cref="ArgumentException">There is no such type.</exception>
    /// <inheritdoc cref="PausePoolAsync"/>
    public Task<bool> PauseTypeAsync(string type) => ChangePauseAsync(PauseScope.Type, type, default, isPause: true);

    /// <summary>Tasks of a type start again.</summary>
    /// <returns>Whether it was paused.</returns>
    /// <inheritdoc cref="PauseTypeAsync"/>
    public Task<bool> ResumeTypeAsync(string type) => ChangePauseAsync(PauseScope.Type, type, default, isPause: false);

    /// <summary>From now on no task of a tree starts.</summary>
    /// <param name="rootId">The tree's root.</param>
    /// <returns>Whether it is live and was not paused before.</returns>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<bool> PauseTreeAsync(TaskId rootId) => ChangePauseAsync(PauseScope.Tree, "", rootId, isPause: true);

    /// <summary>Tasks of a tree start again.</summary>
    /// <returns>Whether it is live and was paused.</returns>
    /// <inheritdoc cref="PauseTreeAsync"/>
    public Task<bool> ResumeTreeAsync(TaskId rootId) => ChangePauseAsync(PauseScope.Tree, "", rootId, isPause: false);

    /// <summary>Cancels the live tasks that a filter chooses, each with all that is live below it.</summary>
    /// <remarks>
    /// A filter that names a tree and nothing else cancels it as <see cref="TaskClient.CancelTreeAsync"/> does, in one step. Any other goes through the live tasks in
    /// slices, between which the engine works on: it reaches what was live when it began and still is when its turn comes; what becomes real meanwhile it may reach or not.
    /// </remarks>
    /// <param name="filter">Which.</param>
    /// <returns>How many tasks were chosen and live: what ended below another of them is not counted again.</returns>
    /// <exception cref="ArgumentException">There is no such type or pool.</exception>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<long> CancelAsync(TaskFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return TellAsync<long>(reply => new CancelChosen(filter, By, reply));
    }

    /// <summary>A page of the live tasks that a filter chooses, in no order. However many there are, the engine works on meanwhile.</summary>
    /// <remarks>
    /// Page by page one sees every task that is live all the time, and perhaps some that come or go meanwhile; one may come twice where many end at the same time.
    /// </remarks>
    /// <param name="filter">Which; null means every task.</param>
    /// <param name="countMax">About how many; at least 1.</param>
    /// <param name="after">The <see cref="TaskPage.Next"/> of the page before; null for the first.</param>
    /// <exception cref="ArgumentException">There is no such type or pool, or <paramref name="after"/> comes from nowhere.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="countMax"/> is below 1.</exception>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<TaskPage> ListAsync(TaskFilter? filter = null, int countMax = 100, string? after = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        var from = 0UL;
        if (after is not null && !ulong.TryParse(after, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out from))
        {
            throw new ArgumentException($"'{after}' is no place in a list: pass the Next of a page.", nameof(after));
        }

        return TellAsync<TaskPage>(reply => new ListTasks(filter ?? new TaskFilter(), countMax, from, reply));
    }

    /// <summary>One task: a live one, or, with a store, a root that has ended and was not deleted yet.</summary>
    /// <param name="id">The task.</param>
    /// <returns>Null where there is no such task.</returns>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<TaskDetails?> ShowAsync(TaskId id) => TellAsync<TaskDetails?>(reply => new ShowTask(id, reply));

    /// <summary>Why a task is not running: everything that keeps it, or what it does instead.</summary>
    /// <inheritdoc cref="ShowAsync"/>
    public Task<WhyNot?> WhyAsync(TaskId id) => TellAsync<WhyNot?>(reply => new ExplainTask(id, reply));

    /// <summary>What was done by hand, newest first: with a store, in every process there ever was; in memory, the last 1,000 actions.</summary>
    /// <param name="countMax">How many at most; at least 1.</param>
    /// <param name="before">Only what has a smaller <see cref="AuditEntry.Number"/>: to go on where a page ended; null for the newest.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="countMax"/> is below 1.</exception>
    /// <exception cref="EngineStoppedException">The engine has stopped.</exception>
    /// <exception cref="InvalidOperationException">Called inside a handler.</exception>
    public Task<IReadOnlyList<AuditEntry>> AuditAsync(int countMax = 100, long? before = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        return TellAsync<IReadOnlyList<AuditEntry>>(reply => new ReadAudit(before ?? long.MaxValue, countMax, reply));
    }

    private Task<bool> ChangePauseAsync(PauseScope scope, string name, TaskId tree, bool isPause)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TellAsync<bool>(reply => new ChangePause(scope, name, tree, isPause, By, reply));
    }

    private Task<T> TellAsync<T>(Func<Reply<T>, object> message)
    {
        HandlerScope.ThrowIfInside("Waiting for the engine's answer", null, "Do it from outside of handlers.");
        var reply = new Reply<T>();
        _coordinator.Tell(message(reply), ActorRefs.NoSender);
        return reply.OrStoppedAsync(_terminated, CancellationToken.None);
    }
}
