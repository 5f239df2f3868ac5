using System.Globalization;
using Actors.Console.Display;
using Serilog.Events;
using Serilog.Formatting;

namespace Actors.Console.Logging;

/// <summary>One event on one line, whatever is in it: no value can begin a line of its own or reach the terminal as a command.</summary>
internal sealed class OneLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(logEvent.Level.ToString().ToUpperInvariant());
        output.Write(' ');
        output.Write(Printable.Escape(logEvent.RenderMessage(CultureInfo.InvariantCulture)));
        if (logEvent.Exception is { } exception)
        {
            output.Write(Printable.Escape($" ({exception.GetType().Name}: {exception.Message})"));
        }

        output.WriteLine();
    }
}
