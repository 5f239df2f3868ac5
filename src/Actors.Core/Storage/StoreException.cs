namespace Actors;

/// <summary>A store cannot be used: the message says which, why, and what to do. It was left as it is.</summary>
public class StoreException : Exception
{
    /// <summary>No message.</summary>
    public StoreException()
    {
    }

    /// <summary>With a message.</summary>
    /// <param name="message">Which store, why, and what to do.</param>
    public StoreException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">Which store, why, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Another process has taken the store over: what this one did since is not in it, and it must stop.</summary>
public sealed class StoreFencedException : StoreException
{
    /// <summary>No message.</summary>
    public StoreFencedException()
    {
    }

    /// <summary>With a message.</summary>
    /// <param name="message">Which store.</param>
    public StoreFencedException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    /// <param name="message">Which store.</param>
    /// <param name="innerException">The cause.</param>
    public StoreFencedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
