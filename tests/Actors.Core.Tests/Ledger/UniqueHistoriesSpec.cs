using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>Random histories in which some tasks are to be the only ones of their type with a key. See <see cref="ManyHistories"/> for playing one again.</summary>
public sealed class UniqueHistoriesSpec
{
    private const int Histories = 3_000;
    private const int SeedsMax = 5_000;
    private static readonly Staging InMemory = new() { Uniques = new UniqueTerms() };
    private static readonly Staging Durable = InMemory with { IsDurable = true };

    [Fact]
    public void Random_histories_keep_every_rule() => ManyHistories.AssertKeepEveryRule(InMemory, Histories);

    [Fact]
    public void Random_histories_with_a_store_keep_every_rule() => ManyHistories.AssertKeepEveryRule(Durable, Histories);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_histories_under_limits_and_orders_keep_every_rule(bool isDurable) =>
        ManyHistories.AssertKeepEveryRule((isDurable ? Durable : InMemory) with { Gates = new GateTerms(1, 1) }, Histories);

    [Fact]
    public void Whatever_can_become_of_a_duplicate_does()
    {
        HashSet<string> missing =
        [
            "a task has its key for itself", "a task takes the place of another", "a duplicate is skipped", "a duplicate would wait for itself", "a duplicate waits for the first",
            "a duplicate ends as the first: Succeeded", "a duplicate ends as the first: Failed", "a duplicate ends as the first: Cancelled",
        ];
        for (var seed = 0; seed < SeedsMax && missing.Count > 0; seed++)
        {
            missing.ExceptWith(History.Play(seed, InMemory));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Processes_die_while_duplicates_wait_and_tasks_become_real_before_all_are_back()
    {
        HashSet<string> missing = ["a task becomes real before all are back", "a task that met nobody has its key", "what a duplicate waits for has ended before all were back"];
        for (var seed = 0; seed < SeedsMax && missing.Count > 0; seed++)
        {
            missing.ExceptWith(History.Play(seed, Durable));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void A_key_that_is_forgotten_is_found() => AssertFound(new UniqueTerms { ForgetsAKey = true });

    [Fact]
    public void What_attaches_though_it_is_to_be_skipped_is_found() => AssertFound(new UniqueTerms { AttachesAll = true });

    [Fact]
    public void What_is_not_replaced_is_found() => AssertFound(new UniqueTerms { ReplacesNothing = true });

    private static void AssertFound(UniqueTerms planted) =>
        Assert.Contains(Enumerable.Range(0, SeedsMax), seed => Search.Play(seed, new Staging { Uniques = planted }) is not null);
}
