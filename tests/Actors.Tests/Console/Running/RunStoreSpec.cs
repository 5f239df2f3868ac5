namespace Actors.Tests.Console.Running;

/// <summary><c>actors run --store</c>: killed at any moment it goes on, and no line is submitted twice.</summary>
public sealed class RunStoreSpec
{
    private static readonly string[] Store = ["--store", "sqlite:s.db", "--workers", "3"];

    [UnixFact]
    public async Task Killed_again_and_again_it_runs_every_line_to_its_end_and_submits_none_twice()
    {
        const int Lines = 40;
        int[] marks = [5, 15, 25]; // lines that fail: each is told, and told means killed
        using var file = new TaskFile().Write(Enumerable.Range(1, Lines).Select(number => TaskFile.Exec(
            "", "bash", "-c", $"echo begin {number} >> log; sleep 0.0{number % 5}; echo end {number} >> log; exit {(marks.Contains(number) ? 1 : 0)}").Replace("\"key\":\"\",", "", StringComparison.Ordinal)));
        foreach (var mark in marks)
        {
            var killed = await file.RunAsync(new RunOptions { InterruptAt = $"tasks.jsonl:{mark}:", Signal = "KILL" }, Store);
            Assert.Equal(137, killed.ExitCode);
        }

        var run = await file.RunAsync(Store);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal((Lines, Lines - 3, 3), (Count(run, "submitted"), Count(run, "succeeded"), Count(run, "failed")));
        var log = file.Read("log");
        Assert.All(Enumerable.Range(1, Lines), number => Assert.Contains($"end {number}", log));
        Assert.InRange(log.Count(static line => line.StartsWith("end", StringComparison.Ordinal)), Lines, Lines + (3 * 3)); // again at most what ran when it was killed

        var stored = await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder }, "store", "verify", "sqlite:s.db");
        Assert.Contains(stored.Output.Split('\n'), line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["trees", var trees] && trees == $"{Lines}");
        Assert.Equal(0, stored.ExitCode);

        var again = await file.RunAsync(Store);
        Assert.Equal((Lines - 3, 3), (Count(again, "succeeded"), Count(again, "failed")));
        Assert.Equal(log, file.Read("log")); // nothing ran
    }

    [UnixFact]
    public async Task What_programs_had_left_when_it_was_killed_is_killed_at_the_next_start_and_they_run_again()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("mark", "until [ $(cat pids 2>/dev/null | wc -l) = 3 ]; do sleep 0.01; done; exit 1"),
            TaskFile.Script("left", "[ -e second ] && exit; sleep 300 & echo $! >> pids; (setsid bash -c 'echo $$ >> pids; exec sleep 300' > /dev/null 2>&1 &); echo $$ >> pids; sleep 300"));
        await file.RunAsync(new RunOptions { InterruptAt = "tasks.jsonl:1:", Signal = "KILL" }, Store);
        Assert.All(file.Read("pids"), static process => Assert.True(Directory.Exists($"/proc/{process}")));
        file.Put("second", "");
        Assert.Equal(1, (await file.RunAsync(Store)).ExitCode);
        Assert.Equal("succeeded", ExecSpec.Text(file.Results["left"], "state"));
        ExecSpec.AssertGone(file.Read("pids"), 3);
    }

    [UnixFact]
    public async Task A_file_may_grow_and_be_renamed_with_a_name_and_a_changed_line_is_another_task()
    {
        const string Line = """{"task": "exec", "data": {"program": "bash", "arguments": ["-c", "echo N >> log"]}}""";
        using var file = new TaskFile().Write(Numbered(1, 2));
        await file.RunAsync(Store);
        file.Write(Numbered(1, 2, 3)); // grown
        await file.RunAsync(Store);
        Assert.Equal(["1", "2", "3"], file.Read("log").Order());
        file.Write(Numbered(1, 4, 3)); // line 2 is another
        await file.RunAsync(Store);
        Assert.Equal(["1", "2", "3", "4"], file.Read("log").Order());
        await file.RunAsync([.. Store, "--name", "again"]); // all of it anew
        Assert.Equal(7, file.Read("log").Length);
        Assert.Equal(0, (await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder, Input = string.Join('\n', Numbered(1, 4, 3)) }, ["run", "-", "--name", "again", .. Store])).ExitCode);
        Assert.Equal(7, file.Read("log").Length);

        static IEnumerable<string> Numbered(params int[] numbers) => numbers.Select(static number => Line.Replace("N", $"{number}", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task Lines_of_standard_input_without_a_key_go_on_as_well()
    {
        using var file = new TaskFile();
        const string Lines = """
            {"task": "exec", "data": {"program": "bash", "arguments": ["-c", "exit 1"]}}
            {"task": "exec", "data": {"program": "bash", "arguments": ["-c", "echo ran >> log"]}, "delay": "1s"}
            """;
        await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder, Input = Lines, InterruptAt = "standard input:1:", Signal = "KILL" }, ["run", "-", .. Store]);
        Assert.Empty(file.Read("log"));
        Assert.Equal(0, (await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder, Input = "" }, ["run", "-", .. Store])).ExitCode);
        Assert.Single(file.Read("log"));
    }

    [UnixFact]
    public async Task The_same_key_is_the_same_task()
    {
        using var file = new TaskFile().Write(TaskFile.Script("one", "echo 1 >> log"), TaskFile.Script("one", "echo 1 >> log"));
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder }, ["run", "tasks.jsonl", "--json", .. Store]);
        Assert.Equal(2, Count(run, "succeeded"));
        Assert.Single(file.Read("log"));
    }

    private static int Count(ConsoleRun run, string name) => run.Json.GetProperty(name).GetInt32();
}
