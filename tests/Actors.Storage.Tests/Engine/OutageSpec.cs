using System.Diagnostics;
using Actors.Sqlite;
using Xunit.Abstractions;

namespace Actors.Storage.Tests.Engine;

/// <summary>The store goes away under an engine at work, and comes back.</summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class OutageSpec(PostgreSqlServer server, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("immediate")]
    [InlineData("fast")]
    public async Task A_server_that_is_stopped_and_started_again_loses_nothing_and_doubles_nothing(string mode)
    {
        using var database = new StoreDatabase(await server.NewDatabaseAsync());
        await WorkThroughAsync(database, () => server.StopAsync(mode), server.StartAsync);
    }

    [Fact]
    public async Task A_server_that_is_frozen_is_waited_for()
    {
        using var database = new StoreDatabase(await server.NewDatabaseAsync());
        await WorkThroughAsync(database, server.FreezeAsync, server.ThawAsync, ";Command Timeout=2;Cancellation Timeout=500;Timeout=2");
    }

    [Fact]
    public async Task A_disk_that_is_full_is_waited_for()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
        {
            output.WriteLine("Skipped: only root on Linux can make a small disk.");
            return;
        }

        using var disk = new SmallDisk();
        using var file = new StoreFile(disk.Path);
        await WorkThroughAsync(
            file,
            () =>
            {
                disk.Fill();
                return Task.CompletedTask;
            },
            () =>
            {
                disk.Empty();
                return Task.CompletedTask;
            });
    }

    [Fact]
    public async Task A_file_that_another_program_has_locked_is_waited_for()
    {
        using var file = new StoreFile();
        Database? other = null;
        await WorkThroughAsync(
            file,
            () =>
            {
                other = new Database(file.Path, TimeSpan.FromSeconds(10));
                other.Run("BEGIN IMMEDIATE");
                return Task.CompletedTask;
            },
            () =>
            {
                other!.Run("ROLLBACK");
                other.Dispose();
                return Task.CompletedTask;
            });
    }

    private static async Task WorkThroughAsync(ITestStore store, Func<Task> breakIt, Func<Task> mendIt, string more = "")
    {
        await using var engine = await Incarnation.StartAsync(store.Location + more, hocon: "akka.loglevel = OFF\nactors.store.waiting-max = 50");
        var before = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => engine.Client.SubmitAsync(new Count(4, 5), new SubmitOptions { Key = $"before {number}" })));
        await breakIt();

        // Submitted into the outage: some are accepted once it is over, and beyond the bound they are refused at once. Nobody hangs.
        var during = Enumerable.Range(0, 500).Select(number => engine.Client.SubmitAsync(new Count(0, 1), new SubmitOptions { Delay = TimeSpan.FromMilliseconds(1) })).ToList();
        await AwayAsync(engine);
        during.AddRange(Enumerable.Range(0, 100).Select(_ => engine.Client.SubmitAsync(new Count(0, 1))));
        await Task.WhenAny(during[^1], Task.Delay(Patience));
        Assert.Contains(during, static submission => submission.IsFaulted);
        await mendIt();
        var watch = Stopwatch.StartNew();
        await engine.UntilAsync(static progress => progress.Store!.AwayFor is null);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed} to notice that the store is back."); // 10 s, and as much for a busy machine
        foreach (var handle in before)
        {
            Assert.Equal(625, (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
            Assert.Equal(937, (await handle.TreeAsync().WaitAsync(Patience)).Tasks);
        }

        var accepted = 0;
        foreach (var submission in during)
        {
            if (await AcceptedAsync(submission) is { } handle)
            {
                Assert.Equal(1, (await handle.OutcomeAsync().WaitAsync(Patience)).Value);
                accepted++;
            }
        }

        Assert.Equal(625, (await (await engine.Client.SubmitAsync(new Count(4, 5))).OutcomeAsync().WaitAsync(Patience)).Value);
        Assert.Null((await engine.Client.ProgressAsync()).Store!.AwayFor);
        await engine.CrashAsync();
        var wrong = new List<string>();
        StoreAdministration.Verify(store.Location, wrong.Add);
        Assert.Empty(wrong);
        Assert.Equal((21 * 937) + accepted, store.Rows().Count);
    }

    private static async Task<TaskHandle<long>?> AcceptedAsync(Task<TaskHandle<long>> submission)
    {
        try
        {
            return await submission.WaitAsync(Patience);
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private static Task<EngineProgress> AwayAsync(Incarnation engine) => engine.UntilAsync(static progress => progress.Store!.AwayFor is not null);
}
