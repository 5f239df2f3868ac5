using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Akka.Actor;
using Microsoft.Extensions.Hosting;

namespace Actors.Tests.Ban;

/// <summary>The kind of the ban list that a planted method offends against.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor)]
internal sealed class PlantsAttribute(string kind) : Attribute
{
    public string Kind { get; } = kind;
}

// Nobody calls these methods: they are here to be found. A line with the word "waits" at its end is one that the analyzer must report;
// a method with [Plants] is one that the scan must report, once, and no other.
#pragma warning disable CA2012, CS0618, CS0436 // the compiler's own advice on waiting and on old overloads

internal static class PlantedOffenders
{
    [Plants("T:Akka.Actor.Futures")]
    public static Task<object> Ask(IActorRef actor) => actor.Ask("question"); // waits

    [Plants("T:Akka.Actor.Futures")]
    public static Task<int> AskForType(ActorSelection actor) => actor.Ask<int>("question", TimeSpan.FromSeconds(1)); // waits

    [Plants("M:Akka.Actor.Inbox.Receive")]
    public static object InboxReceive(Inbox inbox) => inbox.Receive(); // waits

    [Plants("M:Akka.Actor.Inbox.ReceiveWhere")]
    public static object InboxReceiveWhere(Inbox inbox) => inbox.ReceiveWhere(static message => message is int); // waits

    [Plants("M:Akka.Actor.IInboxable.Receive")]
    public static object InboxableReceive(IInboxable inbox) => inbox.Receive(TimeSpan.FromSeconds(1)); // waits

    [Plants("M:Akka.Actor.IInboxable.ReceiveWhere")]
    public static object InboxableReceiveWhere(IInboxable inbox) => inbox.ReceiveWhere(static message => message is int); // waits

    [Plants("P:System.Threading.Tasks.Task`1.Result")]
    public static int TaskResult(Task<int> task) => task.Result; // waits

    [Plants("P:System.Threading.Tasks.ValueTask`1.Result")]
    public static int ValueTaskResult(ValueTask<int> task) => task.Result; // waits

    [Plants("M:System.Threading.Tasks.Task.Wait")]
    public static void TaskWait(Task task) => task.Wait(); // waits

    [Plants("M:System.Threading.Tasks.Task.Wait")]
    public static void TaskWaitForAWhile(Task<int> task) => task.Wait(TimeSpan.FromSeconds(1)); // waits

    [Plants("M:System.Threading.Tasks.Task.WaitAll")]
    public static void TaskWaitAll(Task[] tasks) => Task.WaitAll(tasks); // waits

    [Plants("M:System.Threading.Tasks.Task.WaitAll")]
    public static void TaskWaitAllOfASpan(Task one, Task other) => Task.WaitAll(one, other); // waits

    [Plants("M:System.Threading.Tasks.Task.WaitAny")]
    public static int TaskWaitAny(Task[] tasks) => Task.WaitAny(tasks, 1); // waits

    [Plants("M:System.Threading.Tasks.Task.RunSynchronously")]
    public static void TaskRunSynchronously(Task task) => task.RunSynchronously(); // waits

    [Plants("M:System.Threading.Tasks.TaskAsyncEnumerableExtensions.ToBlockingEnumerable")]
    public static IEnumerable<int> ToBlockingEnumerable(IAsyncEnumerable<int> numbers) => numbers.ToBlockingEnumerable(); // waits

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter.GetResult")]
    public static void TaskGetResult(Task task) => task.GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter`1.GetResult")]
    public static int TaskOfIntGetResult(Task<int> task) => task.GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.ConfiguredTaskAwaitable.ConfiguredTaskAwaiter.GetResult")]
    public static void ConfiguredTaskGetResult(Task task) => task.ConfigureAwait(false).GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.ConfiguredTaskAwaitable`1.ConfiguredTaskAwaiter.GetResult")]
    public static int ConfiguredTaskOfIntGetResult(Task<int> task) => task.ConfigureAwait(false).GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.ValueTaskAwaiter.GetResult")]
    public static void ValueTaskGetResult(ValueTask task) => task.GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.ValueTaskAwaiter`1.GetResult")]
    public static int ValueTaskOfIntGetResult(ValueTask<int> task) => task.GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter.GetResult")]
    public static void ConfiguredValueTaskGetResult(ValueTask task) => task.ConfigureAwait(false).GetAwaiter().GetResult(); // waits

    [Plants("M:System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable`1.ConfiguredValueTaskAwaiter.GetResult")]
    public static int ConfiguredValueTaskOfIntGetResult(ValueTask<int> task) => task.ConfigureAwait(false).GetAwaiter().GetResult(); // waits

