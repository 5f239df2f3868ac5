namespace Actors.Console.Commands;

/// <summary>What the process tells whoever started it. Part of the command's surface.</summary>
internal static class ExitCode
{
    /// <summary>All done.</summary>
    public const int Success = 0;

    /// <summary>The job ended, and something in it could not be read, failed, or came out wrong.</summary>
    public const int Errors = 1;

    /// <summary>The job did not start: an option, a folder or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Cancelled, by Ctrl-C or a request to terminate.</summary>
    public const int Cancelled = 130;

    /// <summary>The same for the help.</summary>
    public const string Help = """
        Exit codes:
          0    Done
          1    Done, but something could not be read, failed, or came out wrong
          2    Not started: wrong usage or configuration
          130  Cancelled by Ctrl-C

        """;
}
