namespace Actors.Console.Configuration;

/// <summary>The command cannot start as it was given: an option, a folder or the configuration is wrong. Ends the process with exit code 2.</summary>
/// <param name="message">One sentence that says what is wrong and where.</param>
/// <param name="cause">What was behind it, for <c>--verbose</c>.</param>
internal sealed class UsageException(string message, Exception? cause = null) : Exception(message, cause);
