using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Actors.Console.Commands;

/// <summary>The help of any command, and below it what there is to explain and what the exit codes mean.</summary>
internal sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var exit = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExplainedCommand explained)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(explained.Explanation);
        }

        parseResult.InvocationConfiguration.Output.WriteLine(ExitCode.Help);
        return exit;
    }
}
