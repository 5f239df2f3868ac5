namespace Actors.Simulation.Histories;

/// <summary>
/// The workers as the driver plays them: what their handlers do, when they report, and how late. All that a history knows of workers is here, so that another
/// model of them can take its place: it gets what leaves, and gives reports.
/// </summary>
internal sealed class Workers(Stage stage)
{
    private readonly Stage _stage = stage;
    private readonly List<Puppet> _puppets = [];
    private readonly List<Letter> _underWay = [];
    private readonly List<Letter> _delivered = [];
    private readonly List<OpenRun> _ghosts = [];
    private readonly List<Puppet> _toRenew = [];
    private readonly List<Letter> _fromTheDead = [];
    private int _workers;

    public int Count => _puppets.Count;

    /// <summary>Those that do not have a new start before them.</summary>
    public Puppet[] Known => [.. _puppets.Except(_toRenew)];

    public bool HasPool(int pool) => _puppets.Exists(puppet => puppet.Pool == pool);

    /// <summary>The process has died, and all workers with it. What they were about to say may be heard by the next.</summary>
    public void Die()
    {
        _fromTheDead.AddRange(_underWay);
        _fromTheDead.AddRange(_puppets.Where(static puppet => puppet.Runs.Count > 0).Select(static puppet => new Letter(puppet.Worker, puppet.Assignment!, puppet.Runs.ConvertAll(EndOfTheDead), null)));
        _puppets.Clear();
        _underWay.Clear();
        _delivered.Clear();
        _ghosts.Clear();
        _toRenew.Clear();
    }

    /// <summary>A worker of a process that has died reports all the same.</summary>
    public bool SpeakFromTheDead()
    {
        if (_fromTheDead.Count == 0)
        {
            return false;
        }

        var letter = _stage.Chance.Of(_fromTheDead);
        Deliver(letter.Worker, letter.Assignment, letter.Ends, letter.RunningFor, " from the dead");
        return true;
    }

    /// <summary>Another worker makes itself known.</summary>
    public void Add(int pool)
    {
        var puppet = new Puppet(++_workers, pool);
        _puppets.Add(puppet);
        Ready(puppet, "starts");
    }

    /// <summary>A worker says that it is ready.</summary>
    public void Ready(Puppet puppet, string what) => _stage.Step(
        $"worker {puppet.Worker} of pool {puppet.Pool} {what}",
        checker => checker.Book.WorkerReady(puppet.Worker, puppet.Pool),
        () => _stage.Port.WorkerReady(puppet.Worker, puppet.Pool));

    /// <summary>One that left a run behind has a new start.</summary>
    public bool Renew()
    {
        if (_toRenew.Count == 0)
        {
            return false;
        }

        var puppet = _stage.Chance.Of(_toRenew);
        _toRenew.Remove(puppet);
        Ready(puppet, "has a new start");
        return true;
    }

    /// <summary>One is gone, perhaps with what it was about to report; mostly another comes in its place.</summary>
    public void Lose()
    {
        if (_puppets.Count == 0)
        {
            return;
        }

        var puppet = _stage.Chance.Of(_puppets);
        _puppets.Remove(puppet);
        _toRenew.Remove(puppet);
        _ghosts.AddRange(puppet.Runs);
        if (_stage.Chance.OneIn(2))
        {
            _ghosts.AddRange(_underWay.Where(letter => letter.Worker == puppet.Worker).SelectMany(static letter => letter.Runs));
            _underWay.RemoveAll(letter => letter.Worker == puppet.Worker);
        }

        var hadTaken = puppet.HasTaken;
        _stage.Step(
            $"worker {puppet.Worker} is lost{(hadTaken ? "" : " before it got its work")}",
            checker => checker.Book.WorkerLost(puppet.Worker, hadTaken),
            () => _stage.Port.WorkerLost(puppet.Worker, hadTaken));
        if (!_stage.Chance.OneIn(4))
        {
            Add(puppet.Pool);
        }
    }

    /// <summary>A report arrives: any of those that are under way, and now and then one a second time.</summary>
    public bool Deliver()
    {
        if (_delivered.Count > 0 && !_stage.IsCalm && _stage.Chance.OneIn(6))
        {
            var old = _delivered[^(1 + _stage.Chance.Next(Math.Min(5, _delivered.Count)))];
            Deliver(old.Worker, old.Assignment, old.Ends, old.RunningFor, " again");
            return true;
        }

        if (_underWay.Count == 0)
        {
            return false;
        }

        // The parts of one worker's last report may overtake each other. One that says how long a run has taken is about what those before it have left.
        var letter = _stage.Chance.Of(_underWay);
        var ofOne = _underWay.FindAll(other => other.Assignment == letter.Assignment);
        letter = ofOne.Exists(static other => other.RunningFor is not null) ? ofOne[0] : letter;
        _underWay.Remove(letter);
        _delivered.Add(letter);
        _ghosts.AddRange(letter.Runs);
        Deliver(letter.Worker, letter.Assignment, letter.Ends, letter.RunningFor, "");
        return true;
    }

