using System.Collections.Concurrent;
using Actors.Simulation.Stores;

namespace Actors.Storage.Tests.Engine;

/// <summary>Stores at <c>shared:NAME</c>, in the memory of the test run. Made by the engine, by its name in HOCON.</summary>
internal sealed class MemoryStoreProvider : IStoreProvider
{
    /// <summary>What makes the engine know of it.</summary>
    public const string Hocon = "actors.store.providers.shared = \"Actors.Storage.Tests.Engine.MemoryStoreProvider, Actors.Storage.Tests\"\n";

    private static readonly ConcurrentDictionary<string, MemoryPlace> Places = new();

    public static MemoryPlace PlaceOf(string name) => Places.GetOrAdd(name, static _ => new MemoryPlace());

    public ITaskStore Create(string place) => PlaceOf(place).NewStore();
}

/// <summary>What stores in the memory of the test run are made to do.</summary>
internal static class MemoryPlaceExtensions
{
    extension(MemoryPlace place)
    {
        /// <summary>Calls of that kind end only when they may.</summary>
        public void Hold(StoreCall held, ManualResetEventSlim mayGoOn) => place.Faults = call =>
        {
            if (call == held)
            {
                mayGoOn.Wait(EachStoreSpec.Patience);
            }

            return StoreFault.None;
        };
    }
}
