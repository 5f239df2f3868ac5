namespace Actors;

/// <summary>The engine cannot start with the handlers as they are registered: the message names the type and the remedy.</summary>
public sealed class TaskRegistrationException : Exception
{
    /// <summary>Without a message.</summary>
    public TaskRegistrationException()
    {
    }

    /// <summary>With a message that names the type and the remedy.</summary>
    public TaskRegistrationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message that names the type and the remedy, and what was behind it.</summary>
    public TaskRegistrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
