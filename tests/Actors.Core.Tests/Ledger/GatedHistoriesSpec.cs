using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>
/// Random histories under limits, rates and orders, in memory and with a store that its process dies and comes back from. See <see cref="ManyHistories"/> for playing
/// one again.
/// </summary>
public sealed class GatedHistoriesSpec
{
    private const int Histories = 3_000;
    private const int SeedsMax = 2_000;

    [Theory]
    [InlineData(false, 1, 1)]
    [InlineData(false, 2, 1)]
    [InlineData(false, 1, 3)]
    [InlineData(true, 1, 1)]
    [InlineData(true, 2, 1)]
    public void Random_histories_keep_every_rule(bool isDurable, int permits, int permitsOfAll) =>
        ManyHistories.AssertKeepEveryRule(new Staging { IsDurable = isDurable, Gates = new GateTerms(permits, permitsOfAll) }, Histories);

    [Theory]
    [InlineData(false, 1, 1, 1)]
    [InlineData(false, 2, 1, 3)]
    [InlineData(false, 3, 2, 2)]
    [InlineData(true, 2, 1, 2)]
    [InlineData(true, 3, 1, 3)]
    public void So_they_do_where_some_may_start_only_so_often(bool isDurable, int tokenLimit, int tokensPerPeriod, int permits) =>
        ManyHistories.AssertKeepEveryRule(Rated(isDurable, permits, tokenLimit, tokensPerPeriod), Histories);

    [Fact]
    public void Limits_are_full_and_orders_are_stood_in()
    {
        HashSet<string> missing = ["a limit is full", "a limit has room", "one in order", "one without an order"];
        for (var seed = 0; seed < SeedsMax && missing.Count > 0; seed++)
        {
            missing.ExceptWith(History.Play(seed, new Staging { Gates = new GateTerms(2, 2) }));
        }

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_permit_too_many_is_found(bool isDurable) =>
        AssertFound(Rules.LimitKept, new Staging { IsDurable = isDurable, Gates = new GateTerms(1, 1) { PermitsTooMany = 1 } });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_order_that_nobody_keeps_is_found(bool isDurable) =>
        AssertFound(Rules.OrderKept, new Staging { IsDurable = isDurable, Gates = new GateTerms(2, 2) { ForgetsOrder = true } });

    [Fact]
    public void Rates_are_waited_for_and_tokens_come_back()
    {
        HashSet<string> missing = ["a rate is waited for", "a rate has tokens", "a token comes back"];
        for (var seed = 0; seed < SeedsMax && missing.Count > 0; seed++)
        {
            missing.ExceptWith(History.Play(seed, Rated(isDurable: false, permits: 2, tokenLimit: 3, tokensPerPeriod: 2)));
        }

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tokens_too_many_are_found(bool isDurable)
    {
        var staging = Rated(isDurable, permits: 2, tokenLimit: 1, tokensPerPeriod: 1);
        AssertFound(Rules.RateKept, staging with { Gates = staging.Gates! with { TokensTooMany = 2 } });
    }

    private static Staging Rated(bool isDurable, int permits, int tokenLimit, int tokensPerPeriod) => new()
    {
        IsDurable = isDurable,
        Gates = new GateTerms(permits, permits) { Rated = new RateTerms(tokenLimit, tokensPerPeriod, TimeSpan.FromSeconds(3)) },
    };

    private static void AssertFound(string rule, Staging staging) =>
        Assert.Contains(Enumerable.Range(0, SeedsMax), seed => Search.Play(seed, staging)?.Rule == rule);
}
