using Akka.Event;
using Serilog.Events;

namespace Actors.Console.Logging;

/// <summary>
/// Takes what Akka has to say while its loggers have not started yet or have stopped already, and hands it to the log. Akka's own would
/// write it to standard output, which belongs to the result: <c>akka.stdout-loglevel</c> does not keep it from emptying a logger's mailbox there.
/// </summary>
internal sealed class LeftoverLogger : MinimalLogger
{
    protected override void Log(object message)
    {
        if (message is Akka.Event.LogEvent left)
        {
            Serilog.Log.Logger.ForContext("SourceContext", left.LogSource).Write(LevelOf(left.LogLevel()), left.Cause, "{Message:l}", left.Message?.ToString());
        }
    }

    private static LogEventLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => LogEventLevel.Debug,
        LogLevel.InfoLevel => LogEventLevel.Information,
        LogLevel.WarningLevel => LogEventLevel.Warning,
        _ => LogEventLevel.Error,
    };
}
