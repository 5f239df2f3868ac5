namespace Actors.Tests.Console;

/// <summary><c>actors follow-up</c>: the order of the lines, on any number of workers, by any way.</summary>
public sealed class FollowUpSpec
{
    public static TheoryData<string, int, int> Runs
    {
        get
        {
            var runs = new TheoryData<string, int, int>();
            foreach (var access in (string[])["context", "global", "coordinator"])
            {
                foreach (var workers in (int[])[1, 4])
                {
                    foreach (var failures in (int[])[0, 2])
                    {
                        runs.Add(access, workers, failures);
                    }
                }
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Task_2_runs_once_and_the_lines_come_in_order(string access, int workers, int failures)
    {
        var run = await ConsoleRun.OfAsync("follow-up", "--access", access, "--workers", $"{workers}", "--retry", $"{failures}");
        var failed = Enumerable.Range(1, failures).SelectMany(attempt => (string[])[">Task 1 is running", $">Task 1 failed (attempt {attempt}), it will be retried"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.ErrorLines);
        Assert.Equal(
            [.. failed, ">Task 1 is running", ">>Task 2 is running", ">Task 1 is done.", ">>Task 2 is done."],
            run.Output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
