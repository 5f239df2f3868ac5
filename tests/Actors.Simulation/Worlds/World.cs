using System.Diagnostics;
using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>One order of events of a plan. What happens next is decided from outside: a world says what can.</summary>
/// <remarks>
/// It stands where the ledger stands: a report is an event when it arrives, and what its worker did before that nobody could see. A worker runs what it has in
/// order, but the parts of its report may overtake each other.
/// </remarks>
internal sealed class World
{
    private static readonly SortedList<int, Stretch> NoGhosts = [];
    private static readonly Terms Terms = new() { ChunkTasksMax = 4, FoldStepMax = 1, WorkerLossesMax = 2 };

    private readonly Cast _cast;
    private readonly Scene _scene;
    private readonly ILedgerPort _port;
    private readonly Checker _checker;
    private readonly Errand _root;
    private readonly Story? _story;
    private readonly List<Move> _moves = [];

    public World(Cast cast, Func<ILedgerPort, ILedgerPort>? plant, Story? story)
    {
        _cast = cast;
        _story = story;
        ILedgerPort real = new LedgerPort(Terms);
        _port = plant?.Invoke(real) ?? real;
        _port.Now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _checker = new Checker(Terms, _port, null);
        _scene = new Scene(_port, _checker) { FaultsLeft = cast.Plan.FaultsMax };
        _root = _cast.MakeRoot(_scene);
    }

    /// <summary>Whether its steps are judged. Those that were judged before need not be a second time.</summary>
    public bool IsJudged { get; set; } = true;

    public int FaultsLeft => _scene.FaultsLeft;

    /// <summary>What followed from the last step.</summary>
    public IReadOnlyList<Signal> Followed { get; private set; } = [];

    public void Begin()
    {
        for (var worker = 0; worker < _cast.Plan.Workers; worker++)
        {
            _scene.Hands.Add(new Hand(worker + 1));
            Ready(_scene.Hands[^1], "starts");
        }

        var completion = _cast.MakeCompletion(_scene, _root);
        Step($"{_root} is submitted{(completion is null ? "" : $", with {completion} for its completion")}", () =>
        {
            _checker.Book.Submit(_root, completion);
            _port.Submit(_root, completion);
        });
    }

    /// <summary>What tells this state from others, but how many faults are left.</summary>
    /// <param name="print">Takes it.</param>
    /// <param name="isBare">Leaves out whoever is over and may speak again: that counts as a fault, and where none is left nobody does.</param>
    public UInt128 Print(Fingerprint print, bool isBare)
    {
        var (ghosts, faultsLeft) = (_scene.Ghosts, _scene.FaultsLeft);
        (_scene.Ghosts, _scene.FaultsLeft) = (isBare ? NoGhosts : ghosts, 0);
        var bits = print.Of(_scene, _port.Now);
        (_scene.Ghosts, _scene.FaultsLeft) = (ghosts, faultsLeft);
        return bits;
    }

    /// <summary>What can happen next, faults last; the same list as long as nothing happens.</summary>
    public List<Move> Moves()
    {
        _moves.Clear();
        for (var index = 0; index < _scene.Hands.Count; index++)
        {
            AddMoves(_scene.Hands[index], index);
        }

        AddTime();
        if (!_moves.Exists(static move => !move.IsFault))
        {
            EndOrder();
        }

        if (_scene.FaultsLeft == 0)
        {
            _moves.RemoveAll(static move => move.IsFault);
            return _moves;
        }

        // Once the tree has ended nothing is left that may be lost or closed: a ledger that is asked or told something must know that, and that is all.
        var isOver = _checker.Book.Trees.Count == 0;
        for (var index = 0; index < _scene.Hands.Count && !isOver; index++)
        {
            AddFaults(_scene.Hands[index], index);
        }

        foreach (var entry in _checker.Book.Live.Values.OrderBy(static entry => entry.Task.Number))
        {
            _moves.Add(new Move(MoveKind.Cancel, 0, entry.Task.Number, true));
        }

        _moves.Add(new Move(MoveKind.CancelTree, 0, 0, true));
        if (!isOver)
        {
            _moves.Add(new Move(_checker.Book.IsClosed ? MoveKind.Stop : MoveKind.Close, 0, 0, true));
        }

        foreach (var (number, ghost) in _scene.Ghosts)
        {
            _moves.Add(new Move(MoveKind.SpeakLate, 0, number, true));
            if (!ghost.IsStep && _cast.CountEarly(ghost.Task) > 0)
            {
                _moves.Add(new Move(MoveKind.SpawnLate, 0, number, true));
            }
        }

        return _moves;
    }

