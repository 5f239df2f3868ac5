using Actors.Simulation.Histories;

namespace Actors.Core.Tests.Ledger;

/// <summary>Random histories of the ledger. See <see cref="ManyHistories"/> for playing one again.</summary>
public sealed class HistoriesSpec
{
    private const int Histories = 10_000;

    /// <summary>Some things come up once in thousands.</summary>
    private const int SeedsMax = 20_000;

    [Fact]
    public void Ten_thousand_random_histories_keep_every_rule() => ManyHistories.AssertKeepEveryRule(null, Histories);

    [Fact]
    public void The_same_seed_makes_the_same_history() => Assert.Equal(StoryOf(4_711), StoryOf(4_711));

    /// <summary>A rule that is never put to the test holds always: so each of these must come up.</summary>
    [Fact]
    public void Whatever_can_happen_does()
    {
        const string All = """
            Failed, Failed stale, Failed though told Cancel, Failed though told Stop, Failed though told Timeout
            FailedForGood, FailedForGood stale, FailedForGood though told Cancel, FailedForGood though told Timeout
            Folded, Folded stale, Folded though told Cancel
            GivenBack, GivenBack stale, GivenBack though told Cancel, GivenBack though told Stop, GivenBack though told Timeout
            Interrupted stale, Interrupted though told Cancel, Interrupted though told Stop, Interrupted though told Timeout
            Joined, Joined stale, Joined though told Cancel, Joined though told Stop, Joined though told Timeout
            PutOff, PutOff stale, PutOff though told Cancel, PutOff though told Timeout
            Succeeded, Succeeded stale, Succeeded though told Cancel, Succeeded though told Stop, Succeeded though told Timeout
            a child is spawned now, a child is spawned now by who is cancelled, the same child is spawned now again
            a child that ended before its join was made, a follow-up that was spawned now before
            a follow-up, a follow-up that was told, a follow-up with a key
            a chunk, one alone, a recall, a retry
            a join, a join that ends with a join, a join of 0, a join of 1, a join of 2
            a join fires: All, a join fires: Collect, a join fires: Quorum, a join fires: Quorum early
            a join fails: All, a join fails: All early, a join fails: Quorum, a join fails: Quorum early
            a fold fires: All, a fold fires: Collect, a fold fires: Quorum, a fold fires: Quorum early
            a fold fails: All, a fold fails: All early, a fold fails: Quorum, a fold fails: Quorum early
            a step of a fold, a step of a fold again, a fold fails in a step, a fold that has failed in a step is cancelled
            a tree, a tree with a completion task, a root that lives is submitted again, a root that has ended is submitted again
            a tree ends: Cancelled, a tree ends: Failed, a tree ends: Succeeded
            a worker is lost with a chunk, a worker is lost with a chunk that it had not got, a worker is lost too often
            a worker is lost with a task, a worker is lost with a task that it had not got
            cancelled while Joining, cancelled while Ready, cancelled while Running, cancelled while Scheduled, cancelled while Waiting
            left behind: Cancel, left behind: Cancel with others, left behind: Stop, left behind: Stop with others, left behind: Timeout
            a pause, a resume, a deadline passes
            a budget is used up: at once, a budget is used up: attempts, a budget is used up: tasks or depth
            told to end: Cancel, told to end: Stop, told to end: Timeout
            """;

        var missing = All.Split([", ", "\n"], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        for (var seed = 0; seed < SeedsMax && missing.Count > 0; seed++)
        {
            missing.ExceptWith(History.Play(seed));
        }

        Assert.Equal("", string.Join(", ", missing));
    }

    private static string StoryOf(int seed)
    {
        var story = new Story();
        History.Play(seed, story: story);
        return $"{story}";
    }
}
