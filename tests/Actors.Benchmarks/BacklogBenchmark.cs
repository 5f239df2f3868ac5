using System.Diagnostics;
using System.Globalization;
using Actors.Storage.Tests;
using Akka.Actor;
using Akka.Configuration;

namespace Actors.Benchmarks;

/// <summary>
/// More tasks than memory should hold: they are submitted while their pool is paused, one process after the other opens the store, and then all run. What each process needs at most.
/// </summary>
internal static class BacklogBenchmark
{
    private const int Submission = 1_000;
    private const int InFlight = 16;

    public static async Task<int> RunAsync(string[] options)
    {
        switch (options)
        {
            case ["fill", var location, var count]:
                return await FillAsync(location, int.Parse(count, CultureInfo.InvariantCulture));
            case ["drain", var location, var count]:
                return await DrainAsync(location, int.Parse(count, CultureInfo.InvariantCulture));
        }

        var tasks = Options.Number(options, "--tasks") ?? 10_000_000;
        var kind = Options.Text(options, "--store") ?? "sqlite";
        var folder = Directory.CreateTempSubdirectory("actors-backlog-");
        var server = kind == "postgres" ? new PostgreSqlServer() : null;
        try
        {
            await (server?.InitializeAsync() ?? Task.CompletedTask);
            var location = server is null ? "sqlite:" + Path.Combine(folder.FullName, "tasks.db") : "postgres:" + await server.NewDatabaseAsync();
            Console.WriteLine($"{tasks:N0} tasks pending on {kind}, {Environment.ProcessorCount} processor(s); a process each");
            return await ElsewhereAsync("fill", location, tasks) + await ElsewhereAsync("drain", location, tasks);
        }
        finally
        {
            await (server?.DisposeAsync() ?? Task.CompletedTask);
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> ElsewhereAsync(string phase, string location, int tasks)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(BacklogBenchmark).Assembly.Location, "backlog", phase, location, tasks.ToString(CultureInfo.InvariantCulture) },
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task<int> FillAsync(string location, int tasks)
    {
        var watch = Stopwatch.StartNew();
        using var system = NewSystem();
        var engine = await StartAsync(system, location);
        await engine.Control.PausePoolAsync("default");
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(SubmitAsync)));
        var progress = await engine.Client.ProgressAsync();
        Tell($"submitted {progress.Live:N0} ({progress.Live / watch.Elapsed.TotalSeconds:N0}/s)", watch);
        await system.Terminate();
        return 0;

        async Task SubmitAsync()
        {
            for (int from; (from = Interlocked.Add(ref next, Submission) - Submission) < tasks;)
            {
                await engine.Client.SubmitManyAsync(Enumerable.Range(from, Math.Min(Submission, tasks - from)).Select(static number => new Numbered(number)));
            }
        }
    }

    private static async Task<int> DrainAsync(string location, int tasks)
    {
        var watch = Stopwatch.StartNew();
        using var system = NewSystem();
        var engine = await StartAsync(system, location);
        await UntilAsync(engine, static progress => progress.Store is { IsRecovering: false });
        Tell("opened", watch);
        watch.Restart();
        await engine.Control.ResumePoolAsync("default");
        await UntilAsync(engine, static progress => progress.LiveTrees == 0);
        Tell($"ran ({tasks / watch.Elapsed.TotalSeconds:N0}/s)", watch);
        await system.Terminate();
        var isRight = NumberedHandler.Sum == (long)tasks * (tasks - 1) / 2 && NumberedHandler.Runs == tasks;
        Console.WriteLine(isRight ? "each once" : $"WRONG: {NumberedHandler.Runs:N0} runs, {NumberedHandler.Sum:N0} their sum");
        return isRight ? 0 : 1;
    }

    private static async Task UntilAsync(TaskEngine engine, Func<EngineProgress, bool> condition)
    {
        await foreach (var progress in engine.Client.WatchAsync(TimeSpan.FromMilliseconds(50)))
        {
            if (condition(progress))
            {
                return;
            }
        }
    }

    private static void Tell(string what, Stopwatch watch)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-40} {watch.Elapsed.TotalSeconds,8:0.0} s   at most {process.PeakWorkingSet64 / 1e6:0} MB ({GC.GetTotalMemory(forceFullCollection: true) / 1e6:0} MB live)"));
    }

    private static ActorSystem NewSystem() => ActorSystem.Create("backlog", ConfigurationFactory.ParseString("""
        akka.loglevel = WARNING
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        actors.default-pool.workers = 2
        """));

    private static Task<TaskEngine> StartAsync(ActorSystem system, string location) => TaskEngine.StartAsync(system, tasks => tasks.UseStore(location).AddHandler<NumberedHandler>());
}

/// <summary>Has a number of its own.</summary>
internal sealed record Numbered(int Number) : ITask;

internal sealed class NumberedHandler : ITaskHandler<Numbered, Unit>
{
    private static long _sum;
    private static long _runs;

    public static long Sum => Interlocked.Read(ref _sum);

    public static long Runs => Interlocked.Read(ref _runs);

    public Ending<Unit> Handle(Numbered task, TaskContext context)
    {
        Interlocked.Add(ref _sum, task.Number);
        Interlocked.Increment(ref _runs);
        return context.Done();
    }
}
