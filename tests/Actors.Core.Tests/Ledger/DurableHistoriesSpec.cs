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

    [Theory]
    [InlineData("the process dies while a tree is paused", "the process dies while a pool or a type is paused")]
    [InlineData("a deadline passed before a tree was back", "what ran at its deadline is not run again")]
    [InlineData("a budget is used up: at once", "a budget is used up: attempts")]
    public void They_come_to(params string[] what)
    {
        HashSet<string> missing = [.. what];
        for (var seed = 0; seed < Histories && missing.Count > 0; seed++)
        {
            missing.ExceptWith(History.Play(seed, Durable));
        }

        Assert.Empty(missing);
    }
}
