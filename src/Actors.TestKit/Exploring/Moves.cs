using Actors.Ledger;

namespace Actors.TestKit;

/// <summary>What has happened, in words.</summary>
/// <param name="Start">Its first words, which say whether something begins or goes on.</param>
/// <param name="Rest">The others.</param>
/// <param name="Attempt">Whose step it was; null where it was none. Steps of one attempt that follow each other are told as one.</param>
internal sealed record Told(string Start, string Rest, ExploredAttempt? Attempt);

/// <summary>Something that may happen next.</summary>
/// <param name="MakeAsync">Makes it happen, and tells it.</param>
internal sealed record Move(Func<Task<Told>> MakeAsync);

/// <summary>All that may happen next, the most natural first, faults last.</summary>
internal sealed class Moves(InlineCoordinator coordinator)
{
    /// <summary>At how many points of a task's step its worker may die, where nothing is known of that type.</summary>
    private const int PointsDefault = 3;

    /// <summary>At how many at most.</summary>
    private const int PointsMax = 32;

    private readonly Dictionary<string, int> _points = [];

    /// <summary>How many points a step of a task of each type has passed, at most.</summary>
    public IReadOnlyDictionary<string, int> Points => _points;

    /// <summary>What is known of the points of each type; fixed, so that the same choices mean the same moves.</summary>
    public required IReadOnlyDictionary<string, int> PointsKnown { get; init; }

    /// <param name="faultsLeft">Whether there may be faults.</param>
    /// <param name="natural">How many of the moves are none.</param>
    public List<Move> Next(int faultsLeft, out int natural)
    {
        var moves = new List<Move>();
        foreach (var worker in coordinator.Workers.Where(static worker => worker.Stands))
        {
            moves.Add(Run(worker));
        }

        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToReport))
        {
            moves.Add(Now($"worker {worker.Number} reports that {Name(worker)}, attempt {worker.Run.Attempt}, {HowItEnded(worker)}", () => coordinator.Report(worker)));
        }

        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToRun && !worker.Stands))
        {
            moves.Add(Run(worker));
        }

        if (moves.Count == 0 && coordinator.NextDue is not null)
        {
            moves.Add(Pass(""));
        }

        moves.AddRange(coordinator.LeftBehind.Select(GoOn));
        if (coordinator.NextDue is not null && coordinator.Workers.Any(static worker => worker is { Stands: true, Context.IsCancelRequested: true }))
        {
            moves.Add(Pass(", and a handler that was asked to end has not")); // so it is given up: no fault besides that it is slow
        }

        natural = moves.Count;
        if (faultsLeft <= 0)
        {
            return moves;
        }

        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToReport))
        {
            moves.Add(Now($"worker {worker.Number} DIES: {Name(worker)}, attempt {worker.Run.Attempt}, has run and is not reported, so it runs again", () => coordinator.Lose(worker)));
        }

        moves.AddRange(coordinator.Workers.Where(static worker => worker.IsToRun).Select(Die));
        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToRun))
        {
            for (var points = 0; points < Math.Min(PointsKnown.GetValueOrDefault(TypeName(worker), PointsDefault), PointsMax); points++)
            {
                moves.Add(Run(worker, points));
            }
        }

        if (natural > 0 && coordinator.NextDue is not null && coordinator.Workers.Any(static worker => worker.Assignment is not null))
        {
            moves.Add(Pass(", and whoever is at work is SLOW"));
        }

        return moves;
    }

    private Move Run(InlineWorker worker, int? pointsToLive = null) => new(async () =>
    {
        var (name, attempt, type) = (Name(worker), worker.Run.Attempt, TypeName(worker));
        var how = worker.Stands ? "goes on with" : "runs";
        await coordinator.RunAsync(worker, pointsToLive).ConfigureAwait(false);
        if (worker.Attempt is { IsDead: true } dead)
        {
            return new Told("", $"worker {worker.Number} DIES in the middle of {name}, attempt {attempt}, where it is about to {dead.Next}, so it runs again", null);
        }

        var passed = worker.Attempt!.Points;
        _points[type] = Math.Max(_points.GetValueOrDefault(type), passed);
        var stands = worker.Stands ? $", as far as {worker.Attempt.Where}" : "";
        return new Told($"worker {worker.Number} {how} ", $"{name}, attempt {attempt}{stands}", worker.Attempt);
    });

    private Move Die(InlineWorker worker) => new(async () =>
    {
        var (name, attempt) = (Name(worker), worker.Run.Attempt);
        var how = $"before it starts {name}, attempt {attempt}";
        if (worker is { Stands: true, Attempt: { } standing })
        {
            await standing.ThereAsync().ConfigureAwait(false); // what it has called is under way, and comes about whether it lives or not
            how = $"in the middle of {name}, attempt {attempt}, at {standing.Where}, so it runs again";
        }

        coordinator.Lose(worker);
        return new Told("", $"worker {worker.Number} DIES {how}", null);
    });

    private Move GoOn(LeftBehind left) => new(async () =>
    {
        await coordinator.RunAsync(left).ConfigureAwait(false);
        return new Told($"the handler of {left.Run.Task.Message}, attempt {left.Run.Attempt}, which was given up, ", "goes on", left.Attempt);
    });

    private Move Pass(string how) => new(() =>
    {
        coordinator.Advance();
        return Task.FromResult(new Told("", $"time passes: it is {coordinator.Now - InlineCoordinator.Start}{how}", null));
    });

    private static Move Now(string story, Action make) => new(() =>
    {
        make();
        return Task.FromResult(new Told("", story, null));
    });

    private static string TypeName(InlineWorker worker) => worker.Run.Task.Type.Name;

    private static string Name(InlineWorker worker) => $"{worker.Run.Task.Message}";

    private static string HowItEnded(InlineWorker worker) => worker.End!.Value switch
    {
        { Kind: EndKind.Succeeded } end => $"ended with {end.Payload}{Spawned(end)}",
        { Kind: EndKind.Joined } end => $"ended with a join{Spawned(end)}",
        { Kind: EndKind.Failed or EndKind.FailedForGood, Payload: Failure failure } => $"failed with {failure.Type}: {failure.Message}",
        { Kind: EndKind.PutOff } end => $"put itself off for {end.Detail!.Delay}",
        { Kind: EndKind.Folded } => "has folded",
        var end => $"ended: {end.Kind}",
    };

    private static string Spawned(AttemptEnd end) => end.Detail?.Spawned is { Count: > 0 } spawned ? $" and spawned {spawned.Count} follow-up(s)" : "";
}
