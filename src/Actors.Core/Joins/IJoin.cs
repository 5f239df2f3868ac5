namespace Actors;

#pragma warning disable CA1040 // marker interfaces: they tie children, continuation and result together at compile time

/// <summary>
/// A join: the task that runs when the children it joins are terminal. It gets their outcomes, and what it yields is the
/// result of the task that ended with it. It holds no worker while it waits.
/// </summary>
/// <typeparam name="TChild">What every joined child yields.</typeparam>
/// <typeparam name="TResult">What the join, and so the task that ended with it, yields.</typeparam>
public interface IJoin<TChild, out TResult> : ITaskMessage;

/// <summary>A join of two children with different results.</summary>
/// <typeparam name="TFirst">What the first child yields.</typeparam>
/// <typeparam name="TSecond">What the second child yields.</typeparam>
/// <typeparam name="TResult">What the join yields.</typeparam>
public interface IJoin<TFirst, TSecond, out TResult> : ITaskMessage;

/// <summary>A join of three children with different results.</summary>
/// <typeparam name="TFirst">What the first child yields.</typeparam>
/// <typeparam name="TSecond">What the second child yields.</typeparam>
/// <typeparam name="TThird">What the third child yields.</typeparam>
/// <typeparam name="TResult">What the join yields.</typeparam>
public interface IJoin<TFirst, TSecond, TThird, out TResult> : ITaskMessage;

/// <summary>
/// A join that consumes outcomes as they arrive, so that a million children need not be held in one list. Its state goes
/// from step to step; each step folds in what has arrived since the last.
/// </summary>
/// <typeparam name="TChild">What every joined child yields.</typeparam>
/// <typeparam name="TState">What the fold carries: an immutable value, since a failed step is run again from the state before it.</typeparam>
/// <typeparam name="TResult">What the fold yields when the last outcome is in.</typeparam>
public interface IFold<TChild, TState, out TResult> : ITaskMessage;
