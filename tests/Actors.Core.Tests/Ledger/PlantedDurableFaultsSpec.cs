using Actors.Simulation.Histories;
using Actors.Simulation.Stores;
using Actors.Storage;

namespace Actors.Core.Tests.Ledger;

/// <summary>The histories with a store bite: each fault on the way between ledger and store is found, and by which rule.</summary>
public sealed class PlantedDurableFaultsSpec
{
    private const int SeedsMax = 4_000;
    private const int Finds = 12;

    private static readonly (string Name, DurableFault Fault, string[] Breaks)[] Faults =
    [
        ("Effects leave before their commit", new DurableFault { LeavesBeforeCommit = true }, [Rules.CommittedFirst]),
        ("A commit that failed passes for one that is written", new DurableFault { TakesFailureForSuccess = true }, [Rules.CommittedFirst]),
        ("A commit whose fate is unknown is written again without asking", new DurableFault { WritesAgainWithoutAsking = true }, [Rules.NoCrash]),
        ("A commit whose fate is unknown is taken for written", Store(static store => new LiesAfterReconnect(store, static _ => long.MaxValue)), [Rules.CommittedFirst]),
        ("An engine that was fenced off goes on", new DurableFault { IgnoresFence = true }, [Rules.FencedIsSilent]),
        ("Pauses of pools and types are forgotten", new DurableFault { ForgetsPauses = true }, [Rules.Answers]),
        ("The pause of a tree is not written", Batch(static batch => { Each(batch.Added, Unpaused); Each(batch.Changed, Unpaused); Each(batch.Trees, Unpaused); }), [Rules.PausedStartsNothing]),
        ("A root is made without asking whether its key is taken", new DurableFault { DoesNotAskForKeys = true }, [Rules.OneTreeOfAKey]),
        ("A root that has ended is not found", Store(static store => new ForgetsRoots(store)), [Rules.OneTreeOfAKey]),
        ("Cancels and questions are answered before all trees are back", new DurableFault { AnswersWhileLoading = true }, [Rules.AcceptedSurvives, Rules.OneTreeOfAKey]),
        ("An assignment leaves though its worker has another by now", new DurableFault { SendsWhatIsStale = true }, [Rules.StartsAreStored]),
        ("What waits in the store is read before the batch that it was asked behind", new DurableFault { ReadsBacklogAhead = true }, [Rules.EndTakesEffect]),
        ("Of what waits in the store one is overlooked", Store(static store => new OverlooksRoots(store)), [Rules.EverythingEnds]),
        ("What is cancelled is not looked for in the store", new DurableFault { CancelsLoadedOnly = true }, [Rules.Answers]),
        ("A changed row is forgotten", Batch(static batch => Drop(batch.Changed, batch.Changed.Count - 1)), [Rules.StoreIsTrue]),
        ("A new row is forgotten", Batch(static batch => Drop(batch.Added, batch.Added.Count > 1 ? batch.Added.Count - 1 : -1)), [Rules.NoCrash]),
        ("A row is written twice", Batch(static batch => batch.Added.AddRange(batch.Added.Take(1).ToArray())), [Rules.NoCrash]),
        ("The counts of a tree are forgotten", Batch(static batch => batch.Trees.Clear()), [Rules.ToldStaysTold]),
        ("A tree that has ended is not closed", Batch(static batch => batch.Closed.Clear()), [Rules.StoreAgrees]),
        ("A tree is not opened", Batch(static batch => batch.Opened.Clear()), [Rules.NoCrash]),
        ("Attempts are not counted at their start", Batch(static batch => batch.Running.Clear()), [Rules.StartsAreStored]),
        ("What a worker has ended stands there as running", Batch(static batch => batch.Running.RemoveAll(static row => row.Tasks is null)), [Rules.NothingLeft]),
        ("An outcome is written without its result", Batch(static batch => Each(batch.Changed, static row => row.State == TaskState.Succeeded ? row with { Outcome = "0"u8.ToArray() } : row)), [Rules.StoreIsTrue]),
        ("Follow-ups are written without the join they feed", Batch(static batch => Each(batch.Added, static row => row with { Join = TaskRow.None })), [Rules.JoinFires]),
        ("A due time is not written", Batch(static batch => { Each(batch.Added, Undue); Each(batch.Changed, Undue); }), [Rules.StoreIsTrue]),
        ("Recovery forgets who was running", Rows(static row => row with { Flags = row.Flags & ~TaskFlags.Suspect }), [Rules.Counts]),
        ("Recovery forgets how often a task was lost", Rows(static row => row with { Losses = 0 }), [Rules.EndTakesEffect]),
        ("Recovery forgets attempts that failed", Rows(static row => row with { Attempt = row.Losses }), [Rules.Attempts]),
        ("Recovery forgets the state of a join's owner", Rows(static row => row.State == TaskState.Joining ? row with { State = TaskState.Ready } : row), [Rules.InItsState]),
        ("Recovery forgets that what ran was cancelled", Rows(static row => row with { Flags = row.Flags & ~TaskFlags.Cancelled }), [Rules.NoStartAfterCancel]),
        ("Recovery forgets that what ran is to fail by its deadline", Rows(static row => row with { Flags = row.Flags & ~TaskFlags.Expired }), [Rules.RootTold]),
        ("Recovery forgets deadlines", Terms(static terms => terms with { DeadlineAt = null }), [Rules.WokenInTime]),
        ("Recovery forgets that a deadline has passed", Terms(static terms => terms with { IsOver = false }), [Rules.DeadlineTold]),
        ("Recovery forgets how many attempts are used up", Terms(static terms => terms with { Attempts = 0 }), [Rules.BudgetKept]),
        ("Recovery forgets early children", Rows(static row => row with { Flags = row.Flags & ~(TaskFlags.Early | TaskFlags.HasEarly) }), [Rules.OnlySuccessSpawns]),
        ("Recovery mixes up the places of a join", Rows(static row => row.Join == TaskRow.None ? row : row with { Place = 0 }), [Rules.JoinSeesOutcomes]),
        ("Recovery forgets in what order tasks ended", Rows(static row => row.EndedOrder == TaskRow.None ? row : row with { EndedOrder = 1 }), [Rules.FoldSeesOutcomes]),
        ("Recovery forgets what a task has of its own", Rows(static row => row with { Options = null }), [Rules.Attempts]),
    ];

