using System.Runtime.InteropServices;
using Actors.Registration;
using Actors.TestKit.Weaving;
using Actors.Workers;

namespace Actors.TestKit;

/// <summary>What a handler does that may be felt outside of it.</summary>
internal enum Deed
{
    Call,
    Set,
    Spawn,
}

/// <summary>
/// One attempt of a handler that goes on only when it is told to: as far as its next <c>await</c>, or to its end, or to a point where its worker dies.
/// </summary>
/// <remarks>
/// A death is an exception at a point, and again at every later one: as each effect of a handler has a point before it, what the handler still does (what it
/// catches, its <c>finally</c>) is felt by nobody.
/// </remarks>
internal sealed class ExploredAttempt(IHandlerType type, TaskContext context)
{
    /// <summary>How often one place is a point in one step: a loop comes to it with each turn, and more would say nothing new.</summary>
    private const int VisitsMax = 3;

    private static readonly AsyncLocal<ExploredAttempt?> Flow = new();

    /// <summary>Whose step runs on this thread.</summary>
    [ThreadStatic]
    private static ExploredAttempt? _stepping;

    private readonly List<(Suspendable Method, ExecutionContext? Context, Task There)> _standing = [];
    private readonly Dictionary<int, int> _visits = [];
    private Task<Ending>? _run;
    private volatile bool _isLetRun;
    private int? _pointsToLive;
    private (Deed Deed, object What)? _last;

    /// <summary>The one whose handler runs here.</summary>
    public static ExploredAttempt? Current => Flow.Value;

    public bool HasStarted => _run is not null;

    /// <summary>Whether it is in the middle, at an <c>await</c>.</summary>
    public bool Stands => _standing.Count > 0;

    /// <summary>What woven code is about to await: whether that has come already.</summary>
    public bool IsAwaitedThere { get; set; }

    /// <summary>How many points the last step has passed.</summary>
    public int Points { get; private set; }

    /// <summary>Whether its worker has died at a point.</summary>
    public bool IsDead { get; private set; }

    /// <summary>What it is about to do where it has died: "call Bank.Withdraw".</summary>
    public string Next => _last is { } next ? $"{(next.Deed == Deed.Call ? "call" : next.Deed == Deed.Set ? "set" : "spawn")} {next.What}" : "end";

    /// <summary>At which of its <c>await</c>s it stands: "the await after it called Bank.Withdraw".</summary>
    public string Where => _last is { } last
        ? $"the await after it {(last.Deed == Deed.Call ? "called" : last.Deed == Deed.Set ? "set" : "spawned")} {last.What}"
        : "its first await";

    /// <summary>Goes on.</summary>
    /// <param name="pointsToLive">How many points it still passes; null means all.</param>
    /// <returns>How it ended; null where it stands, or is dead.</returns>
    public async Task<Ending?> GoOnAsync(int? pointsToLive)
    {
        (_pointsToLive, Points) = (pointsToLive, 0);
        _visits.Clear();
        if (_run is null)
        {
            Flow.Value = this;
            Step(() => _run = AttemptRun.RunAsync(type, context).AsTask());
            Flow.Value = null;
        }
        else
        {
            await ThereAsync().ConfigureAwait(false);
            var next = _standing.FindIndex(static standing => standing.There.IsCompleted);
            var (method, flow, _) = _standing[next];
            _standing.RemoveAt(next);
            Step(() => ExecutionContext.Run(flow!, static method => ((Suspendable)method!).GoOn(), method));
        }

        if (Stands || IsDead)
        {
            return null;
        }

        _isLetRun = true; // it awaits by itself, on whatever thread
        var ending = await _run!.ConfigureAwait(false);
        return IsDead ? null : ending;
    }

    private void Step(Action step)
    {
        _stepping = this;
        try
        {
            step();
        }
        finally
        {
            _stepping = null;
        }
    }

    /// <summary>Complete once what it stands for has come.</summary>
    public Task ThereAsync() => Task.WhenAny(_standing.Select(static standing => standing.There));

    /// <summary>Before something that may be felt outside.</summary>
    /// <exception cref="OperationCanceledException">The worker dies here.</exception>
    /// <param name="deed">Of which kind.</param>
    /// <param name="what">What it calls, sets or spawns.</param>
    /// <param name="place">Where in the code; zero for whatever spawns.</param>
    public void Reach(Deed deed, object what, int place)
    {
        if (!IsDead)
        {
            if (_stepping != this && !_isLetRun)
            {
                return; // what was called goes on beside the steps, at a time of its own
            }

            ref var visits = ref CollectionsMarshal.GetValueRefOrAddDefault(_visits, place, out _);
            _last = (deed, what);
            if (++visits > VisitsMax)
            {
                return;
            }

            IsDead = Points >= _pointsToLive;
            Points++;
        }

        if (IsDead)
        {
            throw new OperationCanceledException("The worker dies here: nothing that this handler still does happens.");
        }
    }

    /// <summary>A method of the handler stops at an <c>await</c>; what is dead never goes on.</summary>
    public void Stand(Suspendable method, Task there)
    {
        if (!IsDead)
        {
            _standing.Add((method, ExecutionContext.Capture(), there));
        }
    }
}
