using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Storage;

/// <summary>Writes objects of registered types as JSON, within the limit, encrypted where that is asked for. Safe for concurrent use.</summary>
internal sealed class PayloadWriter
{
    private readonly JsonSerializerOptions _json;
    private readonly IPayloadProtector? _protector;

    /// <param name="json">The user's options; null means the defaults.</param>
    /// <param name="protector">Null leaves everything readable.</param>
    /// <param name="bytesMax">The limit, of what is written, before it is encrypted.</param>
    public PayloadWriter(JsonSerializerOptions? json, IPayloadProtector? protector, int bytesMax)
    {
        _json = json ?? new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        _json.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        _json.MakeReadOnly();
        _protector = protector;
        BytesMax = bytesMax;
    }

    public int BytesMax { get; }

    // What is encrypted is base64 behind this; no JSON begins so.
    private static ReadOnlySpan<byte> Secret => "enc:"u8;

    /// <exception cref="PayloadException">It cannot be written so.</exception>
    public JsonTypeInfo InfoOf(Type type, string owner)
    {
        try
        {
            return _json.GetTypeInfo(type);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException)
        {
            throw new PayloadException($"{owner}: {type.Name} cannot be written as JSON: {exception.Message}", exception);
        }
    }

    /// <exception cref="PayloadException">It cannot be written, or is too large.</exception>
    public byte[] Write(object? value, JsonTypeInfo type, string what)
    {
        byte[] bytes;
        try
        {
            bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or JsonException or ArgumentException)
        {
            throw new PayloadException($"{what} cannot be written as JSON: {exception.Message}", exception);
        }

        if (bytes.Length > BytesMax)
        {
            throw new PayloadException(
                $"{what} is {bytes.Length} bytes as JSON, and the limit is {BytesMax} (actors.store.payload-max). Keep large data elsewhere and name it in the message.");
        }

        return _protector is null ? bytes : Encode(_protector.Protect(bytes));
    }

    /// <exception cref="PayloadException">It cannot be read.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the user's converter or protector throws: the task fails with it, and the loader goes on.")]
    public object? Read(byte[] bytes, JsonTypeInfo type, string what)
    {
        try
        {
            var plain = bytes.AsSpan().StartsWith(Secret) ? Decode(bytes.AsSpan(Secret.Length)) : bytes;
            return JsonSerializer.Deserialize(plain, type);
        }
        catch (Exception exception)
        {
            throw new PayloadException($"{what} cannot be read from the store: {exception.Message}", exception);
        }
    }

    private static byte[] Encode(byte[] secret)
    {
        var text = new byte[Secret.Length + Base64.GetMaxEncodedToUtf8Length(secret.Length)];
        Secret.CopyTo(text);
        Base64.EncodeToUtf8(secret, text.AsSpan(Secret.Length), out _, out var written);
        return text.AsSpan(0, Secret.Length + written).ToArray();
    }

    private byte[] Decode(ReadOnlySpan<byte> text)
    {
        var protector = _protector ?? throw new InvalidOperationException("it is encrypted, and the program has no protector (TaskRegistry.ProtectPayloads)");
        var secret = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        Base64.DecodeFromUtf8(text, secret, out _, out var written);
        return protector.Unprotect(secret.AsSpan(0, written));
    }
}
