using Actors.Ledger;
using Actors.Registration;

namespace Actors.Workers;

/// <summary>Runs one attempt: makes the handler, calls it, and makes an ending of whatever comes of that. Never throws for what a handler did.</summary>
internal static class AttemptRun
{
    /// <summary>A synchronous handler that needs no scope.</summary>
    public static Ending Run(IHandlerType type, TaskContext context)
    {
        try
        {
            return Checked(RunOnThread(type, type.Handlers.Make(), context), context);
        }
        catch (Exception exception)
        {
            return Caught(exception, context);
        }
    }

    /// <summary>Any handler.</summary>
    public static async ValueTask<Ending> RunAsync(IHandlerType type, TaskContext context)
    {
        try
        {
            if (!type.IsSynchronous)
            {
                HandlerScope.Enter(context);
            }

            var ending = type.Handlers.IsPlain
                ? await InvokeAsync(type, type.Handlers.Make(), context).ConfigureAwait(false)
                : await RunScopedAsync(type, context).ConfigureAwait(false);
            return Checked(ending, context);
        }
        catch (Exception exception)
        {
            return Caught(exception, context);
        }
    }

    private static async ValueTask<Ending> RunScopedAsync(IHandlerType type, TaskContext context)
    {
        var (handler, scope) = type.Handlers.MakeScoped();
        try
        {
            return await InvokeAsync(type, handler, context).ConfigureAwait(false);
        }
        finally
        {
            await HandlerFactory.DisposeAsync(handler, scope).ConfigureAwait(false);
        }
    }

    private static ValueTask<Ending> InvokeAsync(IHandlerType type, object handler, TaskContext context) =>
        type.IsSynchronous ? new(RunOnThread(type, handler, context)) : type.RunAsync(handler, context.Task, context);

    private static Ending RunOnThread(IHandlerType type, object handler, TaskContext context)
    {
        HandlerScope.EnterThread(context);
        try
        {
            return type.Run(handler, context.Task, context);
        }
        finally
        {
            HandlerScope.LeaveThread();
        }
    }

    /// <summary>What the handler gave, with what it spawned.</summary>
    private static Ending Checked(Ending ending, TaskContext context)
    {
        if (ending.Kind == EndKind.Joined && ending.Payload != context.LastJoin)
        {
            throw new InvalidOperationException("The handler ended with a join that is not the last one it made in this attempt. Return what context.Join gave.");
        }

        if (context.Task.Type.Format is { } format && ending is { Kind: EndKind.Succeeded, Payload: Outcome outcome })
        {
            outcome.Json = format.WriteResult(outcome); // here, so that a result that cannot be stored fails the attempt, on its own thread
        }

        return context.Spawning is { Spawned: not null } spawning && ending.Kind is EndKind.Succeeded
            ? new Ending(ending.Kind, ending.Payload, spawning)
            : ending;
    }

    private static Ending Caught(Exception exception, TaskContext context) =>
        exception is OperationCanceledException && context.IsCancelRequested
            ? new Ending(EndKind.Interrupted, null, null)
            : exception is PayloadException ? Unstorable(exception) : Failed(exception, context.Task.Retry);

    /// <summary>Another attempt would not change it.</summary>
    private static Ending Unstorable(Exception exception) => new(
        EndKind.FailedForGood, new Failure { Kind = FailureKind.Payload, Type = typeof(PayloadException).FullName!, Message = exception.Message }, null);

    private static Ending Failed(Exception exception, RetryPolicy policy)
    {
        var failure = new Failure
        {
            Kind = FailureKind.Exception,
            Type = exception.GetType().FullName ?? exception.GetType().Name,
            Message = exception.Message,
            StackTrace = exception.ToString(),
        };
        var special = policy.For(exception.GetType());
        return new Ending(EndKind.Failed, failure, special == policy ? null : new AttemptDetail { Retry = special });
    }
}
