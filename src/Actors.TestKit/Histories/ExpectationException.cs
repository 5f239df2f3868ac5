namespace Actors.TestKit;

/// <summary>Something that a test expects is not so. The message is written for people: what was expected, what was, and the tasks drawn.</summary>
public sealed class ExpectationException : Exception
{
    /// <summary>Without a message.</summary>
    public ExpectationException()
    {
    }

    /// <summary>With a message.</summary>
    public ExpectationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message, and what was behind it.</summary>
    public ExpectationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
