using Actors.Storage;

namespace Actors.Simulation.Stores;

/// <summary>What is wrong on purpose with the way between ledger and store; nothing, where nothing is said.</summary>
internal sealed record DurableFault
{
    /// <summary>Stands between the engine and its store.</summary>
    public Func<ITaskStore, ITaskStore>? Store { get; init; }

    /// <summary>What the engine does without its store's leave: effects leave with the step that led to them.</summary>
    public bool LeavesBeforeCommit { get; init; }

    /// <summary>A commit that failed passes for one that is written.</summary>
    public bool TakesFailureForSuccess { get; init; }

    /// <summary>A commit that failed is written once more, whatever the store says.</summary>
    public bool WritesAgainWithoutAsking { get; init; }

    /// <summary>A commit that failed is given up, and the next one is written.</summary>
    public bool GivesUpFailedCommits { get; init; }

    /// <summary>Pools and types that were paused are not when the process comes back.</summary>
    public bool ForgetsPauses { get; init; }

    /// <summary>An engine that was fenced off goes on.</summary>
    public bool IgnoresFence { get; init; }

    /// <summary>A root is made without asking whether the store has it.</summary>
    public bool DoesNotAskForKeys { get; init; }

    /// <summary>Questions about keys are not put off until all live trees are back.</summary>
    public bool AnswersWhileLoading { get; init; }

    /// <summary>What waits in the store is read when it is asked for, and not behind the batch that was taken before.</summary>
    public bool ReadsBacklogAhead { get; init; }

    /// <summary>What is to be cancelled is not looked for in the store.</summary>
    public bool CancelsLoadedOnly { get; init; }

    /// <summary>An assignment leaves though its worker has another by now.</summary>
    public bool SendsWhatIsStale { get; init; }
}
