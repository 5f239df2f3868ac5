namespace Actors.Simulation.Histories;

/// <summary>
/// One random history of a ledger: a random program, and workers that run it in a random order, whose reports come late, twice or out of order, and that hang
/// and die. The same seed makes the same history.
/// </summary>
internal sealed partial class History
{
    /// <summary>More tasks than this no seed makes. The size of a history is its seed modulo this number, so that shorter ones can be looked for.</summary>
    public const int SizeMax = 64;

    private const int CalmStepsMin = 200;
    private const int CalmStepsOfTaskMax = 60;

    private readonly Chance _chance;
    private readonly Terms _terms;
    private readonly ILedgerPort _port;
    private readonly Checker _checker;
    private readonly Story? _story;
    private readonly HashSet<string> _seen = [];
    private readonly List<Puppet> _puppets = [];
    private readonly List<Letter> _underWay = [];
    private readonly List<Letter> _delivered = [];
    private readonly List<OpenRun> _ghosts = [];
    private readonly List<Puppet> _toRenew = [];
    private readonly List<Errand> _roots = [];
    private int _workers;
    private int _tasks;
    private int _tasksLeft;
    private int _rootsLeft;
    private readonly bool _hasControls;
    private bool _isCalm;

    private History(Chance chance, int seed, Func<ILedgerPort, ILedgerPort>? plant, Story? story)
    {
        _chance = chance;
        _terms = _chance.NewTerms();
        _story = story;
        _tasksLeft = 1 + _chance.Say(seed & (SizeMax - 1));
        _rootsLeft = 1 + _chance.Next(1 + (_tasksLeft / 12));
        _hasControls = _chance.Say(seed % 5 >= 3 ? 1 : 0) == 1;
        ILedgerPort real = new LedgerPort(_terms);
        _port = plant?.Invoke(real) ?? real;
        _port.Now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _checker = new Checker(_terms, _port, _seen);
    }

    /// <summary>Plays one history to its end.</summary>
    /// <returns>What kinds of things happened.</returns>
    /// <exception cref="BrokenRuleException">A rule was broken, or the ledger threw.</exception>
    public static IReadOnlySet<string> Play(int seed, Func<ILedgerPort, ILedgerPort>? plant = null, Story? story = null) =>
        Play(new Chance(seed), seed, plant, story);

    /// <param name="chance">Decides.</param>
    /// <param name="seed">Says how large it may be, unless the decisions were taken down.</param>
    /// <param name="plant">What lies between it and the ledger; null for nothing.</param>
    /// <param name="story">Gets what happens; null where nobody asks.</param>
    /// <inheritdoc cref="Play(int, Func{ILedgerPort, ILedgerPort}, Story)"/>
    public static IReadOnlySet<string> Play(Chance chance, int seed, Func<ILedgerPort, ILedgerPort>? plant, Story? story)
    {
        var history = new History(chance, seed, plant, story);
        try
        {
            history.Play();
            return history._seen;
        }
        catch (Exception exception) when (exception is not BrokenRuleException)
        {
            throw new BrokenRuleException(Rules.NoCrash, exception.Message, exception);
        }
    }

    private void Play()
    {
        foreach (var _ in _chance.Times(0, 8))
        {
            AddWorker(_chance.Next(Terms.Pools));
        }

        Submit();
        Disturb(10, 20 + (2 * _tasksLeft));
        if (_chance.Next(4, least: 2) is var ending && ending < 2)
        {
            _rootsLeft = 0;
            Step("the ledger closes", () =>
            {
                _checker.Book.Close();
                _port.Close();
            });
            if (ending == 0)
            {
                InterruptAll();
            }

            Disturb(0, 20);
        }

        while (_rootsLeft > 0)
        {
            Submit();
        }

        Calm();
        _checker.EndHistory();
    }

    private void Disturb(int stepsMin, int stepsMax)
    {
        foreach (var _ in _chance.Times(stepsMin, stepsMax))
        {
            switch (_chance.Next(100))
            {
                case < 38:
                    Work(_chance.Next(_puppets.Count));
                    break;
                case < 66:
                    Deliver();
                    break;
                case < 78:
                    PassTime();
                    break;
                case < 82:
                    Cancel();
                    break;
                case < 85:
                    Lose();
                    break;
                case < 92:
                    SpeakLate();
                    break;
                case < 95:
                    Renew();
                    break;
                case < 96:
                    InterruptAll();
                    break;
                case < 97 when _puppets.Except(_toRenew).ToArray() is { Length: > 0 } known:
                    Ready(_chance.Of(known), "says again that it is ready");
                    break;
                case < 98 when _hasControls && !_chance.OneIn(8):
                    ChangePause();
                    break;
                case < 98:
                    AddWorker(_chance.Next(Terms.Pools));
                    break;
                default:
                    Submit();
                    break;
            }
        }
    }

