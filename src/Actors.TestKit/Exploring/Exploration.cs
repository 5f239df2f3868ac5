using System.Globalization;
using Actors.TestKit.Weaving;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.TestKit;

/// <summary>
/// Runs your handlers under many schedules: with every order that the engine allows, and with a worker that dies, or is too slow, wherever one may.
/// Where your check fails, it is told the shortest schedule that was found.
/// </summary>
/// <remarks>
/// An attempt is run again when its worker is lost, so a handler may run twice: an effect outside of the engine that is not idempotent happens twice.
/// <para>
/// A worker may die before and after a handler, before each thing that the handler does and that may be felt outside (it calls what is not its own, sets a
/// property or a field of it, spawns), and at each <c>await</c>. What a dead handler still does (what it catches, its <c>finally</c>) is felt by nobody. At an
/// <c>await</c> others may come between, and a handler that is given up there may go on later. Nothing else comes between: a method of your fakes is one step,
/// as a call of a service is. For this your handlers are run from a copy of their compiled code, private methods, local functions, lambdas and asynchronous
/// methods included; asynchronous lambdas and virtual methods are run as they are.
/// </para>
/// <para>
/// First the schedule without a fault, then each that differs from it in one decision, a fault or an order, then random ones. Handlers run one at a time, on the
/// calling flow; what they await that is not there yet is waited for in real time.
/// </para>
/// </remarks>
/// <typeparam name="TWorld">What your handlers work on: fakes of what is outside. A fresh one for each schedule.</typeparam>
public sealed record Exploration<TWorld>
    where TWorld : class
{
    private const int StepsMax = 20_000;
    private const int ShrinkMax = 500;

    /// <summary>Makes a fresh world.</summary>
    public required Func<TWorld> World { get; init; }

    /// <summary>Registers the handlers.</summary>
    public required Action<TaskRegistry> Handlers { get; init; }

    /// <summary>Makes the root of the tree.</summary>
    public required Func<TWorld, ITaskMessage> Root { get; init; }

    /// <summary>Throws where the world, the tree or the tasks are not as they must be once the tree has ended.</summary>
    public required Action<TWorld, ExploredTree> Check { get; init; }

    /// <summary>Makes the handlers' services.</summary>
    /// <value>Default null: the world itself is the one service there is.</value>
    public Func<TWorld, IServiceProvider>? Services { get; init; }

    /// <summary>How many random schedules come after the systematic ones.</summary>
    /// <value>Default 1,000; at least zero.</value>
    public int RandomSchedules { get; init; } = 1_000;

    /// <summary>How many faults one schedule has, at most.</summary>
    /// <value>Default 2; at least zero. A task that was with three workers that died has failed, so more say little.</value>
    public int FaultsMax { get; init; } = 2;

    /// <summary>How many workers each pool has.</summary>
    /// <value>Default 2; at least 1.</value>
    public int WorkersPerPool { get; init; } = 2;

    /// <summary>The first seed of the random schedules.</summary>
    /// <value>Default null: by chance; the message of a failure names it.</value>
    public int? Seed { get; init; }

    /// <summary>Explores.</summary>
    /// <returns>How many schedules were run; all of them passed the check.</returns>
    /// <exception cref="ExplorationFailedException">The check failed; the message tells on which schedule.</exception>
    public async Task<int> RunAsync()
    {
        var count = 0;
        var points = (await PlayAsync(new GivenSchedule(), new Dictionary<string, int>()).ConfigureAwait(false)).Points;
        var plain = await TryAsync(new GivenSchedule()).ConfigureAwait(false);
        for (var position = 0; position < plain.Options.Count; position++)
        {
            for (var choice = 1; choice < plain.Options[position]; choice++)
            {
                await TryAsync(new GivenSchedule([.. new int[position], choice])).ConfigureAwait(false);
            }
        }

        var first = Seed ?? Random.Shared.Next();
        for (var number = 0; number < RandomSchedules; number++)
        {
            var seed = unchecked(first + number);
            await TryAsync(new RandomSchedule(seed, plain.Options.Count), seed).ConfigureAwait(false);
        }

        return count;

        async Task<Play> TryAsync(Schedule schedule, int? seed = null)
        {
            var play = await PlayAsync(schedule, points).ConfigureAwait(false);
            await ThrowIfBrokenAsync(play, points, seed).ConfigureAwait(false);
            count++;
            return play;
        }
    }

    private async Task ThrowIfBrokenAsync(Play play, IReadOnlyDictionary<string, int> points, int? seed)
    {
        if (play.Broken is null)
        {
            return;
        }

        var shortest = await ShrinkAsync(play, points).ConfigureAwait(false);
        var story = string.Join('\n', shortest.Story.Select(static (told, index) => string.Create(CultureInfo.InvariantCulture, $"{index + 1,4}. {told.Start}{told.Rest}")));
        var origin = seed is null ? "" : string.Create(CultureInfo.InvariantCulture, $"\n\nFound with Seed = {seed}.");
        throw new ExplorationFailedException(
            $"{shortest.Broken!.Message}\n\nThis is so on the following schedule of {shortest.Faults} fault(s), the shortest that was found:\n{story}\n\nThe tasks as they were:\n{shortest.History}{origin}",
            shortest.Broken);
    }

    /// <summary>Takes out one decision after the other, as long as the check still fails.</summary>
    private async Task<Play> ShrinkAsync(Play found, IReadOnlyDictionary<string, int> points)
    {
        var best = found;
        var tries = 0;
        for (var hasShrunk = true; hasShrunk && tries < ShrinkMax;)
        {
            hasShrunk = false;
            for (var position = best.Choices.Length - 1; position >= 0 && tries < ShrinkMax; position--)
            {
                if (position >= best.Choices.Length || best.Choices[position] == 0)
                {
                    continue;
                }

                int[] fewer = [.. best.Choices];
                fewer[position] = 0;
                tries++;
                var play = await PlayAsync(new GivenSchedule(fewer), points).ConfigureAwait(false);
                if (play.Broken is not null && play.Weight.CompareTo(best.Weight) < 0)
                {
                    best = play;
                    hasShrunk = true;
                }
            }
        }

        return best;
    }

    /// <param name="schedule">Decides what happens next.</param>
    /// <param name="points">How many points the tasks of each type have: at each their worker may die.</param>
    private async Task<Play> PlayAsync(Schedule schedule, IReadOnlyDictionary<string, int> points)
    {
        var world = World();
        var services = Services?.Invoke(world) ?? new ServiceCollection().AddSingleton(world).BuildServiceProvider();
        var coordinator = new InlineCoordinator(Handlers, services, WorkersPerPool, Weaver.Shared.Weave);
        var moves = new Moves(coordinator) { PointsKnown = points };
        var play = new Play(coordinator.History) { Points = moves.Points };
        try
        {
            coordinator.Submit(Root(world));
            while (coordinator.Ended is null)
            {
                var next = moves.Next(FaultsMax - play.Faults, out var natural);
                if (next.Count == 0 || play.Options.Count == StepsMax)
                {
                    throw new ExpectationException("The tree does not end.");
                }

                play.Options.Add(next.Count);
                var choice = schedule.Choose(next.Count, natural);
                play.Faults += choice >= natural ? 1 : 0;
                play.Tell(await next[choice].MakeAsync().ConfigureAwait(false));
            }

            Check(world, new ExploredTree(coordinator.Ended, coordinator.History));
        }
        catch (Exception exception)
        {
            play.Broken = exception;
        }
        finally
        {
            await DisposeAsync(services).ConfigureAwait(false);
        }

        play.Choices = schedule.Taken;
        return play;
    }

    private static async ValueTask DisposeAsync(IServiceProvider services)
    {
        if (services is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Play(TaskHistory history)
    {
        public TaskHistory History { get; } = history;

        public List<int> Options { get; } = [];

        public List<Told> Story { get; } = [];

        public required IReadOnlyDictionary<string, int> Points { get; init; }

        public int[] Choices { get; set; } = [];

        public int Faults { get; set; }

        public Exception? Broken { get; set; }

        public void Tell(Told told)
        {
            if (told.Attempt is not null && Story.Count > 0 && Story[^1] is var last && last.Attempt == told.Attempt)
            {
                Story[^1] = told with { Start = last.Start };
            }
            else
            {
                Story.Add(told);
            }
        }

        /// <summary>Fewer faults first, then fewer unnatural decisions, then fewer steps.</summary>
        public (int Faults, int Choices, int Steps) Weight => (Faults, Choices.Count(static choice => choice != 0), Story.Count);
    }
}

/// <summary>A tree that has ended under some schedule.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="History">What became of its tasks.</param>
public sealed record ExploredTree(TreeOutcome Outcome, TaskHistory History);

/// <summary>A check fails on some schedule that the engine allows. The message tells the schedule, step by step, and draws the tasks.</summary>
public sealed class ExplorationFailedException : Exception
{
    /// <summary>Without a message.</summary>
    public ExplorationFailedException()
    {
    }

    /// <summary>With a message.</summary>
    public ExplorationFailedException(string message)
        : base(message)
    {
    }

    /// <summary>With a message, and what the check threw.</summary>
    public ExplorationFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
