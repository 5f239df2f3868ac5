using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Actors.Console.Configuration;
using Actors.Console.Display;

namespace Actors.Console.Commands;

/// <summary>The command line: parses it, runs the command, and turns whatever goes wrong into one line and an exit code.</summary>
internal static class ActorsCommand
{
    // A folder may be called "@name": that is a folder here, and no file of arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    // Errors are told here, and signals are the commands' own.
    private static readonly InvocationConfiguration Invoking = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    /// <summary>Runs it.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var given = Create().Parse(args, Parsing);
        try
        {
            ThrowIfWrong(given);
            return await given.InvokeAsync(Invoking).ConfigureAwait(false);
        }
        catch (UsageException wrong)
        {
            return await TellAsync(wrong, given, ExitCode.Usage).ConfigureAwait(false);
        }
        catch (Exception unexpected)
        {
            return await TellAsync(unexpected, given, ExitCode.Errors).ConfigureAwait(false);
        }
    }

    // No RootCommand: that would call itself by the name of the assembly.
    private static Command Create()
    {
        var actors = new Command("actors", "Tasks that spawn tasks and never wait.")
        {
            ScanCommand.Create(),
            FollowUpCommand.Create(),
            TreeCommand.Create(),
            RunCommand.Create(),
            StoreCommand.Create(),
            EngineOptions.Hocon,
            EngineOptions.Verbose,
            new HelpOption { Action = new HelpWithExitCodes(new HelpAction()) },
            new VersionOption(),
        };
        foreach (var command in ControlCommand.CreateAll())
        {
            actors.Add(command);
        }

        return actors;
    }

    private static void ThrowIfWrong(ParseResult given)
    {
        if (given.Action is HelpWithExitCodes)
        {
            return;
        }

        // What looks like an option and is none ends up as the folder.
        if (ScanCommand.GivenFolder(given) is ['-', ..] folder && !given.Tokens.Any(token => token.Type == TokenType.DoubleDash))
        {
            throw new UsageException($"there is no option '{folder}' (a folder of that name is './{folder}'); see 'actors scan --help'");
        }

        if (RunCommand.GivenFile(given) is ['-', _, ..] file && !given.Tokens.Any(token => token.Type == TokenType.DoubleDash))
        {
            throw new UsageException($"there is no option '{file}' (a file of that name is './{file}'); see 'actors run --help'");
        }

        var error = given.Errors.FirstOrDefault(static error => error.Message.StartsWith("Unrecognized", StringComparison.Ordinal)) ?? (given.Errors is [var first, ..] ? first : null);
        if (error is not null)
        {
            var command = given.CommandResult.Parent is null ? "" : given.CommandResult.Command.Name + " ";
            throw new UsageException($"{error.Message.TrimEnd('.', ' ')}; see 'actors {command}--help'");
        }
    }

    private static async Task<int> TellAsync(Exception exception, ParseResult given, int exitCode)
    {
        var message = exception is UsageException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        await System.Console.Error.WriteLineAsync($"actors: {Printable.Escape(message)}").ConfigureAwait(false);
        if (given.GetValue(EngineOptions.Verbose))
        {
            await System.Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
        }

        return exitCode;
    }
}
