namespace Actors.Tests.Console;

/// <summary>What is wrong from the start is told in one line, and ends the process with 2.</summary>
public sealed class UsageSpec
{
    [Theory]
    [InlineData("Required command", new string[0])]
    [InlineData("'scna'", new[] { "scna" })]
    [InlineData("argument missing", new[] { "scan" })]
    [InlineData("'--foo'", new[] { "scan", "--foo", "." })]
    [InlineData("'--foo'", new[] { "scan", "--foo" })]
    [InlineData("'/etc'", new[] { "scan", ".", "/etc" })]
    [InlineData("'no-such-folder'", new[] { "scan", "no-such-folder" })]
    [InlineData("not a folder", new[] { "scan", "Actors.dll" })]
    [InlineData("'\\x1b[31m\\n'", new[] { "scan", "\u001b[31m\n" })]
    [InlineData("--workers", new[] { "scan", ".", "--workers", "0" })]
    [InlineData("--workers", new[] { "scan", ".", "--workers", "1025" })]
    [InlineData("--workers", new[] { "scan", ".", "--workers", "many" })]
    [InlineData("--fan-out", new[] { "tree", "--fan-out", "0", "--depth", "1" })]
    [InlineData("--fan-out", new[] { "tree", "--depth", "1" })]
    [InlineData("--depth", new[] { "tree", "--fan-out", "1", "--depth", "-1" })]
    [InlineData("tasks", new[] { "tree", "--fan-out", "10", "--depth", "12" })]
    [InlineData("--access", new[] { "follow-up", "--access", "telepathy" })]
    [InlineData("--retry", new[] { "follow-up", "--retry", "-1" })]
    [InlineData("argument missing", new[] { "run" })]
    [InlineData("'no-such-file'", new[] { "run", "no-such-file" })]
    [InlineData("it is a folder", new[] { "run", "." })]
    [InlineData("'--foo'", new[] { "run", "--foo" })]
    [InlineData("--on-bad-line", new[] { "run", "-", "--on-bad-line", "ignore" })]
    [InlineData("--follow", new[] { "run", "-", "--follow" })]
    [InlineData("--json", new[] { "run", "-", "--json", "--results", "-" })]
    [InlineData("absolute", new[] { "run", "-", "--allow", "echo" })]
    [InlineData("no program", new[] { "run", "-", "--allow", "/tmp" })]
    [InlineData("--env", new[] { "run", "-", "--env", "=x" })]
    [InlineData("no-such.conf", new[] { "follow-up", "--hocon", "no-such.conf" })]
    public async Task Bad_usage_is_one_line_on_standard_error_and_exit_code_2(string named, string[] arguments)
    {
        var run = await ConsoleRun.OfAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Contains(named, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_adds_the_stack_trace()
    {
        var run = await ConsoleRun.OfAsync("scan", "no-such-folder", "--verbose");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("scan", "--help")]
    [InlineData("tree", "-h")]
    [InlineData("follow-up", "--help")]
    [InlineData("run", "--help")]
    public async Task Help_tells_the_exit_codes(params string[] arguments)
    {
        var run = await ConsoleRun.OfAsync(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("130  Cancelled", run.Output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_folder_that_looks_like_an_option_or_a_response_file_can_be_named()
    {
        using var temp = new TempFolder();
        await Shell.RunAsync("mkdir -- -dash @at; printf 1 > @at/f", temp.Path);
        Assert.Equal(0, (await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "./-dash", "--json")).ExitCode);
        Assert.Equal(0, (await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "--json", "--", "-dash")).ExitCode);
        Assert.Equal(1, (await ConsoleRun.OfAsync(new RunOptions { Folder = temp.Path }, "scan", "@at", "--json")).Json.GetProperty("files").GetInt64());
    }
}
