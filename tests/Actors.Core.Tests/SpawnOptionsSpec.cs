namespace Actors.Core.Tests;

public sealed class SpawnOptionsSpec
{
    [Fact]
    public void Nothing_is_different_from_the_type_unless_it_is_said()
    {
        var options = new SpawnOptions();

        Assert.Equal((null, TimeSpan.Zero, null, null, null), (options.Key, options.Delay, options.DueAt, options.Timeout, options.Retry));
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new SpawnOptions { Key = "" });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions { Delay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions { Timeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpawnOptions { Timeout = TimeSpan.FromTicks(-1) });
    }
}