    private void Deliver(int worker, object assignment, IReadOnlyList<RunEnd> ends, TimeSpan? runningFor, string again)
    {
        if (ends.Count > 0 && !_stage.IsCalm && _stage.Chance.OneIn(12))
        {
            ends = [.. ends, ends[0]];
        }

        _stage.Step(
            $"worker {worker} reports{again}: {(ends.Count == 0 ? "still at work" : string.Join("; ", ends))}",
            checker => checker.Report(assignment, ends, runningFor),
            () => _stage.Port.Report(assignment, ends, runningFor, _stage.Chance.Fraction()));
    }

    /// <summary>A worker goes on, to the next thing that shows: the first that can, from the one named.</summary>
    public bool Work(int first)
    {
        for (var index = 0; index < _puppets.Count; index++)
        {
            if (Work(_puppets[(first + index) % _puppets.Count]))
            {
                return true;
            }
        }

        return false;
    }

    private bool Work(Puppet puppet)
    {
        var before = _underWay.Count;
        while (puppet.Runs.Count > 0 && _underWay.Count == before)
        {
            puppet.HasTaken = true;
            if (puppet.MustAnswer)
            {
                puppet.MustAnswer = false;
                puppet.Runs.ForEach(run => GiveBackUnlessStarted(run));
                Send(puppet, puppet.Current is { } atWork ? _stage.Port.Now - atWork.StartedAt : null);
            }
            else if (puppet.Current is { } current)
            {
                if (!HangsStill(current) && DoEarly(current))
                {
                    return true;
                }

                if (HangsStill(current))
                {
                    return false;
                }

                current.End = EndOf(current);
            }
            else if (puppet.Runs.Find(static run => run.End is null) is { } next)
            {
                next.StartedAt = _stage.Port.Now;
                next.Turn = _stage.Chance.NewTurn(next.Task, next.Input is { IsLastStep: false }, _stage.IsCalm, _stage.TasksLeft);
                if (!next.Turn.Hangs && !_stage.IsCalm && _stage.Chance.OneIn(15))
                {
                    next.Turn = null;
                    GiveBackUnlessStarted(next);
                }
                else if (_stage.Chance.OneIn(3))
                {
                    return _stage.IsCalm; // others go on meanwhile
                }
            }
            else
            {
                Send(puppet, null);
            }
        }

        return _underWay.Count > before;
    }

    /// <summary>A handler that hangs ends when it is told to, if it heeds that. One that can never be told ends when faults stop.</summary>
    private bool HangsStill(OpenRun run) =>
        run.Turn!.Hangs && !(run.Told != Reason.None && run.EndsWhenTold) && !(_stage.IsCalm && run is { Told: Reason.None, Task.Timeout: null });

    private static void GiveBackUnlessStarted(OpenRun run)
    {
        if (run.Turn is null)
        {
            run.End ??= new RunEnd(run.Task, run.Run, EndWord.GivenBack);
        }
    }

    private void Send(Puppet puppet, TimeSpan? runningFor)
    {
        var done = puppet.TakeDone();
        if (done.Count > 1 && _stage.Chance.OneIn(3))
        {
            done.Reverse();
        }

        if (done.Count > 1 && runningFor is null && !_stage.IsCalm && puppet.Runs.Count == 0 && _stage.Chance.OneIn(4))
        {
            // In two parts; they may overtake each other.
            _underWay.Add(new Letter(puppet.Worker, puppet.Assignment!, done[..1], null));
            done.RemoveAt(0);
        }

        _underWay.Add(new Letter(puppet.Worker, puppet.Assignment!, done, runningFor));
    }

    /// <summary>A running attempt spawns something now, or has somebody tell a follow-up.</summary>
    private bool DoEarly(OpenRun run)
    {
        if (run.Turn is not { Word: not EndWord.PutOff } turn || run.Input is { IsLastStep: false })
        {
            return false;
        }

        if (run.Early.Count < turn.Early)
        {
            var key = NewKey(run);
            var child = _stage.Make(key is null ? run.Task.Id.Now(run.Early.Count) : run.Task.Id.Child(key), run.Task, key: key);
            run.Early.Add(child);
            SpawnNow(run, child, "");
            return true;
        }

        if (run.ToldCount < turn.Told)
        {
            run.ToldCount++;
            Tell(run);
            return true;
        }

        return false;
    }

    private void Tell(OpenRun run)
    {
        Errand? told = null;
        var isHeld = false;
        _stage.StepBy(
            () =>
            {
                isHeld = _stage.Port.Hold(run.Task.Id, run.Run, id => told = _stage.Make(id, run.Task));
                return $"somebody tells a follow-up of {run.Task}, attempt {run.Attempt}";
            },
            checker => checker.Held(run.Task.Id, run.Run, isHeld, told));
    }

    private void SpawnNow(OpenRun run, Errand child, string late) => _stage.Step(
        $"{late}{run.Task} spawns {child} now",
        checker => checker.Book.SpawnNow(run.Task, run.Run, child),
        () => _stage.Port.SpawnNow(run.Task, run.Run, child));

