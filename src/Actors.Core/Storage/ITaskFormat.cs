namespace Actors.Storage;

/// <summary>How what belongs to one task type is written into a store, as UTF-8 text. Safe for concurrent use.</summary>
internal interface ITaskFormat
{
    /// <exception cref="PayloadException">The message cannot be written, or is larger than the limit.</exception>
    byte[] WriteMessage(ITaskMessage message);

    /// <exception cref="PayloadException">The bytes cannot be read.</exception>
    ITaskMessage ReadMessage(byte[] bytes);

    /// <summary>The result of a success; null where it says nothing, as <see cref="Unit"/>.</summary>
    /// <exception cref="PayloadException">The result cannot be written, or is larger than the limit.</exception>
    byte[]? WriteResult(Outcome outcome);

    /// <exception cref="PayloadException">The bytes cannot be read.</exception>
    Outcome ReadResult(byte[]? bytes);

    /// <summary>What a fold carries.</summary>
    /// <exception cref="PayloadException">The state cannot be written, or is larger than the limit.</exception>
    byte[] WriteFoldState(object state);

    /// <exception cref="PayloadException">The bytes cannot be read.</exception>
    object ReadFoldState(byte[] bytes);
}
