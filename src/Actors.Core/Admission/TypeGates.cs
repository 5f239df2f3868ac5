using System.Diagnostics.CodeAnalysis;

namespace Actors.Admission;

/// <summary>What tasks of a type have to pass before they run. Immutable.</summary>
/// <param name="uses">Limits and rates; a task passes all of them at once, or none.</param>
/// <param name="order">The order that they keep; null where they keep none.</param>
internal sealed class TypeGates(IReadOnlyList<GateUse> uses, OrderUse? order)
{
    public IReadOnlyList<GateUse> Uses { get; } = uses;

    public OrderUse? Order { get; } = order;

    /// <summary>A task's keys: one for each of <see cref="Uses"/>, and then the one of <see cref="Order"/>. A null one says that this gate is none for this task.</summary>
    /// <remarks>Asked where the task is made, so that what a selector throws is thrown there.</remarks>
    public string?[] KeysOf(ITaskMessage message)
    {
        var keys = new string?[Uses.Count + (Order is null ? 0 : 1)];
        for (var index = 0; index < Uses.Count; index++)
        {
            keys[index] = Uses[index].Key(message);
        }

        if (Order is { } order)
        {
            keys[^1] = order.Key(message);
        }

        return keys;
    }

    /// <summary>For a task that came back from a store, or was made by somebody else: nobody is there to catch what its selector throws, or that its message cannot be read.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a selector throws: the task goes under the empty keys; where its message cannot be read, its attempt fails with that.")]
    public string?[] KeysOf(Ledger.TaskRecord task)
    {
        try
        {
            return KeysOf(task.Message);
        }
        catch (Exception)
        {
            var keys = new string?[Uses.Count + (Order is null ? 0 : 1)];
            Array.Fill(keys, "");
            return keys;
        }
    }
}

/// <summary>A limit or rate, and the key under which a task comes to it.</summary>
internal readonly record struct GateUse(GateRule Rule, Func<ITaskMessage, string?> Key);

/// <summary>An order, and the key under which a task stands in it.</summary>
internal sealed record OrderUse(OrderRule Rule, Func<ITaskMessage, string?> Key);