    public void Make(Move move)
    {
        _scene.FaultsLeft -= move.IsFault ? 1 : 0;
        var hand = move.Hand < _scene.Hands.Count ? _scene.Hands[move.Hand] : null!;
        switch (move.Kind)
        {
            case MoveKind.Answer:
                hand.MustAnswer = false;
                var notStarted = hand.Runs.Skip(1).ToArray();
                Report(hand, notStarted, static run => new RunEnd(run.Task, run.Run, EndWord.GivenBack), _port.Now - hand.StartedAt);
                break;
            case MoveKind.SpawnNow:
                hand.HasShown = true;
                SpawnNow(hand.Runs[0], "");
                break;
            case MoveKind.End:
                Report(hand, [hand.Runs[move.Which]], EndOf);
                break;
            case MoveKind.EndAll:
                Report(hand, [.. hand.Runs], EndOf);
                break;
            case MoveKind.EndInterrupted:
                Report(hand, [hand.Runs[0]], static run => new RunEnd(run.Task, run.Run, EndWord.Interrupted));
                break;
            case MoveKind.Fail:
                Report(hand, [hand.Runs[0]], static run => new RunEnd(run.Task, run.Run, EndWord.Failed));
                break;
            case MoveKind.FailForGood:
                Report(hand, [hand.Runs[0]], static run => new RunEnd(run.Task, run.Run, EndWord.FailedForGood));
                break;
            case MoveKind.Renew:
                hand.IsRenewed = false;
                Ready(hand, "has a new start");
                break;
            case MoveKind.Replace:
                hand.IsGone = false;
                Ready(hand, "starts in its place");
                break;
            case MoveKind.PassTime:
                PassTime();
                break;
            case MoveKind.Lose:
                Lose(hand, true);
                break;
            case MoveKind.LoseBeforeTaken:
                Lose(hand, false);
                break;
            case MoveKind.Stop:
                Step($"every run is told to end", () =>
                {
                    _checker.Book.InterruptAll();
                    _port.InterruptAll();
                });
                break;
            case MoveKind.Close:
                Step($"the ledger closes", () =>
                {
                    _checker.Book.Close();
                    _port.Close();
                });
                break;
            case MoveKind.SpeakLate:
                var late = _scene.Ghosts[move.Which];
                Report(late.Assignment, [_cast.EndOf(_scene, late, true)], null, $"late: {late.Task} reports");
                break;
            case MoveKind.SpawnLate:
                SpawnNow(_scene.Ghosts[move.Which], "late: ");
                break;
            default:
                Cancel(move);
                break;
        }
    }

    /// <summary>Nothing at all can happen any more.</summary>
    public void Finish()
    {
        if (_checker.Book.IsClosed)
        {
            return;
        }

        while (_port.NextDue is { } due)
        {
            _port.Now = due > _port.Now ? due : _port.Now; // a time that has lost its reason may stand until it is reached
            Step($"{_port.Now:HH:mm:ss.fff} it is", _port.Tick, isTick: true);
        }

        _checker.EndHistory();
    }

