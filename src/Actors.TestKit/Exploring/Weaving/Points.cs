using System.Runtime.CompilerServices;

namespace Actors.TestKit.Weaving;

/// <summary>What woven code calls.</summary>
internal static class Points
{
    /// <summary>Whether what is awaited has come already. Told no, so that the attempt always stops at its <c>await</c> and others may come first.</summary>
    public static bool IsCompleted(bool isCompleted)
    {
        ExploredAttempt.Current!.IsAwaitedThere = isCompleted;
        return false;
    }

    /// <summary>Before something that may be felt outside of the handler.</summary>
    /// <param name="deed">Of which kind.</param>
    /// <param name="what">What it is about to call or set: "Bank.Withdraw".</param>
    /// <param name="place">Where in the code.</param>
    public static void Reach(Deed deed, string what, int place) => ExploredAttempt.Current?.Reach(deed, what, place);

    /// <summary>Starts an asynchronous method, in place of its builder.</summary>
    public static void Begin<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        var context = ExecutionContext.Capture();
        new Suspendable<TMachine>(machine).GoOn();
        ExecutionContext.Restore(context!);
    }

    /// <summary>An asynchronous method stops here, in place of what its builder does.</summary>
    public static void Await<TBuilder, TAwaiter, TMachine>(ref TBuilder builder, ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine
    {
        var attempt = ExploredAttempt.Current!;
        var there = new TaskCompletionSource();
        if (attempt.IsAwaitedThere)
        {
            there.SetResult();
        }
        else
        {
            awaiter.OnCompleted(there.SetResult);
        }

        attempt.Stand(Suspendable.Running!, there.Task);
    }
}

/// <summary>An asynchronous method that stops at each <c>await</c>, until it is told to go on.</summary>
internal abstract class Suspendable
{
    [field: ThreadStatic]
    public static Suspendable? Running { get; private set; }

    /// <summary>As far as the next <c>await</c>, or to the end.</summary>
    public void GoOn()
    {
        var outer = Running;
        Running = this;
        try
        {
            Move();
        }
        finally
        {
            Running = outer;
        }
    }

    protected abstract void Move();
}

/// <summary>The same, with the state machine that the compiler has made of the method, which is a class in a debug build.</summary>
internal sealed class Suspendable<TMachine>(TMachine machine) : Suspendable
    where TMachine : IAsyncStateMachine
{
    private TMachine _machine = machine;

    /// <summary>Its woven code; of a type like <see cref="MoveStruct"/> or <see cref="Action{TMachine}"/>.</summary>
    public static Delegate? Woven { get; set; }

    public delegate void MoveStruct(ref TMachine machine);

    protected override void Move()
    {
        if (Woven is MoveStruct move)
        {
            move(ref _machine);
        }
        else
        {
            ((Action<TMachine>)Woven!)(_machine);
        }
    }
}
