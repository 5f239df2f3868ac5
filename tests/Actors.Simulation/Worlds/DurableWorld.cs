using Actors.Simulation.Histories;
using Actors.Simulation.Stores;

namespace Actors.Simulation.Worlds;

internal enum DurableMoveKind
{
    /// <summary>The client submits the root under its key, or asks again.</summary>
    Submit,

    /// <summary>The store does what is next, and the coordinator hears of it.</summary>
    Commit,

    /// <summary>The next row of a live tree is read.</summary>
    Load,
    SpawnNow,
    End,
    PassTime,

    /// <summary>The client that was not told asks what became of it.</summary>
    Find,

    /// <summary>The commit fails after it has been written.</summary>
    FailAfter,

    /// <summary>The commit fails before.</summary>
    FailBefore,

    /// <summary>The process dies.</summary>
    Die,

    /// <summary>The process dies when its commit has been written and before it hears of it.</summary>
    DieWritten,

    /// <summary>The run that a worker is at fails.</summary>
    Fail,
    CancelTree,
}

/// <param name="Kind">What.</param>
/// <param name="Hand">Whose.</param>
internal readonly record struct DurableMove(DurableMoveKind Kind, int Hand)
{
    public bool IsFault => Kind >= DurableMoveKind.FailAfter;
}

/// <summary>One order of events of a plan with a store. What happens next is decided from outside: a world says what can.</summary>
internal sealed class DurableWorld
{
    private static readonly Terms Terms = new() { ChunkTasksMax = 4, FoldStepMax = 1, WorkerLossesMax = 2, IsDurable = true };

    private readonly Stage _stage;
    private readonly Cast _cast;
    private readonly Scene _scene;
    private readonly List<DurableMove> _moves = [];
    private readonly TaskId _root = TaskId.FromKey("root");
    private bool _isSubmitted;
    private bool _isAsked;
    private int _workers;
    private Reading _reading;

    public DurableWorld(Plan plan, DurableFault? fault, Story? story)
    {
        _cast = new Cast(plan);
        _stage = new Stage(new Chance([]), Terms, new Staging { IsDurable = true, Fault = fault }, story) { CarryOut = CarryOut };
        _reading = new Reading(_stage);
        _cast.Made = _stage.Lives!.Papers.Add;
        _scene = new Scene(_stage.Port, _stage.Checker) { FaultsLeft = plan.FaultsMax };
    }

    /// <summary>Whether its steps are judged: those that were judged before need not be.</summary>
    public bool IsJudged
    {
        set => _stage.IsJudged = value;
    }

    private DurablePort Port => _stage.Lives!.Port!;

    public void Begin() => AddWorkers();

    /// <summary>What can happen next, faults last.</summary>
    public IReadOnlyList<DurableMove> Moves()
    {
        _moves.Clear();
        if (!_isSubmitted)
        {
            Add(DurableMoveKind.Submit);
        }

        if (Port.IsWriting)
        {
            Add(DurableMoveKind.Commit);
        }

        if (Port.IsLoading)
        {
            Add(DurableMoveKind.Load);
        }

        for (var hand = 0; hand < _scene.Hands.Count; hand++)
        {
            if (_scene.Hands[hand].Runs is [var run, ..])
            {
                Add(!run.IsStep && run.Early.Count < _cast.CountEarly(run.Task) ? DurableMoveKind.SpawnNow : DurableMoveKind.End, hand);
            }
        }

        if (_moves.Count == 0 && _stage.Port.NextDue is not null)
        {
            Add(DurableMoveKind.PassTime);
        }

        if (_moves.Count == 0 && !_stage.Lives!.IsOver(_root) && !_isAsked)
        {
            Add(DurableMoveKind.Find);
        }

        if (_scene.FaultsLeft > 0 && _moves is not [] and not [{ Kind: DurableMoveKind.Find }])
        {
            AddFaults();
        }

        return _moves;
    }

    public void Make(DurableMove move)
    {
        _scene.FaultsLeft -= move.IsFault ? 1 : 0;
        switch (move.Kind)
        {
            case DurableMoveKind.Submit:
                Submit();
                break;
            case DurableMoveKind.Commit:
                Write(Fate.Written);
                Hear();
                break;
            case DurableMoveKind.Load:
                _reading.Load(1);
                break;
            case DurableMoveKind.SpawnNow:
                SpawnNow(_scene.Hands[move.Hand]);
                break;
            case DurableMoveKind.End:
                Report(_scene.Hands[move.Hand], run => _cast.EndOf(_scene, run, false));
                break;
            case DurableMoveKind.Fail:
                Report(_scene.Hands[move.Hand], static run => new RunEnd(run.Task, run.Run, EndWord.Failed));
                break;
            case DurableMoveKind.PassTime:
                _stage.Port.Now = _stage.Port.NextDue is { } due && due > _stage.Port.Now ? due : _stage.Port.Now;
                _stage.Tick();
                break;
            case DurableMoveKind.Find:
                _isAsked = true;
                Happen("the client asks what became of it", () => Port.Find(_root));
                break;
            case DurableMoveKind.FailAfter:
                Write(Fate.FailsAfter);
                Hear(); // it was there already
                break;
            case DurableMoveKind.FailBefore:
                Write(Fate.FailsBefore);
                Hear(); // likewise
                break;
            case DurableMoveKind.CancelTree:
                var isFound = false;
                _stage.StepBy(
                    () =>
                    {
                        isFound = _stage.Port.CancelTree(_root);
                        Port.Reply(new CancelTaken(_root, isFound));
                        return "the tree is cancelled";
                    },
                    checker => Rules.Hold(isFound == checker.Book.CancelTree(_root), Rules.Answers, "whether there was something to cancel"));
                break;
            case DurableMoveKind.DieWritten:
                Write(Fate.Written);
                Die();
                break;
            default:
                Die();
                break;
        }
    }

