using System.Diagnostics;
using System.Globalization;
using Actors.Storage.Tests.Engine;
using Actors.Storage.Victim;
using Xunit.Abstractions;

namespace Actors.Storage.Tests.Kills;

/// <summary>
/// A real process is killed in the midst of its work, again and again, and started again on the same store. Afterwards what its clients were told, what its
/// handlers wrote down and what the store says are held against each other.
/// </summary>
[Collection(nameof(PostgreSqlServer))]
public sealed class KillSpec(PostgreSqlServer server, ITestOutputHelper output)
{
    private const int KeysEachRound = 150;
    private const int KeysEachRoundMax = 3 * KeysEachRound;

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("ACTORS_KILLS") ?? "12", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_doubles_nothing_on_SQLite()
    {
        using var file = new StoreFile();
        await RunAsync(file);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_doubles_nothing_on_PostgreSQL()
    {
        using var database = new StoreDatabase(await server.NewDatabaseAsync());
        await RunAsync(database);
    }

    [Fact]
    public async Task Killed_at_each_point_that_matters_it_loses_nothing_and_doubles_nothing_on_SQLite()
    {
        using var file = new StoreFile();
        await DieEverywhereAsync(file);
    }

    [Fact]
    public async Task Killed_at_each_point_that_matters_it_loses_nothing_and_doubles_nothing_on_PostgreSQL()
    {
        using var database = new StoreDatabase(await server.NewDatabaseAsync());
        await DieEverywhereAsync(database);
    }

    private async Task DieEverywhereAsync(ITestStore store)
    {
        var witnesses = Directory.CreateTempSubdirectory("actors-witness-");
        try
        {
            await DieAsync(CrashPoint.Migrating, 2, "migrate", store.Location);
            var keys = 0;
            foreach (var (point, time) in MortalStore.Points.Select(static (point, index) => (point, 1 + (index % 3))).Concat(MortalStore.PointsOfRecovery.Select(static point => (point, 1))))
            {
                keys += 60;
                await DieAsync(point, time, store.Location, witnesses.FullName, Text(keys));
            }

            await FinishAsync(store, witnesses.FullName, keys, $"died at each of {MortalStore.Points.Count + MortalStore.PointsOfRecovery.Count} points");
            await DieAsync(CrashPoint.Pruning, 3, "prune", store.Location);
            var wrong = new List<string>();
            StoreAdministration.Verify(store.Location, wrong.Add);
            Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
            Assert.NotEmpty(store.Rows());
            using var pruned = Start(["prune", store.Location]);
            await pruned.WaitForExitAsync();
            await EndedWellAsync(pruned);
            Assert.Empty(store.Rows());
        }
        finally
        {
            witnesses.Delete(recursive: true);
        }
    }

    private async Task RunAsync(ITestStore store)
    {
        var witnesses = Directory.CreateTempSubdirectory("actors-witness-");
        try
        {
            await RunAsync(store, witnesses.FullName);
        }
        finally
        {
            witnesses.Delete(recursive: true);
        }
    }

    private async Task RunAsync(ITestStore store, string folder)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("ACTORS_SEED") ?? Environment.TickCount.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        output.WriteLine($"ACTORS_SEED={seed}, {Rounds} kills");
        var chance = new Random(seed);
        var (killed, keys, more) = (0, 0, KeysEachRound);
        for (var round = 1; round <= Rounds; round++)
        {
            keys += more;
            using var victim = Start([store.Location, folder, Text(keys)]);
            using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(chance.Next(150, 1200)));
            try
            {
                await victim.WaitForExitAsync(moment.Token);
                await EndedWellAsync(victim);
                more = Math.Min(more + KeysEachRound, KeysEachRoundMax); // this machine does that much before the moment comes: from now on there is more to do
            }
            catch (OperationCanceledException)
            {
                victim.Kill();
                await victim.WaitForExitAsync();
                killed++;
            }
        }

        await FinishAsync(store, folder, keys, $"{killed} of {Rounds} killed");
        Assert.True(killed * 3 >= Rounds * 2, $"only {killed} of {Rounds} were still at work when they were killed");
    }

    /// <summary>Lets it come to its end, and holds everything against everything.</summary>
    private async Task FinishAsync(ITestStore store, string folder, int keys, string how)
    {
        using var last = Start([store.Location, folder, Text(keys)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await last.WaitForExitAsync(patience.Token);
        await EndedWellAsync(last);
        var found = Checker.Check(Witnessed(folder), store.Rows(), keys, out var summary);
        output.WriteLine($"{how}; {summary}");
        Assert.Equal(0, StoreAdministration.Verify(store.Location, found.Add).Contradictions);
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found.Take(20)));
    }

    /// <summary>Starts the victim, which dies at a point, and makes sure that it did.</summary>
    private static async Task DieAsync(string point, int time, params string[] arguments)
    {
        using var victim = Start([.. arguments], $"{point}:{time}");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await victim.WaitForExitAsync(patience.Token);
        Assert.True(victim.ExitCode == 137, $"It should have died at '{point}' and ended with {victim.ExitCode}: {await victim.StandardError.ReadToEndAsync(patience.Token)}");
    }

    private static async Task EndedWellAsync(Process victim)
    {
        var errors = await victim.StandardError.ReadToEndAsync();
        Assert.True(victim.ExitCode == 0, $"exit code {victim.ExitCode}: {errors}");
    }

    private static Process Start(string[] arguments, string? crashAt = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        start.ArgumentList.Add(typeof(Grow).Assembly.Location);
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["ACTORS_CRASH_AT"] = crashAt;
        return Process.Start(start)!;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static IReadOnlyList<IReadOnlyList<string>> Witnessed(string folder) =>
        [.. Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal).Select(File.ReadAllLines)];
}
