using System.Globalization;
using System.Text.Json;

namespace Actors.Console.Lines;

/// <summary>A JSON object of a line, read member by member; whatever is not as it must be is told with its name.</summary>
internal readonly struct LineObject
{
    private readonly JsonElement _element;
    private readonly string _path;

    /// <param name="element">The object.</param>
    /// <param name="path">What it is called in messages; empty for the line itself.</param>
    /// <param name="members">What it may have.</param>
    /// <exception cref="LineException">It is no object, or has something else.</exception>
    public LineObject(JsonElement element, string path, params ReadOnlySpan<string> members)
    {
        (_element, _path) = (element, path);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new LineException($"{(path.Length == 0 ? "a line" : $"'{path}'")} must be a JSON object");
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                throw new LineException($"there is no '{PathOf(member.Name)}'; there are {string.Join(", ", members.ToArray().Select(PathOf))}");
            }
        }
    }

    /// <summary>A member; null where it is absent or null.</summary>
    public JsonElement? Find(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text; null where it is absent.</summary>
    public string? Text(string name, bool mayBeEmpty = false)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var text = TextOf(value, PathOf(name));
        return text.Length > 0 || mayBeEmpty ? text : throw new LineException($"'{PathOf(name)}' must not be empty");
    }

    /// <summary>A text that C can hold; null where it is absent.</summary>
    public string? TextWithoutZero(string name) => Text(name) is { } text ? WithoutZero(text, PathOf(name)) : null;

    /// <summary>A text that must be there.</summary>
    public string Required(string name) => Text(name) ?? throw new LineException($"'{PathOf(name)}' is missing");

    /// <summary>One of several words; null where it is absent.</summary>
    public T? OneOf<T>(string name, params (string Word, T Meaning)[] words)
        where T : struct
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var index = Array.FindIndex(words, word => word.Word == text);
        return index >= 0 ? words[index].Meaning
            : throw new LineException($"'{PathOf(name)}' must be {string.Join(", ", words[..^1].Select(static word => word.Word))} or {words[^1].Word}, but is '{text}'");
    }

    /// <summary>Texts; null where they are absent.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var path = PathOf(name);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((text, index) => WithoutZero(TextOf(text, $"{path}[{index}]"), $"{path}[{index}]"))]
            : throw new LineException($"'{path}' must be a list of texts, such as [\"a\", \"b\"]");
    }

    /// <summary>Names and texts; null where they are absent.</summary>
    public IReadOnlyDictionary<string, string>? Variables(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var path = PathOf(name);
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new LineException($"'{path}' must be an object of texts, such as {{\"LANG\": \"C\"}}");
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in value.EnumerateObject())
        {
            if (variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal) || variable.Name.Contains('\0', StringComparison.Ordinal))
            {
                throw new LineException($"'{path}' has a variable without a name, or with '=' or NUL in it");
            }

            variables[variable.Name] = WithoutZero(TextOf(variable.Value, $"{path}.{variable.Name}"), $"{path}.{variable.Name}");
        }

        return variables;
    }

    /// <summary>A whole number; null where it is absent.</summary>
    public int? Number(string name, int min, int max) => Find(name) is { } value ? NumberOf(value, PathOf(name), min, max) : null;

    /// <summary>Whole numbers; null where they are absent.</summary>
    public IReadOnlyList<int>? Numbers(string name, int min, int max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var path = PathOf(name);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((number, index) => NumberOf(number, $"{path}[{index}]", min, max))]
            : throw new LineException($"'{path}' must be a list of whole numbers, such as [75]");
    }

    /// <summary>A number; null where it is absent.</summary>
    public double? Share(string name, double min, double max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max
            ? number
            : throw new LineException(string.Create(CultureInfo.InvariantCulture, $"'{PathOf(name)}' must be a number from {min} to {max}"));
    }

    /// <summary>A time such as <c>"1.5s"</c>; null where it is absent.</summary>
    public TimeSpan? Duration(string name, bool mayBeZero)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && Lines.Duration.TryParse(TextOf(value, PathOf(name)), out var time) && (mayBeZero || time > TimeSpan.Zero)
            ? time
            : throw new LineException($"'{PathOf(name)}' must be a time{(mayBeZero ? "" : " of more than zero")} with its unit, such as \"250ms\", \"30s\", \"5m\", \"2h\" or \"1d\"");
    }

    /// <summary>A moment; null where it is absent.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var moment) && TextOf(value, name) is var text && (text[^1] == 'Z' || text.AsSpan(10).IndexOfAny('+', '-') >= 0)
            ? moment
            : throw new LineException($"'{PathOf(name)}' must be a moment with its offset, such as \"2030-01-31T08:00:00+01:00\"");
    }

    /// <summary>What a member is called in messages.</summary>
    public string PathOf(string member) => _path.Length == 0 ? member : $"{_path}.{member}";

    private static string WithoutZero(string text, string path) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw new LineException($"'{path}' has a NUL in it, which no program can be given") : text;

    private static int NumberOf(JsonElement value, string path, int min, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw new LineException($"'{path}' must be a whole number from {min} to {max}");

    private static string TextOf(JsonElement value, string path)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new LineException($"'{path}' must be a text");
        }
        catch (InvalidOperationException notUnicode)
        {
            throw new LineException($"'{path}' has half a character in it (a lone surrogate)", notUnicode);
        }
    }
}
