using Actors.Ledger;

namespace Actors.TestKit;

/// <summary>Something that may happen next.</summary>
/// <param name="MakeAsync">Makes it happen, and tells it in words.</param>
internal sealed record Move(Func<Task<string>> MakeAsync);

/// <summary>All that may happen next, the most natural first, faults last.</summary>
internal static class Moves
{
    /// <summary>Before how many of the tasks that a handler spawns or joins its worker may die, counted from the first.</summary>
    private const int DeathsWithinMax = 3;

    /// <param name="coordinator">Where.</param>
    /// <param name="faultsLeft">Whether there may be faults.</param>
    /// <param name="natural">How many of the moves are none.</param>
    public static List<Move> Of(InlineCoordinator coordinator, int faultsLeft, out int natural)
    {
        var moves = new List<Move>();
        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToReport))
        {
            moves.Add(Now($"worker {worker.Number} reports that {Name(worker)}, attempt {worker.Run.Attempt}, {HowItEnded(worker)}", () => coordinator.Report(worker)));
        }

        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToRun))
        {
            moves.Add(new Move(async () =>
            {
                await coordinator.RunAsync(worker).ConfigureAwait(false);
                return $"worker {worker.Number} runs {Name(worker)}, attempt {worker.Run.Attempt}";
            }));
        }

        if (moves.Count == 0 && coordinator.NextDue is not null)
        {
            moves.Add(Pass(coordinator, ""));
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

        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToRun))
        {
            moves.Add(Now($"worker {worker.Number} DIES before it starts {Name(worker)}, attempt {worker.Run.Attempt}", () => coordinator.Lose(worker)));
        }

        foreach (var worker in coordinator.Workers.Where(static worker => worker.IsToRun))
        {
            for (var tasks = 0; tasks < DeathsWithinMax; tasks++)
            {
                moves.Add(DieWithin(coordinator, worker, tasks));
            }
        }

        if (natural > 0 && coordinator.NextDue is not null && coordinator.Workers.Any(static worker => worker.Assignment is not null))
        {
            moves.Add(Pass(coordinator, ", and whoever is at work is SLOW"));
        }

        return moves;
    }

    private static Move Pass(InlineCoordinator coordinator, string how) => new(() =>
    {
        coordinator.Advance();
        return Task.FromResult($"time passes: it is {coordinator.Now - InlineCoordinator.Start}{how}");
    });

    private static Move DieWithin(InlineCoordinator coordinator, InlineWorker worker, int tasks) => new(async () =>
    {
        var (name, attempt) = (Name(worker), worker.Run.Attempt);
        return await coordinator.DieWithinAsync(worker, tasks).ConfigureAwait(false) is { } message
            ? $"worker {worker.Number} DIES in the middle of {name}, attempt {attempt}, where it is about to spawn {message}, so it runs again"
            : $"worker {worker.Number} runs {name}, attempt {attempt}";
    });

    private static Move Now(string story, Action make) => new(() =>
    {
        make();
        return Task.FromResult(story);
    });

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
