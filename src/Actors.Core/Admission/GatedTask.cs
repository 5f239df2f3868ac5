namespace Actors.Admission;

/// <summary>What a task has besides where its type has gates.</summary>
internal sealed class GatedTask
{
    /// <summary>Its keys, until it is known what they lead to.</summary>
    public string?[]? Keys { get; set; }

    /// <summary>The lane it waits in or started from; null where no limit and no rate concerns it.</summary>
    public Lane? Lane { get; set; }

    /// <summary>Its age among those that wait; 0 where it has run since, and will be a new one.</summary>
    public long Order { get; set; }

    /// <summary>The number of its last pass through the gates of its lane: passes are numbered in order.</summary>
    public long Passage { get; set; }

    /// <summary>The sequence that it stands in; null where it keeps none.</summary>
    public Sequence? Sequence { get; set; }

    /// <summary>Who comes after it there.</summary>
    public Ledger.TaskRecord? Next { get; set; }

    /// <summary>Whether it has taken a place in its sequence, or will have when all live tasks are back from the store.</summary>
    public bool HasEntered { get; set; }

    /// <summary>Whether it has left its sequence.</summary>
    public bool HasLeft { get; set; }
}
