using Actors.Simulation.Stores;

namespace Actors.Simulation.Histories;

/// <summary>How a history is played: in memory or with a store, and with what fault in it.</summary>
internal sealed record Staging
{
    /// <summary>With a store, which its process dies and comes back from.</summary>
    public bool IsDurable { get; init; }

    /// <summary>The limits and the order that types have; null where none has any.</summary>
    public GateTerms? Gates { get; init; }

    /// <summary>Not null where some tasks are to be the only live ones of their type with a key.</summary>
    public UniqueTerms? Uniques { get; init; }

    /// <summary>What lies between the history and the ledger; null for nothing.</summary>
    public Func<ILedgerPort, ILedgerPort>? Plant { get; init; }

    /// <summary>What is wrong between ledger and store; null for nothing.</summary>
    public DurableFault? Fault { get; init; }
}