    [Plants("T:System.Threading.Tasks.Parallel")]
    public static void ParallelForEach(int[] numbers) => Parallel.ForEach(numbers, static _ => { }); // waits

    [Plants("M:System.Threading.Thread.Sleep")]
    public static void ThreadSleep() => Thread.Sleep(1); // waits

    [Plants("M:System.Threading.Thread.Join")]
    public static void ThreadJoin(Thread thread) => thread.Join(); // waits

    [Plants("M:System.Threading.Thread.SpinWait")]
    public static void ThreadSpinWait() => Thread.SpinWait(1); // waits

    [Plants("T:System.Threading.SpinWait")]
    public static void SpinUntil(Func<bool> condition) => SpinWait.SpinUntil(condition); // waits

    [Plants("M:System.Threading.Monitor.Wait")]
    public static void MonitorWait(object gate) => Monitor.Wait(gate); // waits

    [Plants("M:System.Threading.SemaphoreSlim.Wait")]
    public static void SemaphoreSlimWait(SemaphoreSlim semaphore) => semaphore.Wait(); // waits

    [Plants("M:System.Threading.ManualResetEventSlim.Wait")]
    public static void ManualResetEventSlimWait(ManualResetEventSlim signal) => signal.Wait(CancellationToken.None); // waits

    [Plants("M:System.Threading.CountdownEvent.Wait")]
    public static void CountdownEventWait(CountdownEvent countdown) => countdown.Wait(); // waits

    [Plants("M:System.Threading.Barrier.SignalAndWait")]
    public static void BarrierSignalAndWait(Barrier barrier) => barrier.SignalAndWait(); // waits

    [Plants("M:System.Threading.WaitHandle.WaitOne")]
    public static void WaitOne(AutoResetEvent signal) => signal.WaitOne(); // waits

    [Plants("M:System.Threading.WaitHandle.WaitOne")]
    public static void SemaphoreWaitOne(Semaphore semaphore) => semaphore.WaitOne(1); // waits

    [Plants("M:System.Threading.WaitHandle.WaitAny")]
    public static int WaitAny(WaitHandle[] handles) => WaitHandle.WaitAny(handles); // waits

    [Plants("M:System.Threading.WaitHandle.WaitAll")]
    public static bool WaitAll(WaitHandle[] handles) => WaitHandle.WaitAll(handles); // waits

    [Plants("M:System.Threading.WaitHandle.SignalAndWait")]
    public static bool SignalAndWait(WaitHandle one, WaitHandle other) => WaitHandle.SignalAndWait(one, other); // waits

    [Plants("T:System.Collections.Concurrent.BlockingCollection`1")]
    public static int BlockingCollectionTake(BlockingCollection<int> numbers) => numbers.Take(); // waits

    [Plants("T:System.Collections.Concurrent.BlockingCollection`1")]
    public static IEnumerable<int> BlockingCollectionConsume(BlockingCollection<int> numbers) => numbers.GetConsumingEnumerable(); // waits

    [Plants("M:System.Diagnostics.Process.WaitForExit")]
    public static void WaitForExit(Process process) => process.WaitForExit(); // waits

    [Plants("M:System.Diagnostics.Process.WaitForInputIdle")]
    public static void WaitForInputIdle(Process process) => process.WaitForInputIdle(); // waits

    [Plants("M:Microsoft.Extensions.Hosting.HostingAbstractionsHostExtensions.Run")]
    public static void HostRun(IHost host) => host.Run(); // waits

    [Plants("M:Microsoft.Extensions.Hosting.HostingAbstractionsHostExtensions.Start")]
    public static void HostStart(IHost host) => host.Start(); // waits

    [Plants("M:Microsoft.Extensions.Hosting.HostingAbstractionsHostExtensions.WaitForShutdown")]
    public static void HostWaitForShutdown(IHost host) => host.WaitForShutdown(); // waits

    // The same, where it hides.

    [Plants("P:System.Threading.Tasks.Task`1.Result")]
    public static Func<int> InALambda(Task<int> task) => () => task.Result; // waits

