namespace Actors.Console.Configuration;

/// <summary>What is wrong with a HOCON text, and where; line and column are 1-based.</summary>
internal sealed record HoconFault(int Line, int Column, string What);
