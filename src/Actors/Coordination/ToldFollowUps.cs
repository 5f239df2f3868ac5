using Actors.Ledger;
using Actors.Registration;
using Akka.Event;

namespace Actors.Coordination;

/// <summary>Follow-ups that somebody tells the coordinator on behalf of a running task. Never answered: what is dropped is logged.</summary>
internal static class ToldFollowUps
{
    public static void Hold(TaskProtocol.Spawn spawn, TaskLedger ledger, TaskCatalog catalog, ILoggingAdapter log)
    {
        if (catalog.FindTypeOf(spawn.Task) is not { } type)
        {
            log.Error("A follow-up {Message} was told for task {TaskId}, and no handler is registered for it: it is dropped", spawn.Task, spawn.Parent);
        }
        else if (!ledger.Hold(
            spawn.Parent, spawn.Run, (id, path) => new TaskRecord(id, type, spawn.Task, path, spawn.Options) { Stored = spawn.Stored }))
        {
            log.Warning(
                "A follow-up of type {TaskType} was told for task {TaskId}, attempt {Attempt}, which is not running: it is dropped",
                type.Name, spawn.Parent, spawn.Attempt);
        }
    }
}