    [Plants("M:System.Threading.Thread.Sleep")]
    public static Action InAStaticLambda() => static () => Thread.Sleep(1); // waits

    [Plants("M:System.Threading.Tasks.Task.Wait")]
    public static Action AsAMethodGroup(Task task) => task.Wait; // waits

    [Plants("P:System.Threading.Tasks.Task`1.Result")]
    public static Expression<Func<Task<int>, int>> InAnExpressionTree() => task => task.Result; // waits

    [Plants("M:System.Threading.SemaphoreSlim.Wait")]
    public static void InALocalFunction(SemaphoreSlim semaphore)
    {
        Enter();

        void Enter() => semaphore.Wait(1); // waits
    }

    [Plants("P:System.Threading.Tasks.Task`1.Result")]
    public static IEnumerable<int> InAnIterator(Task<int> task)
    {
        yield return task.Result; // waits
    }

    [Plants("M:System.Threading.Tasks.Task.Wait")]
    public static async IAsyncEnumerable<int> InAnAsyncIterator(Task<int> task)
    {
        yield return await task;
        task.Wait(); // waits
    }

    [Plants("M:System.Threading.Thread.Sleep")]
    public static async Task InAnAsyncMethod(Task task)
    {
        await task;
        Thread.Sleep(1); // waits
    }

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter`1.GetResult")]
    public static async Task<int> BetweenAwaitsOfTheSameType(Task<int> one, Task<int> other)
    {
        var sum = await one;
        sum += other.GetAwaiter().GetResult(); // waits
        return sum + await other;
    }

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter.GetResult")]
    public static async Task BetweenAwaitsOfAnotherType(Task<int> one, Task other)
    {
        _ = await one;
        other.GetAwaiter().GetResult(); // waits
    }

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter.GetResult")]
    public static async Task AfterAskingWhetherItIsCompleted(Task task)
    {
        await task;
        var awaiter = task.GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            awaiter.GetResult(); // waits
        }
    }

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter.GetResult")]
    public static Func<Task, Task> InAnAsyncLambda() => static async task =>
    {
        await Task.Yield();
        task.GetAwaiter().GetResult(); // waits
    };

    [Plants("P:System.Threading.Tasks.Task`1.Result")]
    public static T InAGenericMethod<T>(Task<T> task) => task.Result; // waits

    [Plants("M:System.Runtime.CompilerServices.TaskAwaiter`1.GetResult")]
    public static async Task<T> InAGenericAsyncMethod<T>(Task<T> task)
    {
        _ = await task;
        return task.GetAwaiter().GetResult(); // waits
    }

    [Plants("P:System.Threading.Tasks.Task`1.Result")]
    public static int InAPattern(Task<int> task) => task is { IsCompleted: true, Result: var result } ? result : 0; // waits

    [Plants("M:System.Threading.Tasks.Task.Wait")]
    public static void UnderAPragma(Task task)
    {
#pragma warning disable RS0030 // silences the analyzer: only the scan is left
        task.Wait();
#pragma warning restore RS0030
    }

    [Plants("T:Microsoft.CSharp.RuntimeBinder.Binder")]
    public static void ThroughDynamic(dynamic task) => task.Wait(); // no symbol, so nothing for the analyzer

    internal sealed class Nested<T>
    {
        private readonly Task<T> _task;

        [Plants("M:System.Threading.Tasks.Task.Wait")]
        public Nested(Task<T> task)
        {
            _task = task;
            task.Wait(); // waits
        }

        [Plants("P:System.Threading.Tasks.Task`1.Result")]
        public T InAGenericType() => _task.Result; // waits
    }

    /// <summary>Looks like the compiler's state machine, and is written by hand.</summary>
    [CompilerGenerated]
    internal struct HandMade(Task task) : IAsyncStateMachine
    {
        private AsyncTaskMethodBuilder _builder = AsyncTaskMethodBuilder.Create();

        [Plants("M:System.Runtime.CompilerServices.TaskAwaiter.GetResult")]
        public void MoveNext()
        {
            var awaiter = task.GetAwaiter();
            _builder.AwaitUnsafeOnCompleted(ref awaiter, ref this);
            awaiter.GetResult(); // waits
        }

        public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => _ = stateMachine;
    }
}
