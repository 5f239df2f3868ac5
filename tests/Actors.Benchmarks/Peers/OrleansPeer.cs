using System.Net;
using System.Net.Sockets;
using Actors.Benchmarks.Workloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Actors.Benchmarks.Peers;

/// <summary>Orleans: one silo in the process, called from inside it; stateless workers for what computes, a grain for each worker where workers are counted.</summary>
internal sealed class OrleansPeer : IPeer
{
    /// <summary>A whole tree is one call: its time must not run out on a busy machine.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromMinutes(3);

    private readonly IHost _host;
    private readonly IGrainFactory _grains;
    private readonly int _workers;

    private OrleansPeer(IHost host, int workers)
    {
        _host = host;
        _grains = host.Services.GetRequiredService<IGrainFactory>();
        _workers = workers;
    }

    public static async Task<OrleansPeer> StartAsync(int workers)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(static silo => silo
            .UseLocalhostClustering(FreePort(), FreePort())
            .Configure<SiloMessagingOptions>(static options => options.ResponseTimeout = ResponseTimeout));
        builder.Services.Configure<ClientMessagingOptions>(static options => options.ResponseTimeout = ResponseTimeout);
        var host = builder.Build();
        await host.StartAsync();
        return new OrleansPeer(host, workers);
    }

    public Task<long> TreeAsync(long leaves, int fanOut) => _grains.GetGrain<IForkGrain>(0).SumAsync(0, leaves, fanOut);

    public Task<long> FibAsync(int n) => _grains.GetGrain<IForkGrain>(0).FibAsync(n);

    public Task<long> FlatAsync(int tasks)
    {
        var grain = _grains.GetGrain<IForkGrain>(0);
        return AllAsync(tasks, _ => grain.OneAsync());
    }

    public Task<long> ChainsAsync(int chains, int hops) => AllAsync(chains, chain => _grains.GetGrain<IWorkerGrain>(chain).ChainAsync(hops));

    public Task<long> SpinAsync(int tasks, int microseconds) => AllAsync(tasks, index => _grains.GetGrain<IWorkerGrain>(index % _workers).SpinAsync(microseconds));

    public Task<long> MixedAsync(int tasks) => AllAsync(tasks, index => _grains.GetGrain<IWorkerGrain>(index % _workers).MixedAsync(index));

    public Task<long> PauseAsync(int tasks, int milliseconds) => AllAsync(tasks, index => _grains.GetGrain<IWorkerGrain>(index % _workers).PauseAsync(milliseconds));

    public Task<long> OneAsync() => _grains.GetGrain<IForkGrain>(0).OneAsync();

    public Task<long> PendingAsync(int tasks, bool ofOneTree, Action whenPending) => throw new NotSupportedException("A silo limits what waits for a grain.");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    internal static async Task<long> AllAsync(int count, Func<int, Task<long>> start)
    {
        var calls = new Task<long>[count];
        for (var index = 0; index < count; index++)
        {
            calls[index] = start(index);
        }

        return (await Task.WhenAll(calls)).Sum();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Splits work among its like.</summary>
public interface IForkGrain : IGrainWithIntegerKey
{
    /// <summary>The sum of the leaves.</summary>
    Task<long> SumAsync(long from, long leaves, int fanOut);

    /// <summary>The n-th number.</summary>
    Task<long> FibAsync(int n);

    /// <summary>1.</summary>
    Task<long> OneAsync();
}

/// <summary>Does one thing at a time.</summary>
public interface IWorkerGrain : IGrainWithIntegerKey
{
    /// <summary>Hops one after the other.</summary>
    Task<long> ChainAsync(int hops);

    /// <summary>Computes.</summary>
    Task<long> SpinAsync(int microseconds);

    /// <summary>Awaits 1 or 200 ms.</summary>
    Task<long> MixedAsync(int index);

    /// <summary>Awaits.</summary>
    Task<long> PauseAsync(int milliseconds);
}

/// <inheritdoc cref="IForkGrain"/>
[Reentrant]
[StatelessWorker]
public sealed class ForkGrain : Grain, IForkGrain
{
    /// <inheritdoc/>
    public Task<long> SumAsync(long from, long leaves, int fanOut)
    {
        if (leaves == 1)
        {
            return Task.FromResult(from);
        }

        var grain = GrainFactory.GetGrain<IForkGrain>(0);
        var parts = Work.Parts(leaves, fanOut);
        var part = leaves / parts;
        return OrleansPeer.AllAsync(parts, index => grain.SumAsync(from + (index * part), part, fanOut));
    }

    /// <inheritdoc/>
    public Task<long> FibAsync(int n)
    {
        if (n < 2)
        {
            return Task.FromResult((long)n);
        }

        var grain = GrainFactory.GetGrain<IForkGrain>(0);
        return OrleansPeer.AllAsync(2, index => grain.FibAsync(n - 1 - index));
    }

    /// <inheritdoc/>
    public Task<long> OneAsync() => Task.FromResult(1L);
}

/// <inheritdoc cref="IWorkerGrain"/>
public sealed class WorkerGrain : Grain, IWorkerGrain
{
    /// <inheritdoc/>
    public async Task<long> ChainAsync(int hops)
    {
        var grain = GrainFactory.GetGrain<IForkGrain>(0);
        var sum = 0L;
        for (var hop = 0; hop < hops; hop++)
        {
            sum += await grain.OneAsync();
        }

        return sum;
    }

    /// <inheritdoc/>
    public Task<long> SpinAsync(int microseconds) => Task.FromResult(Work.Spin(microseconds));

    /// <inheritdoc/>
    public Task<long> MixedAsync(int index) => Work.MixedAsync(index);

    /// <inheritdoc/>
    public Task<long> PauseAsync(int milliseconds) => Work.PauseAsync(milliseconds);
}
