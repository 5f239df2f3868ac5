using Actors.Ledger;

namespace Actors.Storage;

/// <summary>Writes a new task where it is made, on its maker's thread: what cannot be stored fails there, and the coordinator only passes bytes on.</summary>
internal static class StoredTasks
{
    /// <returns>Null where there is no store.</returns>
    /// <exception cref="PayloadException">The message cannot be written, or is too large.</exception>
    /// <exception cref="ArgumentException">The options cannot stand in a store.</exception>
    public static StoredTask? Of(TaskType type, ITaskMessage message, SpawnOptions? options)
    {
        if (type.Format is null)
        {
            return null;
        }

        if (options?.Retry is { HasExceptions: true })
        {
            throw new ArgumentException(
                $"The retry policy of this {type.Name} has rules for exceptions, which cannot stand in a store. Configure them on the type: TaskRegistry.Configure.", nameof(options));
        }

        return new StoredTask(type.Format.WriteMessage(message));
    }
}
