using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors.Console.Scanning.Storage;

/// <summary>Writes a type as another that JSON can hold.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <typeparam name="TStored">What stands in the store for it.</typeparam>
internal sealed class Surrogate<T, TStored>(Func<T, TStored> write, Func<TStored, T> read) : JsonConverter<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        read(JsonSerializer.Deserialize<TStored>(ref reader, options) ?? throw new JsonException($"A {typeof(T).Name} is null."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, write(value), options);
}