    private RunEnd EndOf(OpenRun run)
    {
        var turn = run.Turn!;
        var word = run.Told != Reason.None && (turn.Hangs || _stage.Chance.OneIn(2)) ? EndWord.Interrupted : turn.Word;
        var end = new RunEnd(run.Task, run.Run, word) { Value = ++_stage.Tasks, Elapsed = run.Task.Type.Elapsed };
        switch (word)
        {
            case EndWord.PutOff:
                return end with { Delay = _stage.Chance.NewDelay() };
            case EndWord.Failed when run.Input is null && _stage.Chance.OneIn(4):
                return end with { Delay = _stage.Chance.OneIn(2) ? _stage.Chance.NewDelay() : null, Retry = _stage.Chance.NewRetry() };
            case not (EndWord.Succeeded or EndWord.Joined):
                return end;
        }

        var spawned = new List<Errand>();
        for (var ordinal = 0; _stage.Chance.GoesOn(spawned.Count < turn.Spawns);)
        {
            var key = NewKey(run);
            spawned.Add(_stage.Make(key is null ? run.Task.Id.Child(ordinal++) : run.Task.Id.Child(key), run.Task, key: key));
        }

        end = end with { Spawned = spawned };
        return turn.MakesJoin && NewJoin(run, spawned) is var join && word == EndWord.Joined ? end with { Join = join } : end;
    }

    private Errand NewJoin(OpenRun run, List<Errand> spawned)
    {
        var leavesSome = _stage.Chance.OneIn(3);
        List<(Errand, bool)> members = [];
        members.AddRange(spawned.Where(_ => !leavesSome || _stage.Chance.OneIn(2)).Select(static child => (child, false)));
        members.AddRange(run.Early.Where(_ => !leavesSome || _stage.Chance.OneIn(2)).Select(static child => (child, true)));
        var terms = new JoinTerms(_stage.Chance.NewPolicy(), 1 + _stage.Chance.Next(3), _stage.Chance.OneIn(3), members);
        return _stage.Make(run.Task.Id.Join(), run.Task, join: terms);
    }

    /// <summary>A key that this run has not used, so that a later run may name the same child; null for a child that its ordinal names.</summary>
    private string? NewKey(OpenRun run) => _stage.Chance.OneIn(4) && _stage.Chance.Of(["a", "b"]) is var key && run.Keys.Add(key) ? key : null;

    /// <summary>A run that is over says something all the same.</summary>
    public void SpeakLate()
    {
        if (_ghosts.Count == 0)
        {
            return;
        }

        var run = _ghosts[^(1 + _stage.Chance.Next(Math.Min(8, _ghosts.Count)))];
        switch (_stage.Chance.Next(4))
        {
            case 0:
                var child = _stage.Make(run.Task.Id.Now(9), run.Task);
                SpawnNow(run, child, "late: ");
                break;
            case 1:
                Tell(run);
                break;
            default:
                var end = new RunEnd(run.Task, run.Run, EndWord.Succeeded) { Value = ++_stage.Tasks, Spawned = [_stage.Make(run.Task.Id.Child("late"), run.Task)] };
                end = run.Input is { IsLastStep: false } ? end with { Word = EndWord.Folded, Spawned = [] } : end;
                Deliver(run.Worker, run.Assignment, [end], null, " late");
                break;
        }
    }

    /// <summary>Something has left for a worker, perhaps.</summary>
    public void CarryOut(Signal signal)
    {
        switch (signal)
        {
            case RunsAssigned assigned:
                _puppets.Find(puppet => puppet.Worker == assigned.Worker)?.Get(
                    assigned.Assignment, assigned.Runs.Select(run => new OpenRun(assigned.Worker, assigned.Assignment, run, _stage.Chance.OneIn(2))));
                break;
            case RunToldToEnd told when PuppetWith(told.Assignment) is { } puppet:
                puppet.MustAnswer = true;
                puppet.Runs.Find(run => run.Task == told.Task && run.Run == told.Run)?.Told = told.Reason;
                break;
            case WorkRecalled recalled when PuppetWith(recalled.Assignment) is { } puppet:
                puppet.MustAnswer = true;
                break;
            case RunLeftBehind left when _puppets.Find(puppet => puppet.Worker == left.Worker) is { } puppet:
                if (puppet.Assignment == left.Assignment)
                {
                    _ghosts.AddRange(puppet.Runs);
                    puppet.Runs.Clear();
                }

                _toRenew.Add(puppet); // whether it ever got that or not
                break;
        }
    }

    private static OpenRun EndOfTheDead(OpenRun run)
    {
        run.End ??= new RunEnd(run.Task, run.Run, run.Input is { IsLastStep: false } ? EndWord.Folded : EndWord.Succeeded) { Value = -run.Task.Number };
        return run;
    }

    private Puppet? PuppetWith(object assignment) => _puppets.Find(puppet => puppet.Assignment == assignment);
}
