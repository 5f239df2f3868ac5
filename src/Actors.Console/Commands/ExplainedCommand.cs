using System.CommandLine;

namespace Actors.Console.Commands;

/// <summary>A command whose help says more than what its options are.</summary>
internal sealed class ExplainedCommand(string name, string description, string explanation) : Command(name, description)
{
    /// <summary>What the help says below the options.</summary>
    public string Explanation => explanation;
}