    /// <summary>No more faults: everything must end, or, where the ledger is closed, everything that runs.</summary>
    private void Calm()
    {
        _isCalm = true;
        foreach (var hold in _checker.Book.Holds.ToArray())
        {
            SetPause(hold, isPaused: false);
        }

        for (var pool = 0; pool < Terms.Pools; pool++)
        {
            if (!_puppets.Exists(puppet => puppet.Pool == pool))
            {
                AddWorker(pool);
            }
        }

        var rule = _checker.Book.IsClosed ? Rules.DrainEnds : Rules.EverythingEnds;
        for (var step = 0; _checker.Book.IsClosed ? _port.RunsOut > 0 : _port.LiveTrees > 0; step++)
        {
            Rules.Hold(
                step < CalmStepsMin + (CalmStepsOfTaskMax * _tasks), rule, $"{_port.LiveTrees} tree(s) live and {_port.RunsOut} run(s) are out after {step} steps");
            if (!Renew() && !Deliver() && !Work(_chance.Next(_puppets.Count)))
            {
                Rules.Hold(_port.NextDue is not null, rule, $"{_port.LiveTrees} tree(s) live, {_port.RunsOut} run(s) are out, nobody works and nothing is due");
                PassTime();
            }
        }

        if (_port.NextDue is not null)
        {
            PassTime(); // a time that has lost its reason may stand until it is reached
        }
    }

    private void Submit()
    {
        if (_checker.Book.IsClosed)
        {
            return;
        }

        // Now and then a root that there is, or was, already.
        var again = _roots.Count > 0 && _chance.OneIn(5) ? _chance.Of(_roots) : null;
        if (again is null && _rootsLeft-- <= 0)
        {
            return;
        }

        var root = Make(again?.Id ?? TaskId.FromKey($"root {_roots.Count}"), null, again?.Type);
        var completion = _chance.OneIn(2) ? Make(root.Id.Completion(), root) : null;
        root.Rules = _hasControls && _chance.OneIn(2) ? _chance.NewRules() : null;
        _roots.Add(root);
        Step($"{root} ({root.Type.Name}) is submitted{(again is null ? "" : $" under the key of {again}")}{(completion is null ? "" : $", with {completion} for its completion")}{(root.Rules is null ? "" : $", {root.Rules}")}", () =>
        {
            _checker.Book.Submit(root, completion);
            _port.Submit(root, completion);
        });
    }

    private void AddWorker(int pool)
    {
        var puppet = new Puppet(++_workers, pool);
        _puppets.Add(puppet);
        Ready(puppet, "starts");
    }

    private void Ready(Puppet puppet, string what) => Step($"worker {puppet.Worker} of pool {puppet.Pool} {what}", () =>
    {
        _checker.Book.WorkerReady(puppet.Worker, puppet.Pool);
        _port.WorkerReady(puppet.Worker, puppet.Pool);
    });

    private bool Renew()
    {
        if (_toRenew.Count == 0)
        {
            return false;
        }

        var puppet = _chance.Of(_toRenew);
        _toRenew.Remove(puppet);
        Ready(puppet, "has a new start");
        return true;
    }

    private void Lose()
    {
        if (_puppets.Count == 0)
        {
            return;
        }

        var puppet = _chance.Of(_puppets);
        _puppets.Remove(puppet);
        _toRenew.Remove(puppet);
        _ghosts.AddRange(puppet.Runs);
        if (_chance.OneIn(2))
        {
            _ghosts.AddRange(_underWay.Where(letter => letter.Worker == puppet.Worker).SelectMany(static letter => letter.Runs));
            _underWay.RemoveAll(letter => letter.Worker == puppet.Worker);
        }

        Step($"worker {puppet.Worker} is lost{(puppet.HasTaken ? "" : " before it got its work")}", () =>
        {
            _checker.Book.WorkerLost(puppet.Worker, puppet.HasTaken);
            _port.WorkerLost(puppet.Worker, puppet.HasTaken);
        });
        if (!_chance.OneIn(4))
        {
            AddWorker(puppet.Pool);
        }
    }

    private void InterruptAll() => Step("every run is told to end", () =>
    {
        _checker.Book.InterruptAll();
        _port.InterruptAll();
    });

