using BenchmarkDotNet.Attributes;

namespace Actors.Benchmarks.Micro;

/// <summary>What an identity costs.</summary>
[MemoryDiagnoser]
public class IdBenchmarks
{
    private static readonly TaskId Parent = TaskId.FromKey("parent");
    private static readonly string Text = Parent.ToString();

    /// <summary>Of a follow-up, by its place.</summary>
    [Benchmark]
    public TaskId Child_by_ordinal() => Parent.Child(7);

    /// <summary>Of a follow-up, by its key.</summary>
    [Benchmark]
    public TaskId Child_by_key() => Parent.Child("invoice-2030-17");

    /// <summary>As it is printed.</summary>
    [Benchmark]
    public string To_text() => Parent.ToString();

    /// <summary>As it is read.</summary>
    [Benchmark]
    public bool From_text() => TaskId.TryParse(Text, out _);
}
