using System.Text.Json;

namespace Actors.Tests.Console;

/// <summary>The HOCON file, what overrides it, and where the log goes.</summary>
public sealed class ConfigurationSpec
{
    [Theory]
    [InlineData("actors {\n  drain {\n", ":2:9: this '{' is never closed")]
    [InlineData("actors { }\n}\n", ":2:1: '}' closes nothing")]
    [InlineData("akka.loglevel = \"info\nactors { }", ":1:17: this '\"' is never closed")]
    [InlineData("akka {\n  loglevel\n}", ":2:3: 'loglevel' has neither a value")]
    [InlineData("akka.loglevel = ${no.such.key}", ":1:17: Unresolved substitution")]
    [InlineData("actors.console.log.file.size-limit = much", "actors.console.log.file.size-limit must be a size")]
    [InlineData("actors.console.log.level = loud", "actors.console.log.level must be one of verbose")]
    [InlineData("actors.chunk.slice = long", "actors.chunk.slice")]
    [InlineData("akka.actor.deployment.\"/tasks/io\".nr-of-instances = 0", "nr-of-instances must be at least 1")]
    [InlineData("actors.types.scan-folder.pool = nowhere", "nowhere")]
    public async Task A_broken_file_is_told_in_one_line_with_the_place(string hocon, string told)
    {
        using var temp = new TempFolder();
        var file = Path.Combine(temp.Path, "broken.conf");
        await File.WriteAllTextAsync(file, hocon);
        var run = await ConsoleRun.OfAsync("follow-up", "--hocon", file);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        var line = Assert.Single(run.ErrorLines);
        Assert.Contains(told, line, StringComparison.Ordinal);
        Assert.True(!told.StartsWith(':') || line.Contains(file + told, StringComparison.Ordinal), line);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_needs_to_hold_only_what_differs_and_may_include_others()
    {
        using var temp = new TempFolder();
        await File.WriteAllTextAsync(Path.Combine(temp.Path, "level.conf"), "actors.console.log.console.level = information");
        var file = Path.Combine(temp.Path, "main.conf");
        await File.WriteAllTextAsync(file, "include \"level.conf\"\nakka.actor.deployment.\"/tasks/default\".nr-of-instances = 1");
        var run = await ConsoleRun.OfAsync("follow-up", "--hocon", file);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("INFORMATION", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_overrides_the_file()
    {
        var run = await ConsoleRun.OfAsync(
            new RunOptions { Environment = new Dictionary<string, string> { ["ACTORS__CONSOLE__LOG__ROLLING"] = "1", ["ACTORS__CONSOLE__LOG__FILE__ROLLING_INTERVAL"] = "yearly" } }, "follow-up");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("actors.console.log.file.rolling-interval must be one of", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_file_holds_one_json_object_a_line()
    {
        using var temp = new TempFolder();
        var run = await ConsoleRun.OfAsync(
            new RunOptions
            {
                Environment = new Dictionary<string, string>
                {
                    ["ACTORS__CONSOLE__LOG__FILE__PATH"] = Path.Combine(temp.Path, "run-.log"),
                    ["ACTORS__CONSOLE__LOG__LEVEL"] = "debug",
                    ["AKKA__LOGLEVEL"] = "DEBUG",
                },
            },
            "follow-up", "--retry", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.ErrorLines);
        Assert.All(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith(">", line, StringComparison.Ordinal));
        var lines = await File.ReadAllLinesAsync(Assert.Single(Directory.GetFiles(temp.Path, "run-*.log")));
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("@t", out _)));
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_written_costs_one_warning()
    {
        var run = await ConsoleRun.OfAsync(
            new RunOptions { Environment = new Dictionary<string, string> { ["ACTORS__CONSOLE__LOG__FILE__PATH"] = Path.Combine(ConsoleRun.Assembly, "below-a-file.log") } }, "follow-up");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("no log file", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }
}
