using System.Text.Json.Serialization.Metadata;
using Actors.Ledger;

namespace Actors.Storage;

/// <summary>How one task type is written: by exactly its own types, nothing polymorphic.</summary>
internal sealed class JsonTaskFormat : ITaskFormat
{
    private readonly PayloadWriter _writer;
    private readonly JsonTypeInfo _message;
    private readonly JsonTypeInfo _result;
    private readonly JsonTypeInfo? _state;
    private readonly string _theMessage;
    private readonly string _theResult;
    private readonly string _theState;
    private readonly object? _nothing;

    /// <param name="writer">Writes.</param>
    /// <param name="name">The task type.</param>
    /// <param name="message">Its message.</param>
    /// <param name="result">Its result.</param>
    /// <param name="state">What it carries as a fold; null for all others.</param>
    /// <exception cref="PayloadException">One of the types cannot be written as JSON.</exception>
    public JsonTaskFormat(PayloadWriter writer, string name, Type message, Type result, Type? state)
    {
        _writer = writer;
        (_theMessage, _theResult, _theState) = ($"The message of task type '{name}'", $"The result of task type '{name}'", $"The state of fold '{name}'");
        _message = writer.InfoOf(message, name);
        _result = writer.InfoOf(result, name);
        _nothing = result == typeof(Unit) ? Unit.Value : null;
        _state = state is null ? null : writer.InfoOf(state, name);
    }

    /// <summary>Makes the outcome of a result that was read.</summary>
    public TaskType Type { get; set; } = null!;

    public byte[] WriteMessage(ITaskMessage message) => _writer.Write(message, _message, _theMessage);

    public ITaskMessage ReadMessage(byte[] bytes) => (ITaskMessage?)_writer.Read(bytes, _message, _theMessage)
        ?? throw new PayloadException($"{_theMessage} is null in the store.");

    public byte[]? WriteResult(Outcome outcome) =>
        outcome.UntypedValue is null or Unit ? null : _writer.Write(outcome.UntypedValue, _result, _theResult);

    public Outcome ReadResult(byte[]? bytes) =>
        Type.Succeeded(bytes is null ? _nothing : _writer.Read(bytes, _result, _theResult));

    public byte[] WriteFoldState(object state)
    {
        var carried = (Registration.CarriedState)state;
        return carried.Json ??= _writer.Write(carried.Value, _state!, _theState);
    }

    public object ReadFoldState(byte[] bytes) => _writer.Read(bytes, _state!, _theState)!;
}