    private void AddMoves(Hand hand, int index)
    {
        if (hand.IsGone || hand.IsRenewed)
        {
            _moves.Add(new Move(hand.IsGone ? MoveKind.Replace : MoveKind.Renew, index, 0, false));
            return;
        }

        if (hand.Runs.Count == 0)
        {
            return;
        }

        if (hand.MustAnswer)
        {
            _moves.Add(new Move(MoveKind.Answer, index, 0, false));
        }

        var mayEndAll = true;
        for (var place = 0; place < hand.Runs.Count; place++)
        {
            var run = hand.Runs[place];
            if (!run.IsStep && run.Early.Count < _cast.CountEarly(run.Task))
            {
                mayEndAll = false;
                if (place == 0)
                {
                    _moves.Add(new Move(MoveKind.SpawnNow, index, 0, false));
                }
            }
            else
            {
                _moves.Add(new Move(MoveKind.End, index, place, false));
            }
        }

        if (mayEndAll && hand.Runs.Count > 1)
        {
            _moves.Add(new Move(MoveKind.EndAll, index, 0, false));
        }

        if (hand.Runs[0].IsTold)
        {
            _moves.Add(new Move(MoveKind.EndInterrupted, index, 0, false));
        }
    }

    /// <summary>Time that passes to a timeout, or to the end of a grace time that no timeout began, is a run that hangs.</summary>
    private void AddTime()
    {
        var next = _checker.Book.Earliest;
        if (next == long.MaxValue)
        {
            return;
        }

        var stints = _checker.Book.Benches.Values.SelectMany(static bench => bench.Stints);
        var hangs = stints.Any(stint => stint.TimeoutAt <= next || (stint.AbandonAt <= next && stint.Told != Reason.Timeout));
        _moves.Add(new Move(MoveKind.PassTime, 0, 0, hangs));
    }

    /// <summary>Time passes to when something is due, as often as the ledger asks to be woken until then: it may ask for a time that has lost its reason.</summary>
    private void PassTime()
    {
        var next = Math.Max(_checker.Book.Earliest, _port.Now.UtcTicks);
        do
        {
            var due = _port.NextDue?.UtcTicks ?? next;
            _port.Now = new DateTimeOffset(Math.Clamp(due, _port.Now.UtcTicks, next), TimeSpan.Zero);
            Step($"{_port.Now:HH:mm:ss.fff} it is", _port.Tick, isTick: true);
        }
        while (_port.Now.UtcTicks < next);
    }

    private void AddFaults(Hand hand, int index)
    {
        if (hand.IsGone)
        {
            return;
        }

        if (hand.Runs.Count > 0)
        {
            _moves.Add(new Move(MoveKind.Fail, index, 0, true));
            _moves.Add(new Move(MoveKind.FailForGood, index, 0, true));
            _moves.Add(new Move(MoveKind.Lose, index, 0, true));
        }

        if (hand.Runs.Count == 0 || !hand.HasShown)
        {
            _moves.Add(new Move(MoveKind.LoseBeforeTaken, index, 0, true));
        }
    }

    /// <summary>Nothing more happens by itself: then everything has ended, or nothing may start any more and nothing runs.</summary>
    private void EndOrder()
    {
        if (_checker.Book.IsClosed)
        {
            Rules.Hold(_port.RunsOut == 0, Rules.DrainEnds, $"{_port.RunsOut} run(s) are out, and nothing is to happen");
        }
        else if (!_moves.Exists(static move => move.Kind == MoveKind.PassTime))
        {
            Rules.Hold(_port.LiveTrees == 0, Rules.EverythingEnds, $"{_port.LiveTrees} tree(s) live, and nothing is to happen");
        }
    }

    private RunEnd EndOf(Stretch run) => _cast.EndOf(_scene, run, false);

    private void Ready(Hand hand, string what) => Step($"worker {hand.Worker} {what}", () =>
    {
        _checker.Book.WorkerReady(hand.Worker, 0);
        _port.WorkerReady(hand.Worker, 0);
    });

    private void Lose(Hand hand, bool hadTaken)
    {
        var isIdle = hand.Runs.Count == 0;
        hand.IsGone = true;
        hand.Runs.ForEach(Bury);
        hand.Runs.Clear();
        (hand.Assignment, hand.IsRenewed, hand.MustAnswer, hand.HasShown) = (null, false, false, false);
        Step($"worker {hand.Worker} is lost{(hadTaken || isIdle ? "" : " before it got its work")}", () =>
        {
            _checker.Book.WorkerLost(hand.Worker, hadTaken);
            _port.WorkerLost(hand.Worker, hadTaken);
        });
    }

