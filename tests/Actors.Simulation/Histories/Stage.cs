using Actors.Simulation.Stores;

namespace Actors.Simulation.Histories;

/// <summary>What a history is played on: the ledger, the book beside it, and the one way to do something: a step of both, which is judged.</summary>
internal sealed class Stage
{
    private readonly Staging _staging;
    private readonly Story? _story;
    private Checker? _checker;

    public Stage(Chance chance, Terms terms, Staging? staging, Story? story)
    {
        (Chance, Terms, _staging, _story) = (chance, terms, staging ?? new Staging(), story);
        Lives = terms.IsDurable ? new Lives(terms, Seen, _staging.Fault) : null;
        Port = Plant(Lives?.Begin() ?? new LedgerPort(terms));
        Port.Now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _checker = new Checker(terms, Port, Seen);
    }

    public Chance Chance { get; }

    public Terms Terms { get; }

    public ILedgerPort Port { get; private set; }

    public Checker Checker => _checker!;

    public Book Book => Checker.Book;

    /// <summary>The lives of the process on its disk; null where there is no store.</summary>
    public Lives? Lives { get; }

    public HashSet<string> Seen { get; } = [];

    /// <summary>Gets what leaves, in order.</summary>
    public Action<Signal> CarryOut { get; set; } = static _ => { };

    public int Tasks { get; set; }

    public int TasksLeft { get; set; }

    /// <summary>Whether tasks have priorities of their own, trees deadlines and budgets, and somebody pauses.</summary>
    public bool HasControls { get; init; }

    /// <summary>Whether steps are judged. Those that were judged before, in a history that began in the same way, need not be a second time.</summary>
    public bool IsJudged
    {
        get;
        set
        {
            field = value;
            Lives?.IsJudged = value;
        }
    } = true;

    /// <summary>No more faults.</summary>
    public bool IsCalm { get; set; }

    /// <summary>The book is told, and then the ledger.</summary>
    public void Step(string what, Action<Checker> tell, Action command, bool isTick = false)
    {
        _story?.Add(Port.Now, what);
        Do(isTick, tell, () =>
        {
            tell(Checker);
            command();
        });
    }

    /// <summary>Something that only the ledger's answer says how to tell the book of.</summary>
    /// <param name="command">Does it, and says what it was.</param>
    /// <param name="tell">Tells the book, afterwards and perhaps again: by what was captured.</param>
    public void StepBy(Func<string> command, Action<Checker> tell) => Do(false, tell, () =>
    {
        _story?.Add(Port.Now, "...");
        var what = command();
        _story?.Amend(what);
        tell(Checker);
    });

    public void Tick() => Step($"{Port.Now:HH:mm:ss.fff} it is", static checker => checker.Book.Tick(), Port.Tick, isTick: true);

    /// <summary>The process dies; the next one has what the store has.</summary>
    public void Die(bool fencesOff)
    {
        if (Terms.Gates is not null)
        {
            Port.Now += TimeSpan.FromMilliseconds(1); // orders are kept by the time at which tasks became real: a clock that stands still would make them equal
        }

        (Port, _checker) = Lives!.Die(Port.Now, fencesOff, port => new Checker(Terms, Plant(port), Seen));
        Port = Plant(Lives.Port!);
        Step($"the process {(fencesOff ? "is fenced off by another" : "dies and is started again")}", static checker => checker.Die(), static () => { });
    }

    /// <summary>What a tree is submitted with; null for nothing.</summary>
    public TreeRules? NewRules()
    {
        if (!HasControls || !Chance.OneIn(2))
        {
            return null;
        }

        var rules = Chance.NewRules();
        return Terms is { IsDurable: true, Uniques: not null }
            ? rules with { Deadline = null } // of what a deadline ends at once others are duplicates: which of them ends first is not said
            : rules;
    }

    /// <summary>A completion task as a client makes it: with nothing of its own.</summary>
    public Errand MakeCompletion(Errand root) => Write(new Errand(++Tasks, root.Id.Completion(), Chance.NewType(), root), null);

    public Errand Make(TaskId id, Errand? spawner, TypeTerms? type = null, string? key = null, JoinTerms? join = null)
    {
        TasksLeft--;
        var delay = Chance.Next(12, least: 2);
        var errand = new Errand(++Tasks, id, type ?? Chance.NewType(), spawner)
        {
            Key = key,
            Join = join,
            Delay = join is null && delay == 0 ? Chance.NewDelay() : TimeSpan.Zero,
            DueAt = join is null && delay == 1 ? Port.Now + TimeSpan.FromSeconds(Chance.Next(5) - 1) : null,
            OwnRetry = join is null && Chance.OneIn(6) ? Chance.NewRetry() : null,
            OwnTimeout = join is null && Chance.OneIn(8) ? TimeSpan.FromSeconds(1 + Chance.Next(9)) : null,
            Unique = Terms.Uniques is not null && join is null && id != spawner?.Id.Completion() && Chance.OneIn(2) ? Chance.NewUnique(Terms.Uniques) : null,
            OwnPriority = HasControls && join is null && Chance.OneIn(4) ? Chance.Next(TaskPriority.Count) : null,
        };
        return Write(errand, join);
    }

    private Errand Write(Errand errand, JoinTerms? join)
    {
        Lives?.Papers.Add(errand);
        Port.Make(errand, join);
        Checker.IsMade(errand);
        return errand;
    }

    private ILedgerPort Plant(ILedgerPort real) => _staging.Plant?.Invoke(real) ?? real;

    private void Do(bool isTick, Action<Checker> tell, Action both)
    {
        Checker.Begin(Port.Now, isTick);
        both();
        var signals = Port.Release();
        _story?.Follows(signals);
        if (Lives is null)
        {
            signals.ForEach(CarryOut);
            Checker.End(signals);
            return;
        }

        var left = Lives.Port!.TakeLeft();
        _story?.Leaves(left);
        Checker.Leave(left);
        left.ForEach(CarryOut);
        Checker.End(signals, IsJudged);
        Lives.Note(Port.Now, isTick, tell, signals, left);
    }
}
