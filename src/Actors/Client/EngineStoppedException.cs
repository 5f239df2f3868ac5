namespace Actors;

/// <summary>The engine stops or has stopped: it takes no tasks from outside, and in memory what it had left is gone.</summary>
public sealed class EngineStoppedException : Exception
{
    /// <summary>Without a message.</summary>
    public EngineStoppedException()
    {
    }

    /// <summary>With a message.</summary>
    public EngineStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>With a message, and what was behind it.</summary>
    public EngineStoppedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