    private void Bury(Stretch run) => _scene.Ghosts[run.Task.Number] = run;

    private void SpawnNow(Stretch run, string late)
    {
        var child = _cast.MakeEarly(_scene, run.Task, late.Length > 0 ? 0 : run.Early.Count, late.Length > 0);
        if (late.Length == 0)
        {
            run.Early.Add(child);
        }

        Step($"{late}{run.Task} spawns {child} now", () =>
        {
            _checker.Book.SpawnNow(run.Task, run.Run, child);
            _port.SpawnNow(run.Task, run.Run, child);
        });
    }

    private void Cancel(Move move)
    {
        var (isFound, mustBeFound) = (false, false);
        if (move.Kind == MoveKind.CancelTree)
        {
            Step($"the tree of {_root} is cancelled", () =>
            {
                mustBeFound = _checker.Book.CancelTree(_root.Id);
                isFound = _port.CancelTree(_root.Id);
            });
        }
        else
        {
            var task = _checker.Book.Live.Values.First(entry => entry.Task.Number == move.Which).Task;
            Step($"{task} is cancelled", () =>
            {
                mustBeFound = _checker.Book.Cancel(task.Id);
                isFound = _port.Cancel(task.Id);
            });
        }

        Rules.Hold(isFound == mustBeFound, Rules.Answers, $"whether there was something to cancel: {isFound}");
    }

    private void Report(Hand hand, Stretch[] runs, Func<Stretch, RunEnd> how, TimeSpan? runningFor = null)
    {
        hand.HasShown = true;
        var ends = Array.ConvertAll(runs, run => how(run));
        foreach (var run in runs)
        {
            hand.StartedAt = run == hand.Runs[0] ? _port.Now : hand.StartedAt;
            hand.Runs.Remove(run);
            Bury(run);
        }

        Report(hand.Assignment!, ends, runningFor, $"worker {hand.Worker} reports");
    }

    private void Report(object assignment, RunEnd[] ends, TimeSpan? runningFor, string who) =>
        Step($"{who}: {(ends.Length == 0 ? "still at work" : _story is null ? "" : string.Join("; ", (object[])ends))}", () =>
        {
            _checker.Report(assignment, ends, runningFor);
            _port.Report(assignment, ends, runningFor, 0);
        });

    private void Step(FormattableString what, Action command, bool isTick = false)
    {
        _story?.Add(_port.Now, FormattableString.Invariant(what));
        _checker.Begin(_port.Now, isTick);
        if (isTick)
        {
            _checker.Book.Tick();
        }

        command();
        var signals = _port.Release();
        _story?.Follows(signals);
        Followed = signals;
        signals.ForEach(CarryOut);
        _checker.End(signals, IsJudged);
    }

    private void CarryOut(Signal signal)
    {
        switch (signal)
        {
            case RunsAssigned assigned when _scene.Hands.Find(hand => hand.Worker == assigned.Worker) is { } hand:
                (hand.Assignment, hand.MustAnswer, hand.HasShown, hand.StartedAt) = (assigned.Assignment, false, false, _port.Now);
                hand.Runs.AddRange(assigned.Runs.Select(run => new Stretch(assigned.Assignment, run)));
                break;
            case RunToldToEnd told when HandWith(told.Assignment) is { } hand:
                hand.MustAnswer = hand.Runs.Count > 1;
                hand.Runs.Find(run => run.Task == told.Task && run.Run == told.Run)?.IsTold = true;
                break;
            case WorkRecalled recalled when HandWith(recalled.Assignment) is { } hand:
                hand.MustAnswer = hand.Runs.Count > 1;
                break;
            case RunLeftBehind left when HandWith(left.Assignment) is { } hand:
                hand.Runs.ForEach(Bury);
                hand.Runs.Clear();
                (hand.IsRenewed, hand.MustAnswer) = (true, false);
                break;
        }
    }

    private Hand? HandWith(object assignment) => _scene.Hands.Find(hand => hand.Assignment == assignment && !hand.IsGone);
}
