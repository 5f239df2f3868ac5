namespace Actors.Simulation.Histories;

/// <summary>
/// One random history of a ledger: a random program, and workers that run it in a random order, whose reports come late, twice or out of order, and that hang
/// and die. The same seed makes the same history.
/// </summary>
internal sealed partial class History
{
    /// <summary>More tasks than this no seed makes. The size of a history is its seed modulo this number, so that shorter ones can be looked for.</summary>
    public const int SizeMax = 64;

    /// <summary>Each key of a rate may have one of its own, and another one where what had waited is found to be cancelled.</summary>
    private const int LostTimesMax = 2 * GateTerms.RateKeys;
    private const int CalmStepsMin = 200;
    private const int CalmStepsOfTaskMax = 60;

    private readonly Chance _chance;
    private readonly Stage _stage;
    private readonly Workers _workers;
    private readonly Outside? _outside;
    private readonly List<Errand> _roots = [];
    private int _rootsLeft;

    private History(Chance chance, int seed, Staging? staging, Story? story)
    {
        _chance = chance;
        var terms = _chance.NewTerms() with { IsDurable = staging is { IsDurable: true }, Gates = staging?.Gates, Uniques = staging?.Uniques };
        if (terms.IsDurable && _chance.Say(seed % 3) == 1)
        {
            terms = terms with { LoadedMax = 1 + _chance.Next(2) };
        }

        var tasks = 1 + _chance.Say(seed & (SizeMax - 1));
        _rootsLeft = 1 + _chance.Next(1 + (tasks / (terms.LoadedMax is null ? 12 : 4)));
        var hasControls = _chance.Say(seed % 5 >= 3 ? 1 : 0) == 1;
        _stage = new Stage(chance, terms, staging, story) { TasksLeft = tasks, HasControls = hasControls };
        _workers = new Workers(_stage);
        _outside = terms.IsDurable ? new Outside(_stage, _workers) : null;
        _stage.CarryOut = _workers.CarryOut;
    }

    /// <summary>Plays one history to its end.</summary>
    /// <returns>What kinds of things happened.</returns>
    /// <exception cref="BrokenRuleException">A rule was broken, or the ledger threw.</exception>
    public static IReadOnlySet<string> Play(int seed, Staging? staging = null, Story? story = null) =>
        Play(new Chance(seed), seed, staging, story);

