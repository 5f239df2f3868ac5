using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace Actors.Storage;

/// <summary>Reads the live trees for the recovery, a window at a time, on a thread of its own, while the coordinator works on the window before.</summary>
internal sealed class StoreReader(OpenedStore opened, IActorRef coordinator) : UntypedActor
{
    private const int Window = 512;

    // Two in turn: the coordinator asks for the next when it begins with one, so the other is done with. A new one each time would be large garbage.
    private readonly TaskRow[][] _windows = [new TaskRow[Window], new TaskRow[Window]];
    private ITaskReader? _reader;
    private int _turn;

    public static Props Props(OpenedStore opened, IActorRef coordinator) => Akka.Actor.Props.Create(() => new StoreReader(opened, coordinator));

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a store throws: half a recovery is none, and the engine says so and stops.")]
    protected override void OnReceive(object message)
    {
        try
        {
            _reader ??= opened.Store.ReadLiveTrees(opened.Opening.NextTree);
            var rows = _windows[_turn++ % 2];
            var count = _reader.Read(rows);
            coordinator.Tell(new RowsRead(rows, count));
            if (count == 0)
            {
                Context.Stop(Self);
            }
        }
        catch (Exception exception)
        {
            coordinator.Tell(new StoreLost(new StoreException($"The live tasks cannot be read from the store {opened.Store.Name}: {exception.Message}", exception)));
            Context.Stop(Self);
        }
    }

    protected override void PostStop() => _reader?.Dispose();
}
