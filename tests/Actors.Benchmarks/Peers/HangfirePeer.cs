using System.Collections.Concurrent;
using System.Reflection;
using Actors.Benchmarks.Workloads;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.States;

namespace Actors.Benchmarks.Peers;

/// <summary>Hangfire with a server in the process and a count of what is pending; its jobs hold numbers, which it writes as JSON.</summary>
internal sealed class HangfirePeer : CountedPeer
{
    private static readonly MethodInfo RunMethod = typeof(HangfireJobs).GetMethod(nameof(HangfireJobs.Run))!;
    private readonly BackgroundJobServer _server;
    private readonly IBackgroundJobClient _client;
    private readonly ParallelOptions _enqueuing;
    private int _batches;

    private HangfirePeer(JobStorage storage, int workers, int enqueuers)
    {
        _enqueuing = new ParallelOptions { MaxDegreeOfParallelism = enqueuers };
        JobStorage.Current = storage;
        _client = HangfireJobs.Client = new BackgroundJobClient(storage);
        _server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = workers }, storage);
    }

    public static HangfirePeer InMemory(int workers)
    {
        GlobalConfiguration.Configuration.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
        return new HangfirePeer(new InMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long }), workers, enqueuers: 1);
    }

    /// <summary>Workers wait for the server most of the time, so there are as many as Hangfire itself has by default, and what is submitted is submitted by several threads.</summary>
    public static HangfirePeer OnPostgreSql(string connection)
    {
        const int workers = 20;
        const int enqueuers = 8;
        GlobalConfiguration.Configuration.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
        var options = new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50), EnableLongPolling = true };
        return new HangfirePeer(new PostgreSqlStorage(new NpgsqlConnectionFactory(connection, options), options), workers, enqueuers);
    }

    public override Task<long> PauseAsync(int tasks, int milliseconds) => throw new NotSupportedException("A job that awaits holds its thread.");

    public override ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Enqueues without an expression tree to take apart, as its guides advise where that is hot.</summary>
    internal static void Enqueue(IBackgroundJobClient client, int batch, Job job)
    {
        (JobKind Kind, long First, long Second) = job switch
        {
            TreeJob tree => (JobKind.Tree, tree.From, tree.Leaves),
            FibJob fib => (JobKind.Fib, (long)fib.N, 0L),
            HopJob hop => (JobKind.Hop, hop.Left, 0L),
            SpinJob spin => (JobKind.Spin, spin.Microseconds, 0L),
            MixedJob mixed => (JobKind.Mixed, mixed.Index, 0L),
            WaitJob => (JobKind.Wait, 0L, 0L),
            _ => (JobKind.One, 0L, 0L),
        };
        client.Create(new Hangfire.Common.Job(typeof(HangfireJobs), RunMethod, batch, Kind, First, Second), new EnqueuedState());
    }

    protected override Task<long> RunAsync(Job[] roots)
    {
        // What has thousands of follow-ups is no job that Hangfire could write: its follow-ups are submitted from outside.
        var jobs = roots.SelectMany(static root =>
        {
            if (root is not ManyJob many)
            {
                return [root];
            }

            many.Run(out var followUps);
            return followUps;
        }).ToArray();
        var number = Interlocked.Increment(ref _batches);
        var batch = HangfireJobs.Batches[number] = new PendingCount(jobs.Length);
        Parallel.ForEach(jobs, _enqueuing, job => Enqueue(_client, number, job));
        return batch.Done;
    }
}

/// <summary>Which job it is.</summary>
public enum JobKind
{
    /// <summary>Yields 1.</summary>
    One,

    /// <summary>Splits until one leaf is left.</summary>
    Tree,

    /// <summary>Splits in two.</summary>
    Fib,

    /// <summary>Is followed by the next one.</summary>
    Hop,

    /// <summary>Computes.</summary>
    Spin,

    /// <summary>Blocks.</summary>
    Mixed,

    /// <summary>Waits at the gate.</summary>
    Wait,
}

/// <summary>What Hangfire calls.</summary>
public static class HangfireJobs
{
    internal static ConcurrentDictionary<int, PendingCount> Batches { get; } = new();

    internal static IBackgroundJobClient Client { get; set; } = null!;

    /// <summary>Runs one.</summary>
    [AutomaticRetry(Attempts = 0)]
    public static void Run(int batch, JobKind kind, long first, long second)
    {
        Job job = kind switch
        {
            JobKind.Tree => new TreeJob(first, second, 10),
            JobKind.Fib => new FibJob((int)first),
            JobKind.Hop => new HopJob((int)first),
            JobKind.Spin => new SpinJob((int)first),
            JobKind.Mixed => new MixedJob((int)first),
            JobKind.Wait => WaitJob.Instance,
            _ => OneJob.Instance,
        };
        var pending = Batches[batch];
        var value = job.Run(out var followUps);
        pending.Spawned(followUps.Length); // before they can end
        foreach (var followUp in followUps)
        {
            HangfirePeer.Enqueue(Client, batch, followUp);
        }

        pending.Ended(value);
    }
}
