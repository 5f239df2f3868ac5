using Spectre.Console;

namespace Actors.Console.Display;

/// <summary>Standard output: a terminal, or a file or pipe.</summary>
internal static class Terminal
{
    // Wide enough that no path is broken in two when a program reads the table.
    private const int RedirectedWidth = 10_000;

    /// <summary>Whether somebody looks at it.</summary>
    public static bool IsInteractive => !System.Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>The console to write tables to.</summary>
    public static IAnsiConsole Open()
    {
        if (!System.Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        return Plain(System.Console.Out);
    }

    /// <summary>The console to write tables to where standard output is somebody else's.</summary>
    public static IAnsiConsole OpenErrors() => Plain(System.Console.Error);

    private static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = RedirectedWidth;
        return console;
    }
}
