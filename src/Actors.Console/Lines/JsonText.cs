using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Console;

/// <summary>A JSON value as it is written: what every line of a file of tasks yields, whatever its type. Immutable.</summary>
/// <param name="Utf8">One JSON value.</param>
[JsonConverter(typeof(JsonTextConverter))]
internal sealed record JsonText(ReadOnlyMemory<byte> Utf8)
{
    /// <summary>The text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>Writes a value.</summary>
    public static JsonText Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return new JsonText(buffer.WrittenSpan.ToArray());
    }
}

/// <summary>Passes the value on as it is.</summary>
internal sealed class JsonTextConverter : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new JsonText(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
    }

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
