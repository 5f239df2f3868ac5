using System.Threading.Channels;
using Actors.Benchmarks.Workloads;

namespace Actors.Benchmarks.Peers;

/// <summary>Workers that read one unbounded channel, and a count of what is pending: what one writes who has outgrown Task.Run.</summary>
internal sealed class ChannelPeer : CountedPeer
{
    private readonly Channel<Entry> _channel = Channel.CreateUnbounded<Entry>();
    private readonly Task _workers;

    public ChannelPeer(int workers) =>
        _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)));

    public override async ValueTask DisposeAsync()
    {
        _channel.Writer.Complete();
        await _workers;
    }

    protected override Task<long> RunAsync(Job[] roots)
    {
        var batch = new PendingCount(roots.Length);
        foreach (var root in roots)
        {
            _channel.Writer.TryWrite(new Entry(root, batch));
        }

        return batch.Done;
    }

    private async Task WorkAsync()
    {
        var reader = _channel.Reader;
        while (await reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (reader.TryRead(out var entry))
            {
                if (entry.Job.RunAsync() is { } running)
                {
                    entry.Batch.Ended(await running.ConfigureAwait(false));
                    continue;
                }

                var value = entry.Job.Run(out var followUps);
                entry.Batch.Spawned(followUps.Length);
                foreach (var followUp in followUps)
                {
                    _channel.Writer.TryWrite(new Entry(followUp, entry.Batch));
                }

                entry.Batch.Ended(value);
            }
        }
    }

    private readonly record struct Entry(Job Job, PendingCount Batch);
}
