using System.Reflection;

namespace Actors.TestKit.Weaving;

/// <summary>A handler, and the woven forms of its methods.</summary>
internal sealed class WovenCalls(Weaver weaver, object handler)
{
    /// <summary>One of its methods, bound to it.</summary>
    /// <typeparam name="TForm">The interface that has the method.</typeparam>
    /// <typeparam name="TCall">The method's form.</typeparam>
    /// <param name="name">Its name.</param>
    public TCall Of<TForm, TCall>(string name)
        where TCall : Delegate =>
        weaver.CallOf(handler.GetType(), typeof(TForm).GetMethod(name)!) is { } woven
            ? woven.CreateDelegate<TCall>(handler)
            : typeof(TForm).GetMethod(name)!.CreateDelegate<TCall>(handler);
}

/// <summary>What stands for a handler, in each of the forms that a handler may have.</summary>
internal static class WovenHandlers
{
    private static readonly Dictionary<Type, Type> Forms = new()
    {
        [typeof(ITaskHandler<,>)] = typeof(WovenTask<,>),
        [typeof(IAsyncTaskHandler<,>)] = typeof(WovenAsyncTask<,>),
        [typeof(IJoinHandler<,,>)] = typeof(WovenJoin<,,>),
        [typeof(IAsyncJoinHandler<,,>)] = typeof(WovenAsyncJoin<,,>),
        [typeof(IJoinHandler<,,,>)] = typeof(WovenJoin<,,,>),
        [typeof(IJoinHandler<,,,,>)] = typeof(WovenJoin<,,,,>),
        [typeof(IFoldHandler<,,,>)] = typeof(WovenFold<,,,>),
    };

    /// <summary>Makes one.</summary>
    /// <param name="form">The interface through which it is called.</param>
    /// <param name="calls">The handler.</param>
    public static object Of(Type form, WovenCalls calls) =>
        Activator.CreateInstance(Forms[form.GetGenericTypeDefinition()].MakeGenericType(form.GetGenericArguments()), calls)!;

    private sealed class WovenTask<TTask, TResult>(WovenCalls calls) : ITaskHandler<TTask, TResult>
        where TTask : class, ITask<TResult>
    {
        public Ending<TResult> Handle(TTask task, TaskContext context) =>
            calls.Of<ITaskHandler<TTask, TResult>, Func<TTask, TaskContext, Ending<TResult>>>(nameof(Handle))(task, context);
    }

    private sealed class WovenAsyncTask<TTask, TResult>(WovenCalls calls) : IAsyncTaskHandler<TTask, TResult>
        where TTask : class, ITask<TResult>
    {
        public ValueTask<Ending<TResult>> HandleAsync(TTask task, TaskContext context) =>
            calls.Of<IAsyncTaskHandler<TTask, TResult>, Func<TTask, TaskContext, ValueTask<Ending<TResult>>>>(nameof(HandleAsync))(task, context);
    }

    private sealed class WovenJoin<TJoin, TChild, TResult>(WovenCalls calls) : IJoinHandler<TJoin, TChild, TResult>
        where TJoin : class, IJoin<TChild, TResult>
    {
        public Ending<TResult> Handle(TJoin join, IReadOnlyList<Outcome<TChild>> outcomes, TaskContext context) =>
            calls.Of<IJoinHandler<TJoin, TChild, TResult>, Func<TJoin, IReadOnlyList<Outcome<TChild>>, TaskContext, Ending<TResult>>>(nameof(Handle))(
                join, outcomes, context);
    }

    private sealed class WovenAsyncJoin<TJoin, TChild, TResult>(WovenCalls calls) : IAsyncJoinHandler<TJoin, TChild, TResult>
        where TJoin : class, IJoin<TChild, TResult>
    {
        public ValueTask<Ending<TResult>> HandleAsync(TJoin join, IReadOnlyList<Outcome<TChild>> outcomes, TaskContext context) =>
            calls.Of<IAsyncJoinHandler<TJoin, TChild, TResult>, Func<TJoin, IReadOnlyList<Outcome<TChild>>, TaskContext, ValueTask<Ending<TResult>>>>(
                nameof(HandleAsync))(join, outcomes, context);
    }

    private sealed class WovenJoin<TJoin, TFirst, TSecond, TResult>(WovenCalls calls) : IJoinHandler<TJoin, TFirst, TSecond, TResult>
        where TJoin : class, IJoin<TFirst, TSecond, TResult>
    {
        public Ending<TResult> Handle(TJoin join, Outcome<TFirst> first, Outcome<TSecond> second, TaskContext context) =>
            calls.Of<IJoinHandler<TJoin, TFirst, TSecond, TResult>, Func<TJoin, Outcome<TFirst>, Outcome<TSecond>, TaskContext, Ending<TResult>>>(
                nameof(Handle))(join, first, second, context);
    }

    private sealed class WovenJoin<TJoin, TFirst, TSecond, TThird, TResult>(WovenCalls calls) : IJoinHandler<TJoin, TFirst, TSecond, TThird, TResult>
        where TJoin : class, IJoin<TFirst, TSecond, TThird, TResult>
    {
        public Ending<TResult> Handle(TJoin join, Outcome<TFirst> first, Outcome<TSecond> second, Outcome<TThird> third, TaskContext context) =>
            calls.Of<IJoinHandler<TJoin, TFirst, TSecond, TThird, TResult>, Func<TJoin, Outcome<TFirst>, Outcome<TSecond>, Outcome<TThird>, TaskContext, Ending<TResult>>>(
                nameof(Handle))(join, first, second, third, context);
    }

    private sealed class WovenFold<TFold, TChild, TState, TResult>(WovenCalls calls) : IFoldHandler<TFold, TChild, TState, TResult>
        where TFold : class, IFold<TChild, TState, TResult>
    {
        public TState Start(TFold fold) => calls.Of<IFoldHandler<TFold, TChild, TState, TResult>, Func<TFold, TState>>(nameof(Start))(fold);

        public TState Add(TFold fold, TState state, Outcome<TChild> child) =>
            calls.Of<IFoldHandler<TFold, TChild, TState, TResult>, Func<TFold, TState, Outcome<TChild>, TState>>(nameof(Add))(fold, state, child);

        public Ending<TResult> End(TFold fold, TState state, TaskContext context) =>
            calls.Of<IFoldHandler<TFold, TChild, TState, TResult>, Func<TFold, TState, TaskContext, Ending<TResult>>>(nameof(End))(fold, state, context);
    }
}
