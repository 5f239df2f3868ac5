namespace Actors;

/// <summary>Which live tasks. What is null does not matter; with nothing at all it is every task. Immutable.</summary>
public sealed record TaskFilter
{
    /// <summary>The name of their type.</summary>
    public string? Type { get; init; }

    /// <summary>The name of their pool.</summary>
    public string? Pool { get; init; }

    /// <summary>Where they stand. One that has ended is not live: no task has such a state.</summary>
    public TaskState? State { get; init; }

    /// <summary>The root of their tree.</summary>
    public TaskId? RootId { get; init; }

    /// <summary>The key that their tree was submitted with.</summary>
    public string? Key { get; init; }

    /// <summary>Only those of trees that were submitted longer ago than this.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>As it stands in the audit.</summary>
    public override string ToString()
    {
        string?[] parts =
        [
            Type is null ? null : $"type={Type}",
            Pool is null ? null : $"pool={Pool}",
            State is null ? null : $"state={State}",
            RootId is null ? null : $"tree={RootId}",
            Key is null ? null : $"key={Key}",
            OlderThan is null ? null : $"older-than={OlderThan}",
        ];
        return string.Join(' ', parts.Where(static part => part is not null)) is { Length: > 0 } text ? text : "everything";
    }

    internal TaskId? Tree => RootId ?? (Key is { } key ? TaskId.FromKey(key) : null);
}
