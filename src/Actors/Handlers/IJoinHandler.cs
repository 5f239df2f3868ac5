namespace Actors;

/// <summary>Runs when the joined children are in. What it yields is the result of the task that ended with the join.</summary>
/// <typeparam name="TJoin">The join: an immutable record class.</typeparam>
/// <typeparam name="TChild">What the children yield.</typeparam>
/// <typeparam name="TResult">What the join yields.</typeparam>
public interface IJoinHandler<in TJoin, TChild, TResult>
    where TJoin : class, IJoin<TChild, TResult>
{
    /// <summary>Runs one attempt of the join.</summary>
    /// <param name="join">The join.</param>
    /// <param name="outcomes">The children's outcomes, each at the place at which the child was joined.</param>
    /// <param name="context">Valid until this method returns.</param>
    /// <returns>How the attempt ends: a result converts to it; a further join is as good.</returns>
    Ending<TResult> Handle(TJoin join, IReadOnlyList<Outcome<TChild>> outcomes, TaskContext context);
}

/// <summary>As <see cref="IJoinHandler{TJoin, TChild, TResult}"/>, and awaits while it runs.</summary>
/// <typeparam name="TJoin">The join: an immutable record class.</typeparam>
/// <typeparam name="TChild">What the children yield.</typeparam>
/// <typeparam name="TResult">What the join yields.</typeparam>
public interface IAsyncJoinHandler<in TJoin, TChild, TResult>
    where TJoin : class, IJoin<TChild, TResult>
{
    /// <inheritdoc cref="IJoinHandler{TJoin, TChild, TResult}.Handle"/>
    ValueTask<Ending<TResult>> HandleAsync(TJoin join, IReadOnlyList<Outcome<TChild>> outcomes, TaskContext context);
}

/// <summary>Runs when two joined children with different results are in.</summary>
/// <typeparam name="TJoin">The join: an immutable record class.</typeparam>
/// <typeparam name="TFirst">What the first child yields.</typeparam>
/// <typeparam name="TSecond">What the second child yields.</typeparam>
/// <typeparam name="TResult">What the join yields.</typeparam>
public interface IJoinHandler<in TJoin, TFirst, TSecond, TResult>
    where TJoin : class, IJoin<TFirst, TSecond, TResult>
{
    /// <summary>Runs one attempt of the join.</summary>
    Ending<TResult> Handle(TJoin join, Outcome<TFirst> first, Outcome<TSecond> second, TaskContext context);
}

/// <summary>Runs when three joined children with different results are in.</summary>
/// <typeparam name="TJoin">The join: an immutable record class.</typeparam>
/// <typeparam name="TFirst">What the first child yields.</typeparam>
/// <typeparam name="TSecond">What the second child yields.</typeparam>
/// <typeparam name="TThird">What the third child yields.</typeparam>
/// <typeparam name="TResult">What the join yields.</typeparam>
public interface IJoinHandler<in TJoin, TFirst, TSecond, TThird, TResult>
    where TJoin : class, IJoin<TFirst, TSecond, TThird, TResult>
{
    /// <summary>Runs one attempt of the join.</summary>
    Ending<TResult> Handle(TJoin join, Outcome<TFirst> first, Outcome<TSecond> second, Outcome<TThird> third, TaskContext context);
}

/// <summary>Folds the outcomes of joined children into a state, in the order in which they arrive.</summary>
/// <typeparam name="TFold">The fold: an immutable record class.</typeparam>
/// <typeparam name="TChild">What the children yield.</typeparam>
/// <typeparam name="TState">
/// What is carried from step to step. An immutable value: a step that fails is run again, from the state before it.
/// </typeparam>
/// <typeparam name="TResult">What the fold yields.</typeparam>
public interface IFoldHandler<in TFold, TChild, TState, TResult>
    where TFold : class, IFold<TChild, TState, TResult>
{
    /// <summary>The state before the first outcome.</summary>
    TState Start(TFold fold);

    /// <summary>The state with one more outcome.</summary>
    TState Add(TFold fold, TState state, Outcome<TChild> child);

    /// <summary>Ends the fold, once the last outcome has been added.</summary>
    Ending<TResult> End(TFold fold, TState state, TaskContext context);
}
