using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>Who is who in a plan: every task has a number, the root 1. A task that is made again is the same number, and as many tens more.</summary>
internal sealed class Cast
{
    public const int TasksMax = 10;

    /// <summary>What is spawned by a run that is over is never real, and each is as good as the other.</summary>
    private const int Late = 99;

    /// <summary>Two attempts, no rest, a timeout: for joins, which have no options of their own.</summary>
    private static readonly TypeTerms Type = Terms.Types[3];
    private static readonly RetryTerms Retry = new(2, TimeSpan.FromSeconds(1), 1, TimeSpan.FromSeconds(1), 0);

    private readonly List<Sketch> _sketches = [];
    private readonly Dictionary<Sketch, int> _numbers = new(ReferenceEqualityComparer.Instance);

    public Cast(Plan plan)
    {
        Plan = plan;
        Enter(plan.Root);
        if (plan.HasCompletion)
        {
            Enter(new Sketch(false, [], null));
        }
    }

    public Plan Plan { get; }

    public Sketch SketchOf(Errand task) => _sketches[(task.Number % TasksMax) - 1];

    public Errand MakeRoot(Scene scene) => Make(scene, Plan.Root, TaskId.FromKey("root"), null, false);

    public Errand? MakeCompletion(Scene scene, Errand root) =>
        Plan.HasCompletion ? Make(scene, _sketches[^1], root.Id.Completion(), root, false) : null;

    public Errand MakeEarly(Scene scene, Errand spawner, int place, bool isLate) =>
        Make(scene, SketchOf(spawner).Children[place], spawner.Id.Now(place), spawner, isLate);

    public int CountEarly(Errand task) => SketchOf(task).Children.Count(static child => child.IsNow);

    /// <summary>How a run ends when nothing goes wrong.</summary>
    public RunEnd EndOf(Scene scene, Stretch run, bool isLate)
    {
        var end = new RunEnd(run.Task, run.Run, EndWord.Folded) { Value = (run.Task.Number * 100) + ((run.Input?.FoldState ?? 0) % 100) + 1, Elapsed = Type.Elapsed };
        if (run.IsStep)
        {
            return end;
        }

        var sketch = SketchOf(run.Task);
        List<(Errand Child, bool IsEarly)> children = [.. run.Early.Select(static child => (child, true))];
        for (var place = children.Count; place < sketch.Children.Count; place++)
        {
            children.Add((Make(scene, sketch.Children[place], run.Task.Id.Child(place), run.Task, isLate), false));
        }

        end = end with { Word = EndWord.Succeeded, Spawned = [.. children.Where(static child => !child.IsEarly).Select(static child => child.Child)] };
        if (sketch.Join is not { } join)
        {
            return end;
        }

        var terms = new JoinTerms(join.Policy, join.Needed, join.IsFold, [.. children.Where((_, place) => join.Joins(place))]);
        return end with { Word = EndWord.Joined, Join = Make(scene, join.Task, run.Task.Id.Join(), run.Task, isLate, terms) };
    }

    private void Enter(Sketch sketch)
    {
        _sketches.Add(sketch);
        _numbers[sketch] = _sketches.Count;
        foreach (var child in sketch.Children)
        {
            Enter(child);
        }

        if (sketch.Join is { } join)
        {
            Enter(join.Task);
        }
    }

    /// <summary>Keeps what was made, where there is a store; null where nobody does.</summary>
    public Action<Errand>? Made { get; set; }

    private Errand Make(Scene scene, Sketch sketch, TaskId id, Errand? spawner, bool isLate, JoinTerms? join = null)
    {
        var number = _numbers[sketch];
        var copy = isLate ? Late : scene.Made[number]++;
        var errand = new Errand(number + (TasksMax * copy), id, Type, spawner) { Join = join, OwnRetry = join is null ? Retry : null };
        Made?.Invoke(errand);
        scene.Port.Make(errand, join);
        scene.Checker.IsMade(errand);
        return errand;
    }
}
