using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Random histories with a store: slow, away, failing before and after it has written; a process that dies between any two events and comes back; clients whose
/// messages come late, twice or never. See <see cref="ManyHistories"/> for playing one again.
/// </summary>
public sealed class DurableHistoriesSpec
{
    private const int Histories = 5_000;
    private static readonly Staging Durable = new() { IsDurable = true };

    [Fact]
    public void Thousands_of_random_histories_with_a_store_keep_every_rule() => ManyHistories.AssertKeepEveryRule(Durable, Histories);
}
