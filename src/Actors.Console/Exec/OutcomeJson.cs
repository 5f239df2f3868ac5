using System.Globalization;
using System.Text.Json;

namespace Actors.Console.Exec;

/// <summary>The outcomes of joined tasks, for the program that reads them: one JSON array, each outcome on a line of its own.</summary>
internal static class OutcomeJson
{
    /// <summary>Writes them.</summary>
    /// <param name="outcomes">In the order in which they were spawned.</param>
    /// <param name="keys">Their keys; null where none has one.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<Outcome<JsonText>> outcomes, IReadOnlyList<string?>? keys)
    {
        using var text = new MemoryStream();
        text.Write("["u8);
        for (var index = 0; index < outcomes.Count; index++)
        {
            text.Write(index == 0 ? "\n"u8 : ",\n"u8);
            text.Write(JsonText.Of(json =>
            {
                json.WriteStartObject();
                if (keys?[index] is { } key)
                {
                    json.WriteString("key", key);
                }

                WriteMembers(json, outcomes[index]);
                json.WriteEndObject();
            }).Utf8.Span);
        }

        text.Write("\n]\n"u8);
        return text.ToArray();
    }

    /// <summary>The state, and the result or the failure, as members of an object that is begun.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Outcome<JsonText> outcome)
    {
        json.WriteString("state", outcome.State.ToString().ToLowerInvariant());
        if (outcome.IsSucceeded)
        {
            json.WritePropertyName("result");
            json.WriteRawValue(outcome.Value.Utf8.Span, skipInputValidation: true);
        }
        else if (outcome.Failure is { } failure)
        {
            json.WritePropertyName("failure");
            Write(json, failure);
        }
    }

    /// <summary>A failure; <c>code</c> only where a program ended with one.</summary>
    public static void Write(Utf8JsonWriter json, Failure failure)
    {
        const string Exit = "exit ";
        json.WriteStartObject();
        json.WriteString("kind", failure.Kind.ToString().ToLowerInvariant());
        json.WriteString("type", failure.Type);
        if (failure.Type.StartsWith(Exit, StringComparison.Ordinal) && int.TryParse(failure.Type.AsSpan(Exit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            json.WriteNumber("code", code);
        }

        json.WriteString("message", failure.Message);
        json.WriteString("task", failure.TaskId.ToString());
        json.WriteNumber("attempt", failure.Attempt);
        json.WriteEndObject();
    }
}
