using System.Collections.Concurrent;

namespace Actors.Storage.Tests.Engine;

/// <summary>Adds up the leaves below it.</summary>
public sealed record Count(int Depth, int FanOut) : ITask<long>;

/// <summary>Adds up.</summary>
public sealed record CountUp : IJoin<long, long>;

/// <summary>Likewise, a step at a time.</summary>
public sealed record CountUpSlowly : IFold<long, long, long>;

/// <summary>Ends when it is let go.</summary>
public sealed record Gate(string Name) : ITask<string>;

/// <summary>Spawns a gate early and joins it.</summary>
public sealed record EarlyGate(string Name) : ITask<string>;

/// <summary>Passes on what the gate says.</summary>
public sealed record PassOn : IJoin<string, string>;

/// <summary>Tries again after a while, until there have been some attempts.</summary>
public sealed record Stubborn(int Attempts, TimeSpan Rest) : ITask<int>;

/// <summary>Yields so many characters.</summary>
public sealed record Large(int Bytes) : ITask<string>;

/// <summary>Says that its tree has ended.</summary>
public sealed record Ring(string Name) : ITask;

/// <summary>Something with parts, which are made first, or otherwise as the way says.</summary>
public sealed record Piece(string Name, IReadOnlyList<Piece>? Parts = null, string Way = "all") : ITask<string>;

/// <summary>Puts parts together.</summary>
public sealed record Assemble(string Name) : IJoin<string, string>;

/// <summary>Likewise, one by one.</summary>
public sealed record AssembleSlowly(string Name) : IFold<string, string, string>;

/// <summary>Opens gates, and remembers what ran.</summary>
public sealed class Doors
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _gates = new();

    /// <summary>The names of pieces, and of joins as "+NAME", that fail; of joins, whether for good.</summary>
    public ConcurrentDictionary<string, bool> Broken { get; } = new();

    /// <summary>What ran, with its attempt.</summary>
    public ConcurrentQueue<string> Ran { get; } = new();

    /// <summary>The gate of that name.</summary>
    public TaskCompletionSource<string> this[string name] =>
        _gates.GetOrAdd(name, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>Counts.</summary>
public sealed class CountHandler : ITaskHandler<Count, long>, IJoinHandler<CountUp, long, long>, IFoldHandler<CountUpSlowly, long, long, long>
{
    /// <inheritdoc/>
    public Ending<long> Handle(Count task, TaskContext context)
    {
        if (task.Depth == 0)
        {
            return 1;
        }

        var children = Enumerable.Repeat(0, task.FanOut).Select(_ => new Count(task.Depth - 1, task.FanOut));
        return task.Depth % 2 == 0 ? context.Join(children, new CountUp()) : context.Fold(children, new CountUpSlowly());
    }

    /// <inheritdoc/>
    public Ending<long> Handle(CountUp join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context) => outcomes.Sum(static outcome => outcome.Value);

    /// <inheritdoc/>
    public long Start(CountUpSlowly fold) => 0;

    /// <inheritdoc/>
    public long Add(CountUpSlowly fold, long state, Outcome<long> child) => state + child.Value;

    /// <inheritdoc/>
    public Ending<long> End(CountUpSlowly fold, long state, TaskContext context) => state;
}

/// <summary>Waits at a gate, holding its worker as long as its engine runs.</summary>
public sealed class GateHandler(Doors doors) : IAsyncTaskHandler<Gate, string>
{
    /// <inheritdoc/>
    public async ValueTask<Ending<string>> HandleAsync(Gate task, TaskContext context)
    {
        doors.Ran.Enqueue($"{task.Name} {context.Attempt}");
        return await doors[task.Name].Task.WaitAsync(context.CancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Spawns early.</summary>
public sealed class EarlyGateHandler(Doors doors) : IAsyncTaskHandler<EarlyGate, string>, IJoinHandler<PassOn, string, string>
{
    /// <inheritdoc/>
    public async ValueTask<Ending<string>> HandleAsync(EarlyGate task, TaskContext context)
    {
        var child = context.SpawnNow(new Gate(task.Name + ".child"));
        doors.Ran.Enqueue($"{task.Name} {context.Attempt}");
        await doors[task.Name].Task.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        return context.Join([child], new PassOn());
    }

    /// <inheritdoc/>
    public Ending<string> Handle(PassOn join, IReadOnlyList<Outcome<string>> outcomes, TaskContext context) => outcomes[0].Value;
}

/// <summary>Fails until it has been tried often enough.</summary>
public sealed class StubbornHandler : ITaskHandler<Stubborn, int>
{
    /// <inheritdoc/>
    public Ending<int> Handle(Stubborn task, TaskContext context) =>
        context.Attempt < task.Attempts ? context.Retry("not yet", task.Rest) : context.Attempt;
}

/// <summary>Yields much.</summary>
public sealed class LargeHandler : ITaskHandler<Large, string>
{
    /// <inheritdoc/>
    public Ending<string> Handle(Large task, TaskContext context) => new string('x', task.Bytes);
}

/// <summary>Rings.</summary>
public sealed class RingHandler(Doors doors) : ITaskHandler<Ring, Unit>
{
    /// <inheritdoc/>
    public Ending<Unit> Handle(Ring task, TaskContext context)
    {
        doors.Ran.Enqueue("ring " + task.Name);
        return context.Done();
    }
}