    /// <summary>Nothing can happen any more.</summary>
    public void Finish()
    {
        Rules.Hold(_stage.Lives!.IsOver(_root) && _stage.Port.LiveTrees == 0, Rules.EverythingEnds, "nothing is to happen");
        _stage.Checker.EndHistory();
        _stage.Lives!.End(_stage.Book);
    }

    private void Add(DurableMoveKind kind, int hand = 0) => _moves.Add(new DurableMove(kind, hand));

    private void AddFaults()
    {
        for (var hand = 0; hand < _scene.Hands.Count; hand++)
        {
            if (_scene.Hands[hand].Runs.Count > 0)
            {
                Add(DurableMoveKind.Fail, hand);
            }
        }

        if (Port.IsWriting)
        {
            Add(DurableMoveKind.FailAfter);
            Add(DurableMoveKind.FailBefore);
            Add(DurableMoveKind.DieWritten);
        }

        if (_stage.Book.Trees.ContainsKey(_root) && !Port.IsLoading)
        {
            Add(DurableMoveKind.CancelTree);
        }

        Add(DurableMoveKind.Die);
    }

    private void AddWorkers()
    {
        for (var hand = 0; hand < _cast.Plan.Workers; hand++)
        {
            var worker = ++_workers;
            _scene.Hands.Add(new Hand(worker));
            _stage.Step($"worker {worker} starts", checker => checker.Book.WorkerReady(worker, 0), () => _stage.Port.WorkerReady(worker, 0));
        }
    }

    private void Submit()
    {
        _isSubmitted = true;
        var root = _cast.MakeRoot(_scene);
        var completion = _cast.MakeCompletion(_scene, root);
        Happen($"{root} is submitted{(completion is null ? "" : $", with {completion} for its completion")}", () => Port.Accept(root, completion, hasKey: true));
    }

    private void Write(Fate fate) => _stage.StepBy(() => Port.Write(fate), static _ => { });

    private void Hear()
    {
        while (Port.HasAnswers)
        {
            Happen("the store has answered", Port.Hear);
        }
    }

    private void Die()
    {
        _scene.Hands.Clear();
        _stage.Die(fencesOff: false);
        _reading = new Reading(_stage);
        (_scene.Port, _scene.Checker) = (_stage.Port, _stage.Checker);
        (_isSubmitted, _isAsked) = (_stage.Lives!.IsAccepted(_root), false); // who has no answer asks again
        AddWorkers();
    }

    private void SpawnNow(Hand hand)
    {
        var run = hand.Runs[0];
        var child = _cast.MakeEarly(_scene, run.Task, run.Early.Count, false);
        run.Early.Add(child);
        _stage.Step($"{run.Task} spawns {child} now", checker => checker.Book.SpawnNow(run.Task, run.Run, child), () => _stage.Port.SpawnNow(run.Task, run.Run, child));
    }

    private void Report(Hand hand, Func<Stretch, RunEnd> how)
    {
        var run = hand.Runs[0];
        var (end, assignment) = (run.IsTold ? new RunEnd(run.Task, run.Run, EndWord.Interrupted) : how(run), hand.Assignment!);
        hand.Runs.RemoveAt(0);
        _stage.Step(
            $"worker {hand.Worker} reports: {end}",
            checker => checker.Report(assignment, [end], null),
            () => _stage.Port.Report(assignment, [end], null, 0));
    }

    private void Happen(string what, Action command) => _reading.Happen(what, command);

    private void CarryOut(Signal signal)
    {
        switch (signal)
        {
            case RunsAssigned assigned when _scene.Hands.Find(hand => hand.Worker == assigned.Worker) is { } hand:
                hand.Assignment = assigned.Assignment;
                hand.Runs.AddRange(assigned.Runs.Select(run => new Stretch(assigned.Assignment, run)));
                break;
            case RunToldToEnd told when _scene.Hands.Find(hand => hand.Assignment == told.Assignment) is { } hand:
                hand.Runs.Find(run => run.Task == told.Task && run.Run == told.Run)?.IsTold = true;
                break;
        }
    }
}
