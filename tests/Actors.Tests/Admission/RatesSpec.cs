using Actors.Tests.Engine;
using Xunit.Abstractions;

namespace Actors.Tests.Admission;

public sealed class RatesSpec(ITestOutputHelper output) : VirtualTimeSpec(output, "actors.rates.api { token-limit = 2, replenishment-period = 10s }")
{
    [Fact]
    public async Task Tasks_start_when_their_token_is_due_and_nothing_is_held_meanwhile()
    {
        await StartAsync(static tasks => tasks
            .Configure<Step>(static type => type.WithRate("api", new TaskRate { TokenLimit = 9, TokensPerPeriod = 1, ReplenishmentPeriod = Seconds(1) })));
        var ran = new Happening();
        await Client.SubmitManyAsync(Enumerable.Range(0, 5).Select(_ => new Step(_ => ran.Happens())));
        await ran.AtLeast(2);
        for (var more = 3; more <= 5; more++)
        {
            await UntilAsync(static progress => progress.Pools[0].Busy == 0);
            await AdvanceAsync(Seconds(10) - Milliseconds(1));
            Assert.Equal(more - 1, ran.Times);
            await AdvanceAsync(Milliseconds(1));
            await ran.AtLeast(more);
        }
    }
}
