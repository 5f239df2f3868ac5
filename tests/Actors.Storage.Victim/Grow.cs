namespace Actors.Storage.Victim;

/// <summary>A node of a tree whose shape and sum follow from its seed alone.</summary>
internal sealed record Grow(int Seed, int Depth) : ITask<long>;

/// <summary>Adds up.</summary>
internal sealed record AddUp : IJoin<long, long>;

/// <summary>Adds up, step by step.</summary>
internal sealed record AddUpInSteps : IFold<long, long, long>;

/// <summary>What a node is, and what comes of it: known beforehand, so that it can be compared.</summary>
internal sealed record Node(int Seed, int Depth)
{
    private const int BranchesMax = 4;
    private readonly int _chance = Mix(Seed);

    /// <summary>Whether the tree of that key is cancelled after it has been submitted.</summary>
    public static bool IsCancelled(int key) => key % 9 == 4;

    /// <summary>The nodes below it.</summary>
    public IReadOnlyList<Grow> Below => Depth == 0 || _chance % 5 == 0
        ? []
        : [.. Enumerable.Range(0, 1 + ((_chance >> 8) % BranchesMax)).Select(place => new Grow(Mix(Seed + (place * 7919) + 1), Depth - 1))];

    /// <summary>Whether its first attempt fails.</summary>
    public bool IsFlaky => (_chance >> 12) % 7 == 0;

    /// <summary>Whether its first child is spawned early.</summary>
    public bool IsEarly => (_chance >> 16) % 3 == 0;

    /// <summary>Whether it folds.</summary>
    public bool IsFold => (_chance >> 20) % 2 == 0;

    /// <summary>What a leaf yields.</summary>
    public long Value => _chance % 1000;

    /// <summary>The sum of the leaves.</summary>
    public long Sum => Below is { Count: > 0 } below ? below.Sum(static child => new Node(child.Seed, child.Depth).Sum) : Value;

    /// <summary>How many tasks, joins among them.</summary>
    public long Tasks => Below is { Count: > 0 } below ? 2 + below.Sum(static child => new Node(child.Seed, child.Depth).Tasks) : 1;

    private static int Mix(int value) => (int)(((uint)value * 2654435761u) >> 3) & 0x3FFFFFF;
}

/// <summary>Grows the tree, and writes down what runs before and after it does.</summary>
internal sealed class GrowHandler(Witness witness) : ITaskHandler<Grow, long>, IJoinHandler<AddUp, long, long>, IFoldHandler<AddUpInSteps, long, long, long>
{
    public Ending<long> Handle(Grow task, TaskContext context)
    {
        witness.WriteRun("begin", context);
        Death.At("attempt begun");
        var node = new Node(task.Seed, task.Depth);
        if (node.IsFlaky && context.Attempt == 1)
        {
            witness.WriteRun("fail", context);
            return context.Retry("its first attempt fails", TimeSpan.FromMilliseconds(20));
        }

        var below = node.Below;
        if (below.Count == 0)
        {
            witness.WriteRun("end", context);
            Death.At("attempt ended");
            return node.Value;
        }

        Child<long>[] children = node.IsEarly
            ? [context.SpawnNow(below[0]), .. below.Skip(1).Select(child => context.Spawn(child))]
            : [.. below.Select(child => context.Spawn(child))];
        witness.WriteRun("end", context);
        return node.IsFold ? context.Fold(children, new AddUpInSteps()) : context.Join(children, new AddUp());
    }

    public Ending<long> Handle(AddUp join, IReadOnlyList<Outcome<long>> outcomes, TaskContext context)
    {
        witness.WriteRun("begin", context);
        Death.At("attempt begun");
        var sum = outcomes.Sum(static outcome => outcome.Value);
        witness.WriteRun("end", context);
        return sum;
    }

    public long Start(AddUpInSteps fold) => 0;

    public long Add(AddUpInSteps fold, long state, Outcome<long> child) => state + child.Value;

    public Ending<long> End(AddUpInSteps fold, long state, TaskContext context) => state;
}
