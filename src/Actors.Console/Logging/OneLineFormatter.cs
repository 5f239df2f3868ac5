using System.Globalization;
using Actors.Console.Display;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Actors.Console.Logging;

/// <summary>One event on one line, whatever is in it: no value can begin a line of its own or reach the terminal as a command.</summary>
internal sealed class OneLineFormatter : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(logEvent.Level.ToString().ToUpperInvariant());
        output.Write(' ');
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, message);
        output.Write(Printable.Escape(message.ToString()));
        if (logEvent.Exception is { } exception)
        {
            output.Write(Printable.Escape($" ({exception.GetType().Name}: {exception.Message})"));
        }

        output.WriteLine();
    }
}
