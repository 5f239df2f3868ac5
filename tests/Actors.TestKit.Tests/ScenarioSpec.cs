using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Actors.TestKit.Tests;

public sealed class ScenarioSpec(ITestOutputHelper output) : EngineTestKit(output)
{
    [Fact]
    public async Task After_five_minutes_the_second_attempt_runs()
    {
        var shop = new Shop { Refusals = 1 };
        await StartEngineAsync(ShopHandlers.Register, new ServiceCollection().AddSingleton(shop).BuildServiceProvider());
        var handle = await Client.SubmitAsync(new PlaceOrder(7));
        await SettleAsync();
        Assert.Equal(7m, (await handle).Value);
        Assert.Empty(shop.Shipments);

        await AdvanceAsync(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await SettleAsync();
        Assert.Empty(shop.Shipments);
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        await SettleAsync();

        Assert.Equal([7], shop.Shipments);
        History.ExpectAttemptAt<Ship>(2, TimeSpan.FromMinutes(5));
        History.ExpectSucceeded<Ship>();
        Assert.Contains("1 of its tasks have not ended", Assert.Throws<ExpectationException>(() => History.ExpectTreeDone(handle.Id)).Message, StringComparison.Ordinal);

        await AdvanceAsync(TimeSpan.FromDays(14));
        await SettleAsync();
        History.ExpectTreeDone(handle.Id);
        Assert.Equal(TaskState.Succeeded, (await handle.TreeAsync()).State);
    }
}
