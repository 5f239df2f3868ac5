using Actors.Ledger;

namespace Actors.Admission;

/// <summary>The live tasks of one key of an order, in the order in which they became real. The first alone may run.</summary>
internal sealed class Sequence(OrderRule rule, string key)
{
    public OrderRule Rule { get; } = rule;

    public string Key { get; } = key;

    /// <summary>Whose turn it is.</summary>
    public TaskRecord? First { get; private set; }

    private TaskRecord? Last { get; set; }

    public void Add(TaskRecord task)
    {
        if (Last is null)
        {
            First = Last = task;
        }
        else
        {
            Last.Gated!.Next = task;
            Last = task;
        }
    }

    /// <summary>Passes over those who have left.</summary>
    public void Advance()
    {
        while (First is { Gated: { HasLeft: true } left })
        {
            First = left.Next;
            left.Next = null;
        }

        if (First is null)
        {
            Last = null;
        }
    }

    /// <summary>How many stand before a task; -1 where it is not here.</summary>
    public int PlaceOf(TaskRecord task)
    {
        var place = 0;
        for (var step = First; step is not null; step = step.Gated!.Next)
        {
            if (step == task)
            {
                return place;
            }

            place += step.Gated!.HasLeft ? 0 : 1;
        }

        return -1;
    }
}