    /// <param name="chance">Decides.</param>
    /// <param name="seed">Says how large it may be, unless the decisions were taken down.</param>
    /// <param name="staging">How it is played; null for in memory, without a fault.</param>
    /// <param name="story">Gets what happens; null where nobody asks.</param>
    /// <inheritdoc cref="Play(int, Func{ILedgerPort, ILedgerPort}, Story)"/>
    public static IReadOnlySet<string> Play(Chance chance, int seed, Staging? staging, Story? story)
    {
        var history = new History(chance, seed, staging, story);
        try
        {
            history.Play();
            return history._stage.Seen;
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
            _workers.Add(_chance.Next(Terms.Pools));
        }

        Submit();
        Disturb(10, 20 + (2 * _stage.TasksLeft));
        if (_chance.Next(4, least: 2) is var ending && ending < 2)
        {
            _rootsLeft = 0;
            _stage.Step("the ledger closes", static checker => checker.Book.Close(), () => _stage.Port.Close());
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
        _stage.Checker.EndHistory();
        _stage.Lives?.End(_stage.Book);
    }

    private void Disturb(int stepsMin, int stepsMax)
    {
        foreach (var _ in _chance.Times(stepsMin, stepsMax))
        {
            if (_outside is not null && _chance.Next(5) >= 3)
            {
                _outside.Disturb();
                continue;
            }

            switch (_chance.Next(100))
            {
                case < 38:
                    _workers.Work(_chance.Next(_workers.Count));
                    break;
                case < 66:
                    _workers.Deliver();
                    break;
                case < 78:
                    PassTime();
                    break;
                case < 82:
                    Cancel();
                    break;
                case < 85:
                    _workers.Lose();
                    break;
                case < 92:
                    _workers.SpeakLate();
                    break;
                case < 95:
                    _workers.Renew();
                    break;
                case < 96:
                    InterruptAll();
                    break;
                case < 97 when _workers.Known is { Length: > 0 } known:
                    _workers.Ready(_chance.Of(known), "says again that it is ready");
                    break;
                case < 98 when _stage.HasControls && !_chance.OneIn(8):
                    ChangePause();
                    break;
                case < 98:
                    _workers.Add(_chance.Next(Terms.Pools));
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
        _stage.IsCalm = true;
        ComeToRest();
        if (_outside is not null && _stage.Book.IsClosed)
        {
            _outside.Die(); // it has stopped in good order, and is started again
            ComeToRest();
        }

        for (var times = 0; times < (_stage.Terms.Gates?.Rated is null ? 1 : LostTimesMax) && _stage.Port.NextDue is not null; times++)
        {
            PassTime(); // a time that has lost its reason may stand until it is reached
        }
    }

    private void AddMissingWorkers()
    {
        for (var pool = 0; pool < Terms.Pools; pool++)
        {
            if (!_workers.HasPool(pool))
            {
                _workers.Add(pool);
            }
        }
    }

    private void ComeToRest()
    {
        AddMissingWorkers();
        var deathsLeft = _outside is null ? 0 : _chance.Next(4); // deep in a program, where chance alone seldom comes
        var rule = _stage.Book.IsClosed ? Rules.DrainEnds : Rules.EverythingEnds;
        for (var step = 0; IsAtWork; step++)
        {
            Rules.Hold(
                step < CalmStepsMin + (CalmStepsOfTaskMax * _stage.Tasks), rule, $"{_stage.Port.LiveTrees} tree(s) live and {_stage.Port.RunsOut} run(s) are out after {step} steps");
            if (deathsLeft > 0 && _chance.OneIn(25))
            {
                deathsLeft--;
                _outside!.Die();
                AddMissingWorkers();
            }

            EndPauses(); // one that had ended comes back where its end had not been committed
            if (!IsAtWork)
            {
                return; // what was paused could only fail
            }

            if (!(_outside?.Proceed() ?? false) && !_workers.Renew() && !_workers.Deliver() && !_workers.Work(_chance.Next(_workers.Count)))
            {
                if (_stage.Port.NextDue is not null)
                {
                    PassTime();
                }
                else
                {
                    Rules.Hold(
                        _outside is not null && _stage.Port.LiveTrees == 0 && _outside.AskForEnds(), rule,
                        $"{_stage.Port.LiveTrees} tree(s) live, {_stage.Port.RunsOut} run(s) are out, nobody works and nothing is due");
                }
            }
        }
    }

    private bool IsAtWork => _stage.Book.IsClosed ? _stage.Port.RunsOut > 0 || _outside is { IsSettled: false } : _stage.Port.LiveTrees > 0 || _outside is { IsOver: false };

    private void Submit()
    {
        if (_stage.Book.IsClosed)
        {
            return;
        }

        if (_outside is not null)
        {
            var order = _outside.Orders.Count > 0 && _chance.OneIn(5) ? _chance.Of(_outside.Orders) : null;
            if (order is not null || _rootsLeft-- > 0)
            {
                _outside.Submit(order);
            }

            return;
        }

        // Now and then a root that there is, or was, already.
        var again = _roots.Count > 0 && _chance.OneIn(5) ? _chance.Of(_roots) : null;
        if (again is null && _rootsLeft-- <= 0)
        {
            return;
        }

        var root = _stage.Make(again?.Id ?? TaskId.FromKey($"root {_roots.Count}"), null, again?.Type);
        var completion = _chance.OneIn(2) ? _stage.Make(root.Id.Completion(), root) : null;
        root.Rules = _stage.NewRules();
        _roots.Add(root);
        _stage.Step(
            $"{root} ({root.Type.Name}) is submitted{(again is null ? "" : $" under the key of {again}")}{(completion is null ? "" : $", with {completion} for its completion")}{(root.Rules is null ? "" : $", {root.Rules}")}",
            checker => checker.Book.Submit(root, completion),
            () => _stage.Port.Submit(root, completion));
    }

    private void InterruptAll() =>
        _stage.Step("every run is told to end", static checker => checker.Book.InterruptAll(), () => _stage.Port.InterruptAll());

    private void PassTime()
    {
        var due = _stage.Port.NextDue;
        var now = due is { } next && (_stage.IsCalm || !_chance.OneIn(3))
            ? (next > _stage.Port.Now ? next : _stage.Port.Now)
            : _stage.Port.Now + TimeSpan.FromMilliseconds(_chance.OneIn(4) ? _chance.Next(30_000) : _chance.Next(20));
        _stage.Port.Now = now;
        _stage.Tick();
    }

}