    private void PassTime()
    {
        var due = _port.NextDue;
        var now = due is { } next && (_isCalm || !_chance.OneIn(3))
            ? (next > _port.Now ? next : _port.Now)
            : _port.Now + TimeSpan.FromMilliseconds(_chance.OneIn(4) ? _chance.Next(30_000) : _chance.Next(20));
        _port.Now = now;
        Step($"{now:HH:mm:ss.fff} it is", _port.Tick, isTick: true);
    }

    /// <summary>A report arrives: any of those that are under way, and now and then one a second time.</summary>
    private bool Deliver()
    {
        if (_delivered.Count > 0 && !_isCalm && _chance.OneIn(6))
        {
            var old = _delivered[^(1 + _chance.Next(Math.Min(5, _delivered.Count)))];
            Deliver(old.Worker, old.Assignment, old.Ends, old.RunningFor, " again");
            return true;
        }

        if (_underWay.Count == 0)
        {
            return false;
        }

        // The parts of one worker's last report may overtake each other. One that says how long a run has taken is about what those before it have left.
        var letter = _chance.Of(_underWay);
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
        if (ends.Count > 0 && !_isCalm && _chance.OneIn(12))
        {
            ends = [.. ends, ends[0]];
        }

        Step($"worker {worker} reports{again}: {(ends.Count == 0 ? "still at work" : string.Join("; ", ends))}", () =>
        {
            _checker.Report(assignment, ends, runningFor);
            _port.Report(assignment, ends, runningFor, _chance.Fraction());
        });
    }

    /// <summary>A worker goes on, to the next thing that shows: the first that can, from the one named.</summary>
    private bool Work(int first)
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
                Send(puppet, puppet.Current is { } atWork ? _port.Now - atWork.StartedAt : null);
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
                next.StartedAt = _port.Now;
                next.Turn = _chance.NewTurn(next.Task, next.Input is { IsLastStep: false }, _isCalm, _tasksLeft);
                if (!next.Turn.Hangs && !_isCalm && _chance.OneIn(15))
                {
                    next.Turn = null;
                    GiveBackUnlessStarted(next);
                }
                else if (_chance.OneIn(3))
                {
                    return _isCalm; // others go on meanwhile
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
        run.Turn!.Hangs && !(run.Told != Reason.None && run.EndsWhenTold) && !(_isCalm && run is { Told: Reason.None, Task.Timeout: null });

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
        if (done.Count > 1 && _chance.OneIn(3))
        {
            done.Reverse();
        }

        if (done.Count > 1 && runningFor is null && !_isCalm && puppet.Runs.Count == 0 && _chance.OneIn(4))
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
            var child = Make(key is null ? run.Task.Id.Now(run.Early.Count) : run.Task.Id.Child(key), run.Task, key: key);
            run.Early.Add(child);
            Step($"{run.Task} spawns {child} now", () =>
            {
                _checker.Book.SpawnNow(run.Task, run.Run, child);
                _port.SpawnNow(run.Task, run.Run, child);
            });
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
        Step($"somebody tells a follow-up of {run.Task}, attempt {run.Attempt}", () =>
        {
            var isHeld = _port.Hold(run.Task.Id, run.Run, id => told = Make(id, run.Task));
            _checker.Held(run.Task.Id, run.Run, isHeld, told);
        });
    }

    private RunEnd EndOf(OpenRun run)
    {
        var turn = run.Turn!;
        var word = run.Told != Reason.None && (turn.Hangs || _chance.OneIn(2)) ? EndWord.Interrupted : turn.Word;
        var end = new RunEnd(run.Task, run.Run, word) { Value = ++_tasks, Elapsed = run.Task.Type.Elapsed };
        switch (word)
        {
            case EndWord.PutOff:
                return end with { Delay = _chance.NewDelay() };
            case EndWord.Failed when run.Input is null && _chance.OneIn(4):
                return end with { Delay = _chance.OneIn(2) ? _chance.NewDelay() : null, Retry = _chance.NewRetry() };
            case not (EndWord.Succeeded or EndWord.Joined):
                return end;
        }

        var spawned = new List<Errand>();
        for (var ordinal = 0; _chance.GoesOn(spawned.Count < turn.Spawns);)
        {
            var key = NewKey(run);
            spawned.Add(Make(key is null ? run.Task.Id.Child(ordinal++) : run.Task.Id.Child(key), run.Task, key: key));
        }

        end = end with { Spawned = spawned };
        return turn.MakesJoin && NewJoin(run, spawned) is var join && word == EndWord.Joined ? end with { Join = join } : end;
    }

