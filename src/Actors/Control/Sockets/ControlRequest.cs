using System.Text.Json;

namespace Actors.Control.Sockets;

/// <summary>What a request says besides what it asks for, read member by member.</summary>
internal sealed class ControlRequest(JsonElement request)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal) { "v", "do" };

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name)
    {
        _known.Add(name);
        if (!request.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : throw Wrong(name, "a text that is not empty");
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "a text"); // with half a character in it
        }
    }

    /// <summary>A whole number; null where it is absent.</summary>
    public long? Number(string name, long min, long max)
    {
        _known.Add(name);
        if (!request.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max ? number : throw Wrong(name, $"a whole number from {min} to {max}");
    }

    /// <summary>Whether something is so; false where it is absent.</summary>
    public bool Flag(string name)
    {
        _known.Add(name);
        return request.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false"));
    }

    /// <summary>An id; null where it is absent.</summary>
    public TaskId? Id(string name) => Text(name) is not { } text ? null : TaskId.TryParse(text, out var id) ? id : throw Wrong(name, "an id: 32 hexadecimal digits");

    /// <summary>A state; null where it is absent.</summary>
    public TaskState? State(string name) =>
        Text(name) is not { } text ? null
        : Enum.TryParse<TaskState>(text, ignoreCase: true, out var state) && Enum.IsDefined(state) && !int.TryParse(text, out _) ? state
        : throw Wrong(name, $"one of {string.Join(", ", Enum.GetNames<TaskState>().Select(static one => one.ToLowerInvariant()))}");

    /// <summary>Refuses what nobody has read: a filter that is not understood must not choose everything.</summary>
    /// <exception cref="ControlException">There is something.</exception>
    public void ThrowIfOther()
    {
        foreach (var member in request.EnumerateObject())
        {
            if (!_known.Contains(member.Name))
            {
                throw new ControlException("bad-request", $"there is no '{member.Name}' here");
            }
        }
    }

    private static ControlException Wrong(string name, string wanted) => new("bad-request", $"'{name}' must be {wanted}");
}
