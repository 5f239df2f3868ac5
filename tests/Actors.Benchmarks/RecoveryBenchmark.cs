using System.Diagnostics;
using System.Globalization;
using Actors.Storage;
using Actors.Storage.Tests;
using Akka.Actor;
using Akka.Configuration;

namespace Actors.Benchmarks;

/// <summary>
/// A store with many pending tasks is opened by a new process: when the first task is with a handler, when all are loaded, and how much memory that took. The
/// tasks are roots, which cost most; none ends before all are loaded, so that nothing is spared.
/// </summary>
internal static class RecoveryBenchmark
{
    private const int RowsOfABatch = 20_000;

    public static async Task<int> RunAsync(string[] options)
    {
        if (options is ["open", var opened])
        {
            return await OpenAsync(opened);
        }

        var tasks = Options.Number(options, "--tasks") ?? 1_000_000;
        var rounds = Options.Number(options, "--rounds") ?? 3;
        var folder = Directory.CreateTempSubdirectory("actors-recover-");
        var server = new PostgreSqlServer();
        try
        {
            await server.InitializeAsync();
            foreach (var location in (string[])["sqlite:" + Path.Combine(folder.FullName, "tasks.db"), "postgres:" + await server.NewDatabaseAsync()])
            {
                Fill(location, tasks);
                for (var round = 0; round < rounds; round++)
                {
                    await OpenElsewhereAsync(location);
                }
            }
        }
        finally
        {
            await server.DisposeAsync();
            folder.Delete(recursive: true);
        }

        return 0;
    }

    private static ITaskStore Store(string location) => location.Split(':', 2) switch
    {
        ["sqlite", var file] => new Sqlite.SqliteStoreProvider().Create(file),
        [_, var connection] => new PostgreSql.PostgreSqlStoreProvider().Create(connection),
        _ => throw new ArgumentException(location, nameof(location)),
    };

    private static void Fill(string location, int tasks)
    {
        using var store = Store(location);
        var next = store.Open("a benchmark", takeOver: false).NextTree;
        var now = DateTimeOffset.UtcNow.UtcTicks;
        for (var (number, done) = (1, 0); done < tasks; number++)
        {
            var batch = new StoreBatch { Number = number };
            for (var end = Math.Min(tasks, done + RowsOfABatch); done < end; done++, next++)
            {
                batch.Added.Add(new TaskRow
                {
                    Tree = next,
                    Id = TaskId.FromKey($"{next}"),
                    Parent = TaskRow.None,
                    Type = nameof(Held),
                    Payload = System.Text.Encoding.UTF8.GetBytes($"{{\"Number\":{done}}}"),
                    Join = TaskRow.None,
                    State = TaskState.Ready,
                    DueAt = TaskRow.None,
                    CreatedAt = now,
                    EndedAt = TaskRow.None,
                    EndedOrder = TaskRow.None,
                    TreeEndedAt = TaskRow.None,
                });
                batch.Opened.Add(next);
            }

            (batch.NextTree, batch.LiveTrees, batch.LiveTasks) = (next, done, done);
            store.Commit(batch);
        }
    }

    private static async Task OpenElsewhereAsync(string location)
    {
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { typeof(RecoveryBenchmark).Assembly.Location, "recover", "open", location } };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
    }

    private static async Task<int> OpenAsync(string location)
    {
        using var system = ActorSystem.Create("recovery", ConfigurationFactory.ParseString("""
            akka.loglevel = WARNING
            akka.coordinated-shutdown.run-by-actor-system-terminate = off
            actors.default-pool.workers = 2
            """));
        HeldHandler.Watch.Restart();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.UseStore(location).AddHandler<HeldHandler>());
        EngineProgress? last = null;
        await foreach (var progress in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(10)))
        {
            last = progress;
            if (progress.Store is { IsRecovering: false })
            {
                break;
            }
        }

        var loaded = HeldHandler.Watch.Elapsed;
        using var process = Process.GetCurrentProcess();
        var (peak, processor) = (process.PeakWorkingSet64, process.TotalProcessorTime);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{location.Split(':')[0],-10} {last!.Live,10} live   first with a handler after {HeldHandler.First.TotalSeconds:0.000} s   all loaded after {loaded.TotalSeconds:0.00} s   at most {peak / 1e6:0} MB ({GC.GetTotalMemory(forceFullCollection: true) / 1e6:0} MB live), {processor.TotalSeconds:0.00} s of processor time"));
        Environment.Exit(0);
        return 0;
    }
}

/// <summary>Waits for ever.</summary>
internal sealed record Held(int Number) : ITask;

internal sealed class HeldHandler : IAsyncTaskHandler<Held, Unit>
{
    private static int _started;

    public static Stopwatch Watch { get; } = new();

    public static TimeSpan First { get; private set; }

    public async ValueTask<Ending<Unit>> HandleAsync(Held task, TaskContext context)
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            First = Watch.Elapsed;
        }

        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return context.Done();
    }
}
