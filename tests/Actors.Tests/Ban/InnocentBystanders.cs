using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;

namespace Actors.Tests.Ban;

// Nobody calls these methods: they are here to be passed over. Neither the analyzer nor the scan may report any of them.

internal static class InnocentBystanders
{
    public static async Task AwaitsATask(Task task) => await task;

    public static async Task<int> AwaitsATaskOfInt(Task<int> task) => await task + await task;

    public static async ValueTask AwaitsAValueTask(ValueTask task) => await task;

    public static async ValueTask<int> AwaitsAValueTaskOfInt(ValueTask<int> task) => await task;

    public static async Task AwaitsWithoutTheContext(Task one, Task<int> two, ValueTask three, ValueTask<int> four)
    {
        await one.ConfigureAwait(false);
        _ = await two.ConfigureAwait(false);
        await three.ConfigureAwait(false);
        _ = await four.ConfigureAwait(false);
        await one.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
    }

    public static async Task<int> AwaitsEveryElement(IAsyncEnumerable<int> numbers, CancellationToken token)
    {
        var sum = 0;
        await foreach (var number in numbers)
        {
            sum += number;
        }

        await foreach (var number in numbers.WithCancellation(token).ConfigureAwait(false))
        {
            sum += number;
        }

        return sum;
    }

    public static async IAsyncEnumerable<int> YieldsWhatItAwaits(ChannelReader<Task<int>> tasks, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var task in tasks.ReadAllAsync(token))
        {
            yield return await task;
        }
    }

    public static async Task AwaitsTheDisposal(Func<IAsyncDisposable> open)
    {
        await using var declared = open();
        await using (open())
        {
            await using (open().ConfigureAwait(false))
            {
                await Task.Yield();
            }
        }
    }

    public static async Task<int> AwaitsWhereverItCan(Task<int> task, Task<bool> condition)
    {
        var sum = 0;
        while (await condition)
        {
            try
            {
                sum += await task switch { 0 => await task, var other when await condition => other, _ => 1 };
            }
            catch (InvalidOperationException) when (sum > 0)
            {
                sum -= await task;
            }
            finally
            {
                sum *= await task;
            }
        }

        for (; await condition && !await condition;)
        {
            sum = await condition ? await task : Math.Max(await task, await Task.FromResult(await task));
        }

        return sum;
    }

    public static async Task<T> AwaitsInAGenericMethod<T>(Task<T> task, ValueTask<T> other) => await task ?? await other;

    public static Func<Task<int>, Task<int>> AwaitsInALambda() => static async task => await task;

    public static async void AwaitsAndReturnsNothing(Task task) => await task;

    public static async Task<int> AwaitsInALocalFunction(Task<int> task)
    {
        return await Local();

        async ValueTask<int> Local() => await task;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<int> AwaitsWithAPooledBuilder(Task<int> task) => await task;

    public static async Task<int> AwaitsWhatIsAwaitable(Soon soon) => await soon + await soon;

    public static async Task AwaitsASemaphore(SemaphoreSlim semaphore)
    {
        await semaphore.WaitAsync();
        semaphore.Release();
    }

    public static Task<int[]> Combines(Task<int>[] tasks) => Task.WhenAll(tasks);

    public static Task<int> SetsALimit(Task<int> task) => task.WaitAsync(TimeSpan.FromSeconds(1));

    public static Task<string> Continues(Task<int> task) => task.ContinueWith(static done => done.Status.ToString(), TaskScheduler.Default);

    public static Task Pipes(Task<int> task, IActorRef self) => task.PipeTo(self, success: static number => number, failure: static cause => cause);

    public static void Tells(IActorRef actor) => actor.Tell("fact");

    public static void Locks(Lock gate, object monitor)
    {
        lock (gate)
        {
            lock (monitor)
            {
                Monitor.PulseAll(monitor);
            }
        }
    }

    public static int OwnNames(Wallet wallet)
    {
        wallet.Wait();
        wallet.Sleep(1);
        return wallet.Result + wallet.Ask("price") + wallet.GetResult() + nameof(Task.Wait).Length;
    }

    internal sealed class Wallet
    {
        public int Result => 1;

        public int Ask(string question) => question.Length;

        public int GetResult() => 1;

        public void Wait() => Sleep(0);

        public void Sleep(int milliseconds) => _ = milliseconds;
    }

    /// <summary>A custom awaitable whose awaiter has methods by the banned names.</summary>
    internal readonly struct Soon
    {
        public Awaiter GetAwaiter() => new();

        internal readonly struct Awaiter : INotifyCompletion
        {
            public bool IsCompleted => false;

            public int GetResult() => 1;

            public void OnCompleted(Action continuation) => continuation();
        }
    }
}
