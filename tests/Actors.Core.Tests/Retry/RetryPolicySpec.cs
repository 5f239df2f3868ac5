using CsCheck;

namespace Actors.Core.Tests.Retry;

public sealed class RetryPolicySpec
{
    private static readonly RetryPolicy Exact = new() { Jitter = 0, MaxAttempts = int.MaxValue };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 16)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(11, 300)]
    [InlineData(1_000_000, 300)]
    public void The_rest_doubles_up_to_the_ceiling(int attempt, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Exact.Next(attempt, 0));

    [Theory]
    [InlineData(1, 1.1)]
    [InlineData(2, 2.2)]
    [InlineData(3, 4.4)]
    [InlineData(4, 8.8)]
    public void Half_a_chance_lengthens_the_default_rest_by_a_tenth(int attempt, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryPolicy.Default.Next(attempt, 0.5));

    [Fact]
    public void By_default_the_fifth_attempt_is_the_last()
    {
        Assert.NotNull(RetryPolicy.Default.Next(4, 0));
        Assert.Null(RetryPolicy.Default.Next(5, 0));
        Assert.Null(RetryPolicy.Default.Next(6, 0));
    }

    [Fact]
    public void None_means_that_the_first_failure_is_final() => Assert.Null(RetryPolicy.None.Next(1, 0));

    [Fact]
    public void A_factor_of_one_keeps_the_rest_constant() =>
        Assert.Equal(TimeSpan.FromSeconds(1), (Exact with { Factor = 1 }).Next(1_000, 0));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5_000)]
    public void A_delay_of_zero_means_at_once_however_many_attempts_there_were(int attempt) =>
        Assert.Equal(TimeSpan.Zero, (Exact with { Delay = TimeSpan.Zero }).Next(attempt, 0.9));

    [Fact]
    public void A_ceiling_below_the_delay_is_the_rest_from_the_start() =>
        Assert.Equal(TimeSpan.FromMilliseconds(10), (Exact with { MaxDelay = TimeSpan.FromMilliseconds(10) }).Next(1, 0));

    [Fact]
    public void Jitter_only_lengthens_and_by_no_more_than_its_share() =>
        Gen.Select(Gen.Int[1, 60], Gen.Double[0, 1], Gen.Double[0, 0.999]).Sample((attempt, jitter, chance) =>
        {
            var exact = Exact.Next(attempt, 0)!.Value;
            var rest = (Exact with { Jitter = jitter }).Next(attempt, chance)!.Value;
            Assert.InRange(rest, exact, exact * (1 + jitter));
        });

    [Fact]
    public void A_rest_is_never_negative_and_never_overflows() =>
        Gen.Select(Gen.Int[1, int.MaxValue - 1], Gen.Long[0, long.MaxValue], Gen.Double[1, 1e300], Gen.Long[0, long.MaxValue]).Sample(
            (attempt, delay, factor, ceiling) =>
            {
                var policy = Exact with { Delay = new TimeSpan(delay), Factor = factor, MaxDelay = new TimeSpan(ceiling), Jitter = 1 };
                Assert.InRange(policy.Next(attempt, 0.999)!.Value, TimeSpan.Zero, TimeSpan.MaxValue);
            });

    [Fact]
    public void The_rule_for_the_nearest_type_wins_in_whichever_order_the_rules_were_added()
    {
        var io = new RetryPolicy { MaxAttempts = 7 };
        var missing = new RetryPolicy { MaxAttempts = 8 };
        RetryPolicy[] policies =
        [
            RetryPolicy.Default.On<IOException>(io).On<FileNotFoundException>(missing),
            RetryPolicy.Default.On<FileNotFoundException>(missing).On<IOException>(io),
        ];

        Assert.All(policies, policy =>
        {
            Assert.Same(missing, policy.For(typeof(FileNotFoundException)));
            Assert.Same(io, policy.For(typeof(DirectoryNotFoundException)));
            Assert.Same(io, policy.For(typeof(IOException)));
            Assert.Same(policy, policy.For(typeof(InvalidOperationException)));
        });
    }

    [Fact]
    public void The_rule_added_last_replaces_the_one_for_the_same_type()
    {
        var last = new RetryPolicy { MaxAttempts = 8 };

        Assert.Same(last, RetryPolicy.Default.On<IOException>(RetryPolicy.None).On<IOException>(last).For(typeof(IOException)));
    }

    [Fact]
    public void Never_means_no_retry_for_that_exception_and_its_heirs()
    {
        var policy = RetryPolicy.Default.Never<ArgumentException>();

        Assert.Null(policy.For(typeof(ArgumentNullException)).Next(1, 0));
        Assert.NotNull(policy.For(typeof(IOException)).Next(1, 0));
    }

    [Fact]
    public void A_rule_added_leaves_the_policy_it_was_added_to_as_it_was()
    {
        RetryPolicy.Default.Never<IOException>();

        Assert.Same(RetryPolicy.Default, RetryPolicy.Default.For(typeof(IOException)));
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy { MaxAttempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy { Delay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy { MaxDelay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentNullException>(() => RetryPolicy.Default.On<IOException>(null!));
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_factor_is_a_finite_number_of_at_least_one(double factor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy { Factor = factor });

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_jitter_is_between_zero_and_one(double jitter) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy { Jitter = jitter });
}
