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
        var killed = 0;
        for (var round = 1; round <= Rounds; round++)
        {
            using var victim = Start(store.Location, folder, round * KeysEachRound);
            using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(chance.Next(150, 1200)));
            try
            {
                await victim.WaitForExitAsync(moment.Token);
                await EndedWellAsync(victim);
            }
            catch (OperationCanceledException)
            {
                victim.Kill();
                await victim.WaitForExitAsync();
                killed++;
            }
        }

        using var last = Start(store.Location, folder, Rounds * KeysEachRound);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await last.WaitForExitAsync(patience.Token);
        await EndedWellAsync(last);
        var found = Checker.Check(Witnessed(folder), store.Rows(), Rounds * KeysEachRound, out var summary);
        output.WriteLine($"{killed} of {Rounds} killed; {summary}");
        Assert.Equal(0, StoreAdministration.Verify(store.Location, found.Add).Contradictions);
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found.Take(20)));
        Assert.True(killed * 3 >= Rounds * 2, $"only {killed} of {Rounds} were still at work when they were killed");
    }

    private static async Task EndedWellAsync(Process victim)
    {
        var errors = await victim.StandardError.ReadToEndAsync();
        Assert.True(victim.ExitCode == 0, $"exit code {victim.ExitCode}: {errors}");
    }

    private static Process Start(string location, string folder, int keys)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(Grow).Assembly.Location, location, folder, keys.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static IReadOnlyList<IReadOnlyList<string>> Witnessed(string folder) =>
        [.. Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal).Select(File.ReadAllLines)];
}
