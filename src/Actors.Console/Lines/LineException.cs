namespace Actors.Console.Lines;

/// <summary>A line is wrong; the message says what about it.</summary>
internal sealed class LineException(string message, Exception? innerException = null) : Exception(message, innerException);