    private Errand NewJoin(OpenRun run, List<Errand> spawned)
    {
        var leavesSome = _chance.OneIn(3);
        List<(Errand, bool)> members = [];
        members.AddRange(spawned.Where(_ => !leavesSome || _chance.OneIn(2)).Select(static child => (child, false)));
        members.AddRange(run.Early.Where(_ => !leavesSome || _chance.OneIn(2)).Select(static child => (child, true)));
        var terms = new JoinTerms(_chance.NewPolicy(), 1 + _chance.Next(3), _chance.OneIn(3), members);
        return Make(run.Task.Id.Join(), run.Task, join: terms);
    }

    /// <summary>A key that this run has not used, so that a later run may name the same child; null for a child that its ordinal names.</summary>
    private string? NewKey(OpenRun run) => _chance.OneIn(4) && _chance.Of(["a", "b"]) is var key && run.Keys.Add(key) ? key : null;

    private Errand Make(TaskId id, Errand? spawner, TypeTerms? type = null, string? key = null, JoinTerms? join = null)
    {
        _tasksLeft--;
        var delay = _chance.Next(12, least: 2);
        var errand = new Errand(++_tasks, id, type ?? _chance.NewType(), spawner)
        {
            Key = key,
            Join = join,
            Delay = join is null && delay == 0 ? _chance.NewDelay() : TimeSpan.Zero,
            DueAt = join is null && delay == 1 ? _port.Now + TimeSpan.FromSeconds(_chance.Next(5) - 1) : null,
            OwnRetry = join is null && _chance.OneIn(6) ? _chance.NewRetry() : null,
            OwnTimeout = join is null && _chance.OneIn(8) ? TimeSpan.FromSeconds(1 + _chance.Next(9)) : null,
            OwnPriority = _hasControls && join is null && _chance.OneIn(4) ? _chance.Next(TaskPriority.Count) : null,
        };
        _port.Make(errand, join);
        _checker.IsMade(errand);
        return errand;
    }

    /// <summary>A run that is over says something all the same.</summary>
    private void SpeakLate()
    {
        if (_ghosts.Count == 0)
        {
            return;
        }

        var run = _ghosts[^(1 + _chance.Next(Math.Min(8, _ghosts.Count)))];
        switch (_chance.Next(4))
        {
            case 0:
                var child = Make(run.Task.Id.Now(9), run.Task);
                Step($"late: {run.Task} spawns {child} now", () =>
                {
                    _checker.Book.SpawnNow(run.Task, run.Run, child);
                    _port.SpawnNow(run.Task, run.Run, child);
                });
                break;
            case 1:
                Tell(run);
                break;
            default:
                var end = new RunEnd(run.Task, run.Run, EndWord.Succeeded) { Value = ++_tasks, Spawned = [Make(run.Task.Id.Child("late"), run.Task)] };
                end = run.Input is { IsLastStep: false } ? end with { Word = EndWord.Folded, Spawned = [] } : end;
                Deliver(run.Worker, run.Assignment, [end], null, " late");
                break;
        }
    }

    private void Step(string what, Action command, bool isTick = false)
    {
        _story?.Add(_port.Now, what);
        _checker.Begin(_port.Now, isTick);
        if (isTick)
        {
            _checker.Book.Tick();
        }

        command();
        var signals = _port.Release();
        _story?.Follows(signals);
        signals.ForEach(CarryOut);
        _checker.End(signals);
    }

    private void CarryOut(Signal signal)
    {
        switch (signal)
        {
            case RunsAssigned assigned:
                _puppets.Find(puppet => puppet.Worker == assigned.Worker)?.Get(
                    assigned.Assignment, assigned.Runs.Select(run => new OpenRun(assigned.Worker, assigned.Assignment, run, _chance.OneIn(2))));
                break;
            case RunToldToEnd told when PuppetWith(told.Assignment) is { } puppet:
                puppet.MustAnswer = true;
                puppet.Runs.Find(run => run.Task == told.Task && run.Run == told.Run)?.Told = told.Reason;
                break;
            case WorkRecalled recalled when PuppetWith(recalled.Assignment) is { } puppet:
                puppet.MustAnswer = true;
                break;
            case RunLeftBehind left when PuppetWith(left.Assignment) is { } puppet:
                _ghosts.AddRange(puppet.Runs);
                puppet.Runs.Clear();
                _toRenew.Add(puppet);
                break;
        }
    }

    private Puppet? PuppetWith(object assignment) => _puppets.Find(puppet => puppet.Assignment == assignment);
}
