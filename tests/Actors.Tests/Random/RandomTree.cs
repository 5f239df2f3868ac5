using System.Collections.Concurrent;

namespace Actors.Tests.Random;

/// <summary>How a node ends with its children.</summary>
public enum JoinKind
{
    None,
    All,
    Collect,
    Quorum,
    Fold,
}

/// <summary>What one task of a random tree does, decided before anything runs.</summary>
public sealed record Node(int Number, IReadOnlyList<Node> Children, JoinKind Kind, int Quorum)
{
    public bool IsAsync { get; init; }

    public bool TimesOut { get; init; }

    public int FailingAttempts { get; init; }

    public int MaxAttempts { get; init; }

    public int PutsOff { get; init; }

    public int FailingJoinAttempts { get; init; }

    public TimeSpan Delay { get; init; }

    public static Node Random(System.Random random)
    {
        var number = 0;
        return Make(0);

        Node Make(int depth)
        {
            var mine = number++;
            var fanOut = depth >= 6 || number > 150 ? 0 : random.Next(10) switch { < 3 => 0, < 9 => random.Next(1, 5), _ => random.Next(5, 20) };
            var children = Enumerable.Range(0, fanOut).Select(_ => Make(depth + 1)).ToArray();
            var maxAttempts = random.Next(1, 5);
            var timesOut = depth > 0 && random.Next(60) == 0;
            var kind = (JoinKind)random.Next(5);
            if (kind == JoinKind.Fold && children.Any(static child => child.FailingAttempts > 0 || child.Delay > TimeSpan.Zero))
            {
                kind = JoinKind.Collect; // what a fold spawns is treated as its type says
            }

            return new Node(mine, children, kind, random.Next(1, Math.Max(2, children.Length + 1)))
            {
                IsAsync = timesOut || random.Next(3) == 0,
                TimesOut = timesOut,
                MaxAttempts = timesOut ? Math.Min(maxAttempts, 2) : maxAttempts,
                FailingAttempts = timesOut ? int.MaxValue : random.Next(5) == 0 ? random.Next(1, depth == 0 ? maxAttempts : 6) : 0,
                PutsOff = random.Next(20) == 0 ? random.Next(1, 3) : 0,
                FailingJoinAttempts = random.Next(10) == 0 ? random.Next(1, 3) : 0,
                Delay = random.Next(15) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 15)) : TimeSpan.Zero,
            };
        }
    }
}

/// <summary>What must come of a node: computed without the engine.</summary>
/// <param name="IsSucceeded">The task's outcome.</param>
/// <param name="Value">Its result; of no meaning where it did not succeed, or below a quorum.</param>
/// <param name="IsExact">Whether the counts are certain: no join of the subtree cancels anything.</param>
public sealed record Expected(bool IsSucceeded, int Value, bool IsExact, long Succeeded, long Failed, long UnjoinedFailures)
{
    public static Expected Of(Node node)
    {
        if (node.FailingAttempts >= node.MaxAttempts)
        {
            return new Expected(false, 0, true, 0, 1, 0);
        }

        var children = node.Children.Select(Of).ToArray();
        var good = children.Count(child => child.IsSucceeded);
        var isCut = node.Kind switch
        {
            JoinKind.All or JoinKind.Fold => good < children.Length,
            JoinKind.Quorum => true,
            _ => false,
        };
        var isSucceeded = node.Kind switch
        {
            JoinKind.All or JoinKind.Fold => good == children.Length,
            JoinKind.Quorum => good >= node.Quorum,
            _ => true,
        };
        var joins = node.Kind == JoinKind.None ? 0 : 1;
        var unjoined = node.Kind == JoinKind.None ? children.Length - good : 0;
        return new Expected(
            isSucceeded,
            node.Kind == JoinKind.None ? 1 : 1 + children.Where(child => child.IsSucceeded).Sum(child => child.Value),
            !isCut && children.All(child => child.IsExact),
            children.Sum(child => child.Succeeded) + (isSucceeded ? 1 + joins : 0),
            children.Sum(child => child.Failed) + (isSucceeded ? 0 : 1 + joins),
            children.Sum(child => child.UnjoinedFailures) + unjoined);
    }

    /// <summary>More tasks there cannot be.</summary>
    public static long TasksMax(Node node) => 1 + (node.Kind == JoinKind.None ? 0 : 1) + node.Children.Sum(TasksMax);
}

/// <summary>What the handlers themselves have seen: a witness that is independent of the engine.</summary>
public sealed class Recorder
{
    private readonly ConcurrentDictionary<int, ConcurrentDictionary<TaskId, int>> _ids = new();
    private readonly ConcurrentDictionary<(int Node, int Attempt), int> _attempts = new();
    private readonly ConcurrentDictionary<int, int> _returns = new();
    private readonly ConcurrentDictionary<int, int> _joins = new();
    private readonly ConcurrentDictionary<int, int> _putOffs = new();

    public ConcurrentQueue<string> Complaints { get; } = new();

    public void Began(Node node, TaskContext context)
    {
        _ids.GetOrAdd(node.Number, static _ => new()).TryAdd(context.TaskId, 0);
        _attempts.AddOrUpdate((node.Number, context.Attempt), 1, static (_, times) => times + 1);
        if (context.Attempt > node.MaxAttempts)
        {
            Complaints.Enqueue($"node {node.Number} runs attempt {context.Attempt} of {node.MaxAttempts}");
        }
    }

    public void Returned(Node node) => _returns.AddOrUpdate(node.Number, 1, static (_, times) => times + 1);

