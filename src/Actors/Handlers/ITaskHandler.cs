namespace Actors;

/// <summary>Runs tasks of one type, on the thread of its worker. For work that awaits, implement <see cref="IAsyncTaskHandler{TTask, TResult}"/>.</summary>
/// <remarks>
/// One instance an attempt, made by dependency injection in a scope of its own. Whatever it throws fails the attempt. It cannot wait
/// for another task: it ends with <see cref="TaskContext.Join{TChild, TResult}(IEnumerable{ITask{TChild}}, IJoin{TChild, TResult}, JoinPolicy?, JoinOptions?)"/> instead.
/// </remarks>
/// <typeparam name="TTask">The task: an immutable record class.</typeparam>
/// <typeparam name="TResult">What the task yields.</typeparam>
public interface ITaskHandler<in TTask, TResult>
    where TTask : class, ITask<TResult>
{
    /// <summary>Runs one attempt.</summary>
    /// <param name="task">The task.</param>
    /// <param name="context">Valid until this method returns.</param>
    /// <returns>How the attempt ends: a result converts to it.</returns>
    Ending<TResult> Handle(TTask task, TaskContext context);
}

/// <summary>Runs tasks that yield nothing; end with <see cref="TaskContext.Done()"/>.</summary>
/// <typeparam name="TTask">The task: an immutable record class.</typeparam>
public interface ITaskHandler<in TTask> : ITaskHandler<TTask, Unit>
    where TTask : class, ITask<Unit>;

/// <summary>Runs tasks of one type and awaits while it does. Between start and end it holds its worker, but no thread.</summary>
/// <inheritdoc cref="ITaskHandler{TTask, TResult}" path="/remarks"/>
/// <typeparam name="TTask">The task: an immutable record class.</typeparam>
/// <typeparam name="TResult">What the task yields.</typeparam>
public interface IAsyncTaskHandler<in TTask, TResult>
    where TTask : class, ITask<TResult>
{
    /// <summary>Runs one attempt.</summary>
    /// <param name="task">The task.</param>
    /// <param name="context">Valid until the returned task is complete.</param>
    /// <returns>How the attempt ends: a result converts to it.</returns>
    ValueTask<Ending<TResult>> HandleAsync(TTask task, TaskContext context);
}

/// <summary>Runs tasks that yield nothing and awaits while it does; end with <see cref="TaskContext.Done()"/>.</summary>
/// <typeparam name="TTask">The task: an immutable record class.</typeparam>
public interface IAsyncTaskHandler<in TTask> : IAsyncTaskHandler<TTask, Unit>
    where TTask : class, ITask<Unit>;
