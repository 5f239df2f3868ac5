using System.Diagnostics;
using Actors;
using Actors.Storage.Victim;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Extensions.DependencyInjection;

// victim LOCATION FOLDER KEYS: submits KEYS trees, each under its key, cancels some, and ends when all have ended. Made to be killed, and started again.
// victim prune|migrate LOCATION: deletes all that has ended; makes the store of this version. With ACTORS_CRASH_AT=POINT:N it kills itself: see MortalStore.
if (args is [var deed, var place])
{
    return Chores.Run(deed, place);
}

var (location, folder, keys) = (args[0], args[1], int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
using var witness = new Witness(folder);
var system = ActorSystem.Create("victim", ConfigurationFactory.ParseString($$"""
    {{MortalStoreProvider.Hocon}}
    akka.loglevel = WARNING
    akka.log-dead-letters = on
    actors.worker-losses-max = 1000 # whoever kills at random does not mean the task
    actors.suspect-alone = 20ms
    actors.store.loaded-max = 8 # so that most trees wait in the store alone at first
    """));
try
{
    var services = new ServiceCollection().AddSingleton(witness).BuildServiceProvider();
    var engine = await TaskEngine.StartAsync(
        system,
        tasks => tasks.UseStore(Death.Point is null ? location : "mortal:" + location).AddHandler<GrowHandler>().Configure<Grow>(static type => type with { Retry = RetryPolicy.Default with { Jitter = 0 } }),
        services);
    witness.Write("started");
    var together = new SemaphoreSlim(Death.Point is null ? keys : 4); // few at a time: so that many commits have something new
    await Task.WhenAll(Enumerable.Range(0, keys).Select(SubmitAsync));
    witness.Write("done");
    await system.Terminate();
    return 0;

    async Task SubmitAsync(int number)
    {
        await together.WaitAsync();
        var handle = await engine.Client.SubmitAsync(new Grow(number, 5), new SubmitOptions { Key = $"key {number}" });
        together.Release();
        witness.Write($"ack {number} {handle.Id}");
        if (Node.IsCancelled(number))
        {
            witness.Write($"cancel {number} {(await handle.CancelAsync() ? "ok" : "over")} {Stopwatch.GetTimestamp()}");
        }

        var tree = await handle.TreeAsync();
        var outcome = await handle;
        witness.Write($"outcome {number} {(outcome.IsSucceeded ? outcome.Value : outcome.State)} {tree.Tasks} {tree.State}");
    }
}
catch (StoreException refused)
{
    await Console.Error.WriteLineAsync(refused.Message);
    await system.Terminate();
    return 3;
}
