using System.Diagnostics;
using Actors.Handlers;
using Actors.Ledger;
using Actors.Storage;

namespace Actors.Registration;

/// <summary>What a worker needs of a task's type: how to make its handler and how to call it.</summary>
internal interface IHandlerType
{
    HandlerFactory Handlers { get; }

    /// <summary>Whether the handler keeps its thread until it ends.</summary>
    bool IsSynchronous { get; }

    /// <summary>Runs a synchronous handler.</summary>
    Ending Run(object handler, TaskRecord task, TaskContext context);

    /// <summary>Runs an asynchronous one.</summary>
    ValueTask<Ending> RunAsync(object handler, TaskRecord task, TaskContext context);
}

/// <summary>What the constructor of every type takes, so that one call makes any of them.</summary>
internal sealed record TypeSetting(int Index, TaskTypeOptions Options, int Pool, HandlerFactory Handlers, ITaskFormat? Format = null, Admission.TypeGates? Gates = null);

internal abstract class HandlerType<TResult> : TaskType<TResult>, IHandlerType
{
    protected HandlerType(TypeSetting setting)
        : base(setting.Index, setting.Options.Name, setting.Pool)
    {
        Handlers = setting.Handlers;
        Timeout = setting.Options.Timeout;
        Retry = setting.Options.Retry;
        Priority = setting.Options.Priority;
        Format = setting.Format;
        Gates = setting.Gates;
    }

    public HandlerFactory Handlers { get; }

    public virtual bool IsSynchronous => true;

    public virtual Ending Run(object handler, TaskRecord task, TaskContext context) => throw new UnreachableException($"{Name} is asynchronous.");

    public virtual ValueTask<Ending> RunAsync(object handler, TaskRecord task, TaskContext context) => throw new UnreachableException($"{Name} is synchronous.");
}

internal sealed class SyncTaskType<TTask, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TTask : class, ITask<TResult>
{
    public override Ending Run(object handler, TaskRecord task, TaskContext context) =>
        ((ITaskHandler<TTask, TResult>)handler).Handle((TTask)task.Message, context).Seal();
}

internal sealed class AsyncTaskType<TTask, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TTask : class, ITask<TResult>
{
    public override bool IsSynchronous => false;

    public override async ValueTask<Ending> RunAsync(object handler, TaskRecord task, TaskContext context) =>
        (await ((IAsyncTaskHandler<TTask, TResult>)handler).HandleAsync((TTask)task.Message, context).ConfigureAwait(false)).Seal();
}

internal sealed class JoinType<TJoin, TChild, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TJoin : class, IJoin<TChild, TResult>
{
    public override Ending Run(object handler, TaskRecord task, TaskContext context) =>
        ((IJoinHandler<TJoin, TChild, TResult>)handler)
            .Handle((TJoin)task.Message, new JoinedOutcomes<TChild>(((JoinRecord)task).Outcomes!), context).Seal();
}

internal sealed class AsyncJoinType<TJoin, TChild, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TJoin : class, IJoin<TChild, TResult>
{
    public override bool IsSynchronous => false;

    public override async ValueTask<Ending> RunAsync(object handler, TaskRecord task, TaskContext context) =>
        (await ((IAsyncJoinHandler<TJoin, TChild, TResult>)handler)
            .HandleAsync((TJoin)task.Message, new JoinedOutcomes<TChild>(((JoinRecord)task).Outcomes!), context).ConfigureAwait(false)).Seal();
}

internal sealed class JoinType<TJoin, TFirst, TSecond, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TJoin : class, IJoin<TFirst, TSecond, TResult>
{
    public override Ending Run(object handler, TaskRecord task, TaskContext context)
    {
        var outcomes = ((JoinRecord)task).Outcomes!;
        return ((IJoinHandler<TJoin, TFirst, TSecond, TResult>)handler).Handle(
            (TJoin)task.Message, JoinedOutcomes<TFirst>.Typed(outcomes[0]!), JoinedOutcomes<TSecond>.Typed(outcomes[1]!), context).Seal();
    }
}

internal sealed class JoinType<TJoin, TFirst, TSecond, TThird, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TJoin : class, IJoin<TFirst, TSecond, TThird, TResult>
{
    public override Ending Run(object handler, TaskRecord task, TaskContext context)
    {
        var outcomes = ((JoinRecord)task).Outcomes!;
        return ((IJoinHandler<TJoin, TFirst, TSecond, TThird, TResult>)handler).Handle(
            (TJoin)task.Message,
            JoinedOutcomes<TFirst>.Typed(outcomes[0]!),
            JoinedOutcomes<TSecond>.Typed(outcomes[1]!),
            JoinedOutcomes<TThird>.Typed(outcomes[2]!),
            context).Seal();
    }
}

/// <summary>One step of a fold: folds in what has arrived; the last step ends it.</summary>
internal sealed class FoldType<TFold, TChild, TState, TResult>(TypeSetting setting) : HandlerType<TResult>(setting)
    where TFold : class, IFold<TChild, TState, TResult>
{
    public override Ending Run(object handler, TaskRecord task, TaskContext context)
    {
        var fold = (JoinRecord)task;
        var message = (TFold)fold.Message;
        var typed = (IFoldHandler<TFold, TChild, TState, TResult>)handler;
        var state = fold.FoldState switch
        {
            Carried carried => carried.State,
            byte[] json => (TState)Format!.ReadFoldState(json),
            _ => typed.Start(message),
        };
        foreach (var outcome in fold.Step!)
        {
            state = typed.Add(message, state, JoinedOutcomes<TChild>.Typed(outcome));
        }

        if (fold.IsLastStep)
        {
            return typed.End(message, state, context).Seal();
        }

        var next = new Carried(state);
        Format?.WriteFoldState(next); // here, so that what cannot be written fails this attempt
        return new Ending(EndKind.Folded, next, null);
    }

    private sealed class Carried(TState state) : CarriedState
    {
        public TState State => state;

        public override object? Value => state;
    }
}

/// <summary>What a fold carries from step to step.</summary>
internal abstract class CarriedState
{
    public abstract object? Value { get; }

    /// <summary>As it is written into a store, once it has been.</summary>
    public byte[]? Json { get; set; }
}
