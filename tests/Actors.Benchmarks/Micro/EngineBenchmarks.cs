using BenchmarkDotNet.Attributes;

namespace Actors.Benchmarks.Micro;

/// <summary>The whole engine on small trees, with memory.</summary>
[MemoryDiagnoser]
public class EngineBenchmarks
{
    private ActorsEngine? _engine;

    /// <summary>Workers.</summary>
    [Params(1, 2)]
    public int Workers { get; set; }

    /// <summary>Starts the engine.</summary>
    [GlobalSetup]
    public async Task SetUp() => _engine = await ActorsEngine.StartAsync(Workers);

    /// <summary>Stops the engine.</summary>
    [GlobalCleanup]
    public async Task CleanUp() => await _engine!.DisposeAsync();

    /// <summary>From submit to outcome on an idle engine.</summary>
    [Benchmark]
    public async Task<long> One_task()
    {
        var handle = await _engine!.Client.SubmitAsync(One.Instance);
        return (await handle).Value;
    }

    /// <summary>1,111 tasks and 111 joins.</summary>
    [Benchmark(OperationsPerInvoke = 1_111)]
    public async Task<long> Tree_of_a_thousand_leaves()
    {
        var handle = await _engine!.Client.SubmitAsync(new SumRange(0, 1_000, 10));
        return (await handle).Value;
    }
}
