using CsCheck;

namespace Actors.Core.Tests.Joins;

public sealed class JoinPolicySpec
{
    [Theory]
    [InlineData("All", 0, 0, 0, "Fire")]
    [InlineData("All", 1, 0, 0, "Wait")]
    [InlineData("All", 1, 1, 0, "Fire")]
    [InlineData("All", 1, 0, 1, "Fail")]
    [InlineData("All", 3, 2, 0, "Wait")]
    [InlineData("All", 3, 0, 1, "Fail")]
    [InlineData("All", 3, 2, 1, "Fail")]
    [InlineData("All", 3, 3, 0, "Fire")]
    [InlineData("Collect", 0, 0, 0, "Fire")]
    [InlineData("Collect", 1, 0, 0, "Wait")]
    [InlineData("Collect", 1, 0, 1, "Fire")]
    [InlineData("Collect", 3, 1, 1, "Wait")]
    [InlineData("Collect", 3, 0, 3, "Fire")]
    [InlineData("Collect", 3, 2, 1, "Fire")]
    [InlineData("Quorum(1)", 0, 0, 0, "Fail")]
    [InlineData("Quorum(1)", 1, 0, 0, "Wait")]
    [InlineData("Quorum(1)", 1, 1, 0, "Fire")]
    [InlineData("Quorum(1)", 1, 0, 1, "Fail")]
    [InlineData("Quorum(1)", 3, 1, 0, "Fire")]
    [InlineData("Quorum(1)", 3, 0, 2, "Wait")]
    [InlineData("Quorum(1)", 3, 0, 3, "Fail")]
    [InlineData("Quorum(2)", 1, 0, 0, "Fail")]
    [InlineData("Quorum(2)", 2, 0, 0, "Wait")]
    [InlineData("Quorum(2)", 3, 1, 1, "Wait")]
    [InlineData("Quorum(2)", 3, 1, 2, "Fail")]
    [InlineData("Quorum(2)", 3, 2, 1, "Fire")]
    [InlineData("Quorum(3)", 3, 3, 0, "Fire")]
    public void The_verdict_follows_from_the_counts(string policy, int children, int succeeded, int notSucceeded, string verdict) =>
        Assert.Equal(verdict, Named(policy).Judge(children, succeeded, notSucceeded).ToString());

    [Fact]
    public void The_first_success_is_a_quorum_of_one() => Assert.Equal(JoinPolicy.Quorum(1), JoinPolicy.FirstSuccess);

    [Fact]
    public void A_quorum_needs_at_least_one_success() => Assert.Throws<ArgumentOutOfRangeException>(() => JoinPolicy.Quorum(0));

    [Fact]
    public void A_join_whose_children_are_all_terminal_never_waits() =>
        Gen.Select(Policies, Gen.Int[0, 10], Gen.Int[0, 10]).Sample((policy, succeeded, notSucceeded) =>
            Assert.NotEqual(JoinVerdict.Wait, policy.Judge(succeeded + notSucceeded, succeeded, notSucceeded)));

    [Fact]
    public void A_verdict_once_given_stays_whatever_the_others_do() =>
        Gen.Select(Policies, Gen.Int[1, 8], Gen.Bool.Array[8]).Sample((policy, children, successes) =>
        {
            JoinVerdict? given = null;
            var succeeded = 0;
            for (var ended = 0; ended <= children; ended++)
            {
                var verdict = policy.Judge(children, succeeded, ended - succeeded);
                Assert.True(given is null || given == verdict, $"{policy}: {given}, then {verdict}");
                given = verdict == JoinVerdict.Wait ? null : verdict;
                succeeded += ended < children && successes[ended] ? 1 : 0;
            }

            Assert.NotNull(given);
        });

    private static Gen<JoinPolicy> Policies => Gen.Int[-1, 20].Select(static number => number switch
    {
        -1 => JoinPolicy.All,
        0 => JoinPolicy.Collect,
        _ => JoinPolicy.Quorum(number),
    });

    private static JoinPolicy Named(string name) => name switch
    {
        "All" => JoinPolicy.All,
        "Collect" => JoinPolicy.Collect,
        _ => JoinPolicy.Quorum(name["Quorum(".Length] - '0'),
    };
}
