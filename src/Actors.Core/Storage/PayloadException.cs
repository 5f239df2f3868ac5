namespace Actors;

/// <summary>A message, a result or the state of a fold cannot be written into the store, or not be read from it. The message names task type, size and limit.</summary>
public sealed class PayloadException : Exception
{
    /// <summary>No message.</summary>
    public PayloadException()
    {
    }

    /// <summary>With a message.</summary>
    /// <param name="message">Which task type, and why.</param>
    public PayloadException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">Which task type, and why.</param>
    /// <param name="innerException">The cause.</param>
    public PayloadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