    public static TheoryData<string> Names => [.. Faults.Select(static fault => fault.Name)];

    /// <summary>Some history breaks a rule, and among the first that do one breaks each of those named.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Random_histories_with_a_store_find(string name)
    {
        var (_, fault, breaks) = Faults.Single(fault => fault.Name == name);
        var staging = new Staging { IsDurable = true, Fault = fault };
        var broken = Enumerable.Range(0, SeedsMax).Select(seed => Search.Play(seed, staging)?.Rule).OfType<string>().Take(Finds).ToHashSet();

        Assert.True(broken.IsSupersetOf(breaks), $"broken: {string.Join("; ", broken)}");
    }

    private static DurableFault Store(Func<ITaskStore, ITaskStore> store) => new() { Store = store };

    private static DurableFault Batch(Action<StoreBatch> alter) => Store(store => new AltersBatches(store, alter));

    private static DurableFault Rows(Func<TaskRow, TaskRow> alter) => Store(store => new AltersRows(store, alter));

    private static DurableFault Terms(Func<StoredTerms, StoredTerms> alter) => Rows(row =>
        row.Counts is not null && StoreJson.ReadCounts(row.Counts) is { Terms: { } terms } counts ? row with { Counts = StoreJson.Write(counts with { Terms = alter(terms) }) } : row);

    private static TaskRow Undue(TaskRow row) => row.State == TaskState.Scheduled ? row with { State = TaskState.Ready, DueAt = TaskRow.None } : row;

    private static void Drop<T>(List<T> list, int index)
    {
        if (index >= 0)
        {
            list.RemoveAt(index);
        }
    }

    private static TaskRow Unpaused(TaskRow row) => row with { Counts = Unpaused(row.Counts) };

    private static TreeRow Unpaused(TreeRow row) => row with { Counts = Unpaused(row.Counts) };

    private static byte[]? Unpaused(byte[]? counts) => counts is null ? null : StoreJson.Write(StoreJson.ReadCounts(counts) with { Pause = null });

    private static void Each<T>(List<T> rows, Func<T, T> alter)
    {
        for (var index = 0; index < rows.Count; index++)
        {
            rows[index] = alter(rows[index]);
        }
    }
}
