using Akka.Configuration;
using Akka.Dispatch;

namespace Actors.Coordination;

/// <summary>The coordinator's dispatcher: its own thread, unless the thread that tells it something is about to run it: see <see cref="HandOver"/>.</summary>
internal sealed class HandOverDispatcher(
    MessageDispatcherConfigurator configurator, string id, int throughput, long? throughputDeadline, ExecutorServiceFactory threads, TimeSpan shutdownTimeout)
    : Dispatcher(configurator, id, throughput, throughputDeadline, threads, shutdownTimeout)
{
    /// <summary>To be run by its own thread.</summary>
    public void Enqueue(IRunnable run) => base.ExecuteTask(run);

    protected override void ExecuteTask(IRunnable run)
    {
        if (!HandOver.TryTake(this, run))
        {
            base.ExecuteTask(run);
        }
    }
}

/// <summary>Makes it; named by <c>actors.coordinator-dispatcher.type</c>.</summary>
internal sealed class HandOverDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly HandOverDispatcher _dispatcher;

    public HandOverDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        var deadline = config.GetTimeSpan("throughput-deadline-time", TimeSpan.Zero);
        _dispatcher = new HandOverDispatcher(
            this, config.GetString("id"), config.GetInt("throughput"), deadline > TimeSpan.Zero ? deadline.Ticks : null, ConfigureExecutor(), config.GetTimeSpan("shutdown-timeout"));
    }

    public override MessageDispatcher Dispatcher() => _dispatcher;
}
