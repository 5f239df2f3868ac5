using Actors.Ledger;
using Akka.Event;

namespace Actors;

/// <summary>Structured entries about tasks: every one has the same properties, then its own.</summary>
internal static class TaskLog
{
    private const string Subject = "Task {TaskId} of type {TaskType} (root {RootId}, attempt {Attempt}, pool {Pool}) ";

    /// <param name="log">Where to.</param>
    /// <param name="level">How grave.</param>
    /// <param name="task">The task.</param>
    /// <param name="attempt">1-based.</param>
    /// <param name="pool">The name of its pool.</param>
    /// <param name="what">What happened: a template that goes on from its subject.</param>
    /// <param name="values">The values of that template.</param>
    public static void Write(
        ILoggingAdapter log, LogLevel level, TaskRecord task, int attempt, string pool, string what, params object[] values)
    {
        if (log.IsEnabled(level))
        {
            object[] all = [task.Id, task.Type.Name, task.RootId, attempt, pool, .. values];
            log.Log(level, null, new Entry(log.Formatter, Subject + what, all));
        }
    }

    /// <summary>An attempt has failed: it is tried again, or has failed for good.</summary>
    public static void Write(ILoggingAdapter log, AttemptFailed failed, string pool)
    {
        var (task, failure) = (failed.Task, failed.Failure);
        if (failed.RetryIn is { } rest)
        {
            Write(
                log, LogLevel.InfoLevel, task, failed.Attempt, pool,
                "failed after {Duration} and is tried again in {Rest}: {FailureType}: {FailureMessage}", failed.Elapsed, rest, failure.Type, failure.Message);
        }
        else
        {
            Write(
                log, LogLevel.WarningLevel, task, failed.Attempt, pool,
                "failed after {Duration} for good: {FailureType}: {FailureMessage}", failed.Elapsed, failure.Type, failure.Message);
        }
    }

    /// <summary>Permits that are held above those who wait for them.</summary>
    public static void Write(ILoggingAdapter log, Admission.CapacityCycle cycle) => log.Warning(
        "All {Permits} permit(s) of {Limit} are held by {Holders}, and what they have spawned waits for one, {Waiting} the last: "
        + "should they wait for that by means of their own, none of them goes on",
        cycle.Permits.Count,
        cycle.Permits,
        string.Join(", ", cycle.Holders.Select(static holder => $"{holder.Type} {holder.Id}")),
        $"{cycle.Waiting.Type} {cycle.Waiting.Id}");

    /// <summary>The deadline of a tree has passed.</summary>
    public static void Write(ILoggingAdapter log, TreeExpired expired) => log.Warning(
        "Tree {TaskId} of type {TaskType}: {FailureMessage} {Live} live task(s) fail with that",
        expired.Tree.Id, expired.Tree.Root.Type.Name, expired.Failure.Message, expired.Live);

    /// <summary>Akka's own entries take six values at most.</summary>
    private sealed class Entry(ILogMessageFormatter formatter, string template, object[] values) : LogMessage(formatter, template)
    {
        public override string Unformatted() => string.Join(", ", values);

        public override IEnumerable<object> Parameters() => values;

        public override string ToString() => Formatter.Format(Format, values);
    }
}
