using System.Diagnostics.Tracing;

namespace Actors.Benchmarks.Comparing;

/// <summary>Listens to the runtime's own events for how long the collector stops this process.</summary>
internal sealed class CollectorPauses : EventListener
{
    private const EventKeywords Collector = (EventKeywords)1;
    private const string Suspended = "GCSuspendEEBegin_V1";
    private const string Restarted = "GCRestartEEEnd_V1";
    private readonly Lock _gate = new();
    private DateTime? _since;
    private TimeSpan _longest;

    /// <summary>The longest since it was last taken. Events arrive a little later than what they tell.</summary>
    public TimeSpan TakeLongest()
    {
        lock (_gate)
        {
            var longest = _longest;
            _longest = TimeSpan.Zero;
            return longest;
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Informational, Collector);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        lock (_gate)
        {
            switch (eventData.EventName)
            {
                case Suspended:
                    _since = eventData.TimeStamp;
                    break;
                case Restarted when _since is { } since:
                    _longest = eventData.TimeStamp - since > _longest ? eventData.TimeStamp - since : _longest;
                    _since = null;
                    break;
            }
        }
    }
}