    public int JoinFired(Node node) => _joins.AddOrUpdate(node.Number, 1, static (_, times) => times + 1);

    public int PutOff(Node node) => _putOffs.AddOrUpdate(node.Number, 1, static (_, times) => times + 1);

    /// <summary>Every node was one task; without lost workers each attempt ran once, a put-off run aside, and each success was returned once.</summary>
    public IEnumerable<string> Check(Node node, bool mayRunAgain)
    {
        foreach (var complaint in Complaints)
        {
            yield return complaint;
        }

        foreach (var (number, ids) in _ids.Where(static one => one.Value.Count > 1))
        {
            yield return $"node {number} was {ids.Count} tasks";
        }

        if (mayRunAgain)
        {
            yield break;
        }

        var nodes = All(node).ToDictionary(static one => one.Number);
        foreach (var ((number, attempt), times) in _attempts.Where(one => one.Value > 1 + (one.Key.Attempt == 1 ? nodes[one.Key.Node].PutsOff : 0)))
        {
            yield return $"node {number} ran attempt {attempt} {times} times";
        }

        foreach (var (number, times) in _returns.Where(static one => one.Value > 1))
        {
            yield return $"node {number} succeeded {times} times";
        }

        foreach (var (number, times) in _joins.Where(one => one.Value > 1 + nodes[one.Key].FailingJoinAttempts))
        {
            yield return $"the join of node {number} ran {times} times";
        }
    }

    private static IEnumerable<Node> All(Node node) => node.Children.SelectMany(All).Prepend(node);
}

public sealed record Grow(Node Node, Recorder Recorder) : ITask<int>;

public sealed record GrowAsync(Node Node, Recorder Recorder) : ITask<int>;

public sealed record GrowJoin(Node Node, Recorder Recorder) : IJoin<int, int>;

public sealed record GrowFold(Node Node, Recorder Recorder) : IFold<int, int, int>;

public sealed class GrowHandlers
    : ITaskHandler<Grow, int>, IAsyncTaskHandler<GrowAsync, int>, IJoinHandler<GrowJoin, int, int>, IFoldHandler<GrowFold, int, int, int>
{
    public Ending<int> Handle(Grow task, TaskContext context)
    {
        task.Recorder.Began(task.Node, context);
        return End(task.Node, task.Recorder, context);
    }

    public async ValueTask<Ending<int>> HandleAsync(GrowAsync task, TaskContext context)
    {
        task.Recorder.Began(task.Node, context);
        await Task.Yield();
        if (task.Node.TimesOut)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken); // until its timeout: no sleep in place of an event
        }

        return End(task.Node, task.Recorder, context);
    }

    public Ending<int> Handle(GrowJoin join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context)
    {
        var node = join.Node;
        for (var index = 0; index < outcomes.Count; index++)
        {
            var expected = Expected.Of(node.Children[index]);
            if (outcomes[index] is { IsCancelled: false } outcome && outcome.IsSucceeded != expected.IsSucceeded)
            {
                join.Recorder.Complaints.Enqueue($"the join of node {node.Number} saw {outcome} of child {node.Children[index].Number}");
            }
        }

        return join.Recorder.JoinFired(node) <= node.FailingJoinAttempts
            ? throw new FormatException("the join is to be tried again")
            : 1 + outcomes.Where(outcome => outcome.IsSucceeded).Sum(outcome => outcome.Value);
    }

    public int Start(GrowFold fold) => 1;

    public int Add(GrowFold fold, int state, Outcome<int> child) => state + child.ValueOr(0);

    public Ending<int> End(GrowFold fold, int state, TaskContext context) =>
        fold.Recorder.JoinFired(fold.Node) <= fold.Node.FailingJoinAttempts ? throw new FormatException("the fold is to be tried again") : state;

    public static ITask<int> TaskOf(Node node, Recorder recorder) => node.IsAsync ? new GrowAsync(node, recorder) : new Grow(node, recorder);

    public static SpawnOptions OptionsOf(Node node) => new()
    {
        Delay = node.Delay,
        Timeout = node.TimesOut ? TimeSpan.FromMilliseconds(15) : null,
        Retry = new RetryPolicy { MaxAttempts = node.MaxAttempts, Delay = TimeSpan.FromMilliseconds(node.Number % 3) },
    };

    private static Ending<int> End(Node node, Recorder recorder, TaskContext context)
    {
        if (node.PutsOff > 0 && recorder.PutOff(node) <= node.PutsOff)
        {
            return context.PutOff(TimeSpan.FromMilliseconds(1));
        }

        // A fold spawns its children itself; everything else before it fails, if it does.
        Child<int>[] children = node.Kind == JoinKind.Fold ? [] : [.. node.Children.Select(child => context.Spawn(TaskOf(child, recorder), OptionsOf(child)))];
        if (context.Attempt <= node.FailingAttempts)
        {
            throw new FormatException($"node {node.Number}, attempt {context.Attempt}");
        }

        recorder.Returned(node);
        return node.Kind switch
        {
            JoinKind.None => 1,
            JoinKind.All => context.Join(children, new GrowJoin(node, recorder)),
            JoinKind.Collect => context.Join(children, new GrowJoin(node, recorder), JoinPolicy.Collect),
            JoinKind.Quorum => context.Join(children, new GrowJoin(node, recorder), JoinPolicy.Quorum(node.Quorum)),
            _ => context.Fold(node.Children.Select(child => TaskOf(child, recorder)), new GrowFold(node, recorder)),
        };
    }
}
