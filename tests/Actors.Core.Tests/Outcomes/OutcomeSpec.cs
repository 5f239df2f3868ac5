namespace Actors.Core.Tests.Outcomes;

public sealed class OutcomeSpec
{
    private static readonly Failure Broken = new() { Kind = FailureKind.Exception, Type = "System.IO.IOException", Message = "The disk is full." };

    [Fact]
    public void A_success_has_its_value()
    {
        var outcome = Outcome<int>.Succeeded(42);

        Assert.True(outcome is { IsSucceeded: true, IsFailed: false, IsCancelled: false, Failure: null, State: TaskState.Succeeded });
        Assert.Equal(42, outcome.Value);
        Assert.Equal(42, outcome.UntypedValue);
        Assert.Equal(42, outcome.ValueOr(7));
        Assert.Equal("Succeeded(42)", outcome.ToString());
    }

    [Fact]
    public void A_success_may_have_null_as_its_value() => Assert.Null(Outcome<string?>.Succeeded(null).Value);

    [Fact]
    public void A_failure_has_no_value_and_says_why()
    {
        var outcome = Outcome<int>.Failed(Broken);

        Assert.True(outcome is { IsSucceeded: false, IsFailed: true, IsCancelled: false, State: TaskState.Failed });
        Assert.Same(Broken, outcome.Failure);
        Assert.Equal(7, outcome.ValueOr(7));
        Assert.Contains("System.IO.IOException: The disk is full.", Assert.Throws<InvalidOperationException>(() => outcome.Value).Message, StringComparison.Ordinal);
        Assert.Equal("Failed(System.IO.IOException: The disk is full.)", outcome.ToString());
    }

    [Fact]
    public void What_was_cancelled_has_no_value_and_says_so()
    {
        var outcome = Outcome<int>.Cancelled;

        Assert.True(outcome is { IsSucceeded: false, IsFailed: false, IsCancelled: true, Failure: null, State: TaskState.Cancelled });
        Assert.Equal(7, outcome.ValueOr(7));
        Assert.Contains("cancelled", Assert.Throws<InvalidOperationException>(() => outcome.Value).Message, StringComparison.Ordinal);
        Assert.Equal("Cancelled", outcome.ToString());
    }

    [Theory]
    [InlineData(TaskState.Scheduled, false)]
    [InlineData(TaskState.Waiting, false)]
    [InlineData(TaskState.Ready, false)]
    [InlineData(TaskState.Running, false)]
    [InlineData(TaskState.Joining, false)]
    [InlineData(TaskState.Succeeded, true)]
    [InlineData(TaskState.Failed, true)]
    [InlineData(TaskState.Cancelled, true)]
    public void Three_states_are_terminal(TaskState state, bool isTerminal) => Assert.Equal(isTerminal, state.IsTerminal());
}
