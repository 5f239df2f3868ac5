using Actors.Console.Trees;

namespace Actors.Tests.Console;

/// <summary><c>actors tree</c>.</summary>
public sealed class TreeSpec
{
    [Theory]
    [InlineData(10, 4, 1)]
    [InlineData(10, 4, 4)]
    [InlineData(1, 500, 1)]
    [InlineData(5000, 1, 2)]
    [InlineData(3, 0, 1)]
    public async Task The_sum_is_that_of_the_leaves_numbers(int fanOut, int depth, int workers)
    {
        var run = await ConsoleRun.OfAsync("tree", "--fan-out", $"{fanOut}", "--depth", $"{depth}", "--workers", $"{workers}");
        var leaves = (long)Math.Pow(fanOut, depth);
        var lines = run.Output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).ToArray();
        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"{leaves * (leaves - 1) / 2}", Value("sum"));
        Assert.Equal(Value("expected"), Value("sum"));

        string Value(string name) => Assert.Single(lines, line => line[0] == name)[1].Trim();
    }

    [Fact]
    public void Fan_out_10_and_depth_6_are_1_111_111_tasks()
    {
        var shape = TreeShape.Of(10, 6)!;
        Assert.Equal(1_111_111, shape.Tasks);
        Assert.Equal(499_999_500_000, shape.ExpectedSum);
    }

    [Fact]
    public void A_tree_that_nobody_could_run_has_no_shape() => Assert.Null(TreeShape.Of(1_000_000, 100_000));

    [UnixFact]
    public async Task An_interrupt_drains_and_ends_with_130()
    {
        var run = await ConsoleRun.OfAsync(
            new RunOptions { InterruptAt = "Submitted AddLeaves", Environment = new Dictionary<string, string> { ["ACTORS__CONSOLE__LOG__CONSOLE__LEVEL"] = "information" } },
            "tree", "--fan-out", "10", "--depth", "8");
        Assert.Equal(130, run.ExitCode);
        Assert.Contains(run.ErrorLines, line => line.StartsWith("actors: cancelled", StringComparison.Ordinal));
        Assert.DoesNotContain(run.ErrorLines, line => line.Contains("WARNING", StringComparison.Ordinal));
    }
}
