using Actors.Client;
using Actors.Registration;
using Actors.Schedules;
using Actors.Workers;
using Akka.Actor;

namespace Actors;

/// <summary>The schedules of an engine at run time: set, pause, resume, remove, fire, list. With a store they outlive the process.</summary>
/// <remarks>
/// Safe for concurrent use. Every method answers once what it did stands in the store, throws <see cref="EngineStoppedException"/> where the engine stops or has
/// stopped, and <see cref="InvalidOperationException"/> inside a handler. Each action leaves a line in the store's record of what was done by hand.
/// </remarks>
public sealed class TaskSchedules
{
    private const string Somebody = "code";

    private readonly TaskCatalog _catalog;
    private readonly IActorRef _coordinator;
    private readonly Task _terminated;
    private readonly NewIds _ids = new();

    internal TaskSchedules(TaskCatalog catalog, IActorRef coordinator, Task terminated)
    {
        _catalog = catalog;
        _coordinator = coordinator;
        _terminated = terminated;
    }

    /// <summary>The root that a schedule fires for an occurrence: for <see cref="TaskClient.FindAsync"/>.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="occurrence">The occurrence; its offset does not matter.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public static TaskId RootOf(string name, DateTimeOffset occurrence) => TaskId.Occurrence(name, occurrence.UtcTicks);

    /// <summary>Adds a schedule, or changes the one of that name. It stays paused where it was paused.</summary>
    /// <remarks>
    /// Where its times change, the new ones count from now. One that is declared is changed until its declaration is another one. What was decided is never decided
    /// again under the same name: one that fired by a clock that ran ahead goes on when that time has come, and before that only under another name.
    /// </remarks>
    /// <param name="name">Its name; compared ordinally.</param>
    /// <param name="schedule">When it fires.</param>
    /// <param name="task">The root of each firing.</param>
    /// <param name="options">How it fires; null means the defaults.</param>
    /// <param name="by">Who sets it, for the record; null means "code".</param>
    /// <param name="cancellationToken">Ends the waiting for the answer; the schedule may be set all the same.</param>
    /// <typeparam name="TResult">What the task yields.</typeparam>
    /// <exception cref="ArgumentException">The name is empty, the expression or the zone cannot be read, or the time never comes: names the schedule, the text and the remedy.</exception>
    /// <exception cref="InvalidOperationException">The task has no handler.</exception>
    /// <exception cref="PayloadException">The task cannot be written into the store, or is larger than the limit.</exception>
    public async Task SetAsync<TResult>(
        string name, Schedule schedule, ITask<TResult> task, ScheduleOptions? options = null, string? by = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(task);
        var definition = ScheduleTimes.Define(name, schedule, task, options ?? new ScheduleOptions(), _catalog);
        await AskAsync<bool>(done => new SetSchedule(name, definition, by ?? Somebody, done), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fires nothing from now on, until it is resumed. What falls into the pause is not made up for.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="by">Who pauses it, for the record and for <see cref="ScheduleInfo.PausedBy"/>; null means "code".</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    /// <returns>Whether it was not paused already.</returns>
    /// <exception cref="ArgumentException">There is no such schedule.</exception>
    public Task<bool> PauseAsync(string name, string? by = null, CancellationToken cancellationToken = default) =>
        AskAsync<bool>(done => new PauseSchedule(name, IsPaused: true, by ?? Somebody, done), cancellationToken);

    /// <summary>Goes on with the next occurrence.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="by">Who resumes it, for the record; null means "code".</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    /// <returns>Whether it was paused.</returns>
    /// <exception cref="ArgumentException">There is no such schedule.</exception>
    public Task<bool> ResumeAsync(string name, string? by = null, CancellationToken cancellationToken = default) =>
        AskAsync<bool>(done => new PauseSchedule(name, IsPaused: false, by ?? Somebody, done), cancellationToken);

    /// <summary>Removes a schedule. Trees that it fired go on. One that is declared comes back when its declaration is another one.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="by">Who removes it, for the record; null means "code".</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(string name, string? by = null, CancellationToken cancellationToken = default) =>
        AskAsync<bool>(done => new RemoveSchedule(name, by ?? Somebody, done), cancellationToken);

    /// <summary>Fires out of turn: at once, also while it is paused and whatever its overlap policy says. Its times stay as they are.</summary>
    /// <param name="name">The schedule.</param>
    /// <param name="by">Who fires it, for the record; null means "code".</param>
    /// <param name="cancellationToken">Ends the waiting for the answer; it may fire all the same.</param>
    /// <returns>The root of the tree: for <see cref="TaskClient.FindAsync"/>.</returns>
    /// <exception cref="ArgumentException">There is no such schedule.</exception>
    /// <exception cref="InvalidOperationException">This program has no handler for its task.</exception>
    public async Task<TaskId> FireNowAsync(string name, string? by = null, CancellationToken cancellationToken = default)
    {
        var root = _ids.Next();
        await AskAsync<bool>(done => new FireSchedule(name, root, by ?? Somebody, done), cancellationToken).ConfigureAwait(false);
        return root;
    }

    /// <summary>All schedules, by name.</summary>
    /// <param name="nextCount">How many of its next times each comes with. Default 1; 0 to 1,000.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="nextCount"/> is out of its range.</exception>
    public Task<IReadOnlyList<ScheduleInfo>> ListAsync(int nextCount = 1, CancellationToken cancellationToken = default) => ListAsync(null, nextCount, cancellationToken);

    /// <summary>One schedule.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="nextCount">How many of its next times it comes with. Default 1; 0 to 1,000.</param>
    /// <param name="cancellationToken">Ends the waiting for the answer.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="nextCount"/> is out of its range.</exception>
    public async Task<ScheduleInfo?> FindAsync(string name, int nextCount = 1, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var found = await ListAsync(name, nextCount, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    private Task<IReadOnlyList<ScheduleInfo>> ListAsync(string? name, int nextCount, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nextCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nextCount, 1000);
        return AskAsync<IReadOnlyList<ScheduleInfo>>(list => new ListSchedules(name, nextCount, list), cancellationToken);
    }

    /// <summary>The answer, or the news that nobody is left to give it.</summary>
    private async Task<T> AskAsync<T>(Func<Reply<T>, IScheduleCommand> ask, CancellationToken cancellationToken)
    {
        HandlerScope.ThrowIfInside("Waiting for the schedules", null, "Set schedules where the engine is started, or declare them.");
        var reply = new Reply<T>();
        _coordinator.Tell(ask(reply), ActorRefs.NoSender);
        if (await Task.WhenAny(reply.Task, _terminated).WaitAsync(cancellationToken).ConfigureAwait(false) != reply.Task)
        {
            reply.Fail(new EngineStoppedException("The engine has stopped."));
        }

        return await reply.Task.ConfigureAwait(false);
    }
}
