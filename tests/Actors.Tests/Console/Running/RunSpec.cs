using Actors.Console.Exec;
using Actors.Console.Lines;

namespace Actors.Tests.Console.Running;

/// <summary><c>actors run</c>: what stands on a line, and what is wrong with others.</summary>
public sealed class RunSpec
{
    private static readonly LineFormat Format = new("/", AllowedPrograms.Any, TimeSpan.FromSeconds(25));

    [Theory]
    [InlineData("""{"task": "nope"}""", "there is no task type 'nope'; there are exec, tree")]
    [InlineData("nonsense", "it is not JSON")]
    [InlineData("[]", "a line must be a JSON object")]
    [InlineData("{}", "'task' is missing")]
    [InlineData("""{"task": "tree", "data": {}, "task": "tree"}""", "Duplicate property 'task'")]
    [InlineData("""{"task": "tree", "data": {"x": 1}}""", "there is no 'data.x'")]
    [InlineData("""{"task": "tree", "data": {}, "colour": 1}""", "there is no 'colour'")]
    [InlineData("""{"task": "exec", "data": {"program": "a\u0000b"}}""", "'data.program' has a NUL in it")]
    [InlineData("""{"task": "exec", "data": {"program": "a", "arguments": ["\ud800"]}}""", "'data.arguments[0]' has half a character")]
    [InlineData("""{"task": "exec", "data": {"program": "a", "arguments": "b"}}""", "'data.arguments' must be a list")]
    [InlineData("""{"task": "exec", "data": {"program": "a", "environment": {"A=B": "c"}}}""", "'data.environment' has a variable")]
    [InlineData("""{"task": "exec", "data": {"program": "a", "grace": "1h"}}""", "'data.grace' is more than 25s")]
    [InlineData("""{"task": "exec", "data": {"program": "a", "retryCodes": [0]}}""", "'data.retryCodes[0]' must be a whole number from 1 to 255")]
    [InlineData("""{"task": "exec"}""", "'data' is missing")]
    [InlineData("""{"task": "tree", "data": {}, "timeout": 5}""", "'timeout' must be a time of more than zero with its unit")]
    [InlineData("""{"task": "tree", "data": {}, "timeout": "0s"}""", "'timeout' must be a time of more than zero")]
    [InlineData("""{"task": "tree", "data": {}, "delay": "-1s"}""", "'delay' must be a time")]
    [InlineData("""{"task": "tree", "data": {}, "dueAt": "2030-01-01T00:00:00"}""", "'dueAt' must be a moment with its offset")]
    [InlineData("""{"task": "tree", "data": {}, "dueAt": "2030-01-01T00:00:00Z", "delay": "1s"}""", "not both")]
    [InlineData("""{"task": "tree", "data": {}, "priority": 10}""", "'priority' must be a whole number from 0 to 9")]
    [InlineData("""{"task": "tree", "data": {}, "key": ""}""", "'key' must not be empty")]
    [InlineData("""{"task": "tree", "data": {}, "retry": 0}""", "'retry' must be a whole number")]
    [InlineData("""{"task": "tree", "data": {}, "retry": {"attempts": 2, "factor": 0}}""", "'retry.factor' must be a number from 1")]
    [InlineData("""{"task": "tree", "data": {}, "whenDone": {"task": "tree", "data": {}}}""", "'whenDone.task' must be")]
    [InlineData("""{"task": "tree", "data": {}, "unique": 1}""", "'unique' must be a JSON object")]
    [InlineData("""{"task": "tree", "data": {}, "unique": {"among": "live"}}""", "'unique.key' is missing")]
    [InlineData("""{"task": "tree", "data": {}, "unique": {"key": "u", "among": "all"}}""", "'unique.among' must be live, not-started, live-or-succeeded or live-or-ended, but is 'all'")]
    [InlineData("""{"task": "tree", "data": {}, "unique": {"key": "u", "among": "live-or-ended"}}""", "'unique.period' is missing")]
    [InlineData("""{"task": "tree", "data": {}, "unique": {"key": "u", "whenDuplicate": "fail"}}""", "'unique.whenDuplicate' must be attach, skip or replace, but is 'fail'")]
    public void What_is_wrong_with_a_line_is_told(string line, string told)
    {
        var wrong = Assert.Throws<LineException>(() => Format.Parse(new RawLine(1, System.Text.Encoding.UTF8.GetBytes(line), IsTooLong: false)));
        Assert.Contains(told, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_UTF_8_is_refused_and_what_says_nothing_is_passed_over()
    {
        Assert.Contains("UTF-8", Assert.Throws<LineException>(() => Format.Parse(new RawLine(1, (byte[])[.. "{\"task\": \""u8, 0xff, .. "\"}"u8], false))).Message, StringComparison.Ordinal);
        Assert.All(["", "   ", "\t", "# {", "  # {"], line => Assert.Null(Format.Parse(new RawLine(1, System.Text.Encoding.UTF8.GetBytes(line), false))));
    }

    [Fact]
    public void Options_are_read()
    {
        var line = Format.Parse(new RawLine(1, """{"task": "exec", "key": "k", "data": {"program": "bin/a", "folder": "b"}, "delay": "1.5s", "timeout": "2m", "priority": 9, "retry": {"attempts": 7, "delay": "250ms", "factor": 1.5, "maxDelay": "1h", "jitter": 0}}"""u8.ToArray(), false))!;
        Assert.Equal(("k", TimeSpan.FromSeconds(1.5), (TimeSpan?)TimeSpan.FromMinutes(2), (int?)9), (line.Options!.Key, line.Options.Delay, line.Options.Timeout, line.Options.Priority));
        Assert.Equal(new RetryPolicy { MaxAttempts = 7, Delay = TimeSpan.FromMilliseconds(250), Factor = 1.5, MaxDelay = TimeSpan.FromHours(1), Jitter = 0 }, line.Options.Retry);
        Assert.Equal(("/bin/a", "/b"), (((Exec)line.Task).Call.Program, ((Exec)line.Task).Call.Folder));
    }

    [Fact]
    public async Task Lines_end_as_on_Unix_or_as_on_Windows_and_a_byte_order_mark_and_a_long_line_do_no_harm()
    {
        using var stream = new MemoryStream([0xef, 0xbb, 0xbf, .. "one\r\n\ntwo\n"u8, .. new byte[200_000], .. "\nthree"u8]);
        var reader = new LineReader(stream, 1_000);
        var lines = new List<(long, string, bool)>();
        while (await reader.NextAsync(CancellationToken.None) is { } line)
        {
            lines.Add((line.Number, System.Text.Encoding.UTF8.GetString(line.Utf8.Span), line.IsTooLong));
        }

        Assert.Equal([(1, "one", false), (2, "", false), (3, "two", false), (4, "", true), (5, "three", false)], lines);
    }

    [UnixFact]
    public async Task A_bad_line_stops_what_comes_after_it_or_is_skipped_and_what_came_before_runs_to_its_end()
    {
        using var file = new TaskFile().Write(TaskFile.Script("before", "sleep 0.3; echo before >> log"), "", "bad", TaskFile.Script("after", "echo after >> log"));
        var stopped = await file.RunAsync();
        Assert.Equal((1, 1, 1), (stopped.ExitCode, stopped.Json.GetProperty("badLines").GetInt32(), stopped.Json.GetProperty("succeeded").GetInt32()));
        Assert.StartsWith("actors: tasks.jsonl:3: it is not JSON", Assert.Single(stopped.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(["before"], file.Read("log"));
        var skipped = await file.RunAsync("--on-bad-line", "skip");
        Assert.Equal((1, 1, 2), (skipped.ExitCode, skipped.Json.GetProperty("badLines").GetInt32(), skipped.Json.GetProperty("succeeded").GetInt32()));
        Assert.Equal(["after", "before", "before"], file.Read("log").Order());
        var checkedOnly = await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder }, "run", "tasks.jsonl", "--check");
        Assert.Equal((1, "3 line(s), 1 of them wrong"), (checkedOnly.ExitCode, checkedOnly.Output.Trim()));
        Assert.Equal(3, file.Read("log").Length);
    }

    [UnixFact]
    public async Task What_is_appended_to_a_file_that_is_followed_runs_until_it_is_interrupted()
    {
        using var file = new TaskFile().Write(TaskFile.Script("first", "echo '{\"task\": \"exec\", \"data\": {\"program\": \"bash\", \"arguments\": [\"-c\", \"echo appended >> log; exit 4\"]}}' >> tasks.jsonl"));
        var run = await file.RunAsync(new RunOptions { InterruptAt = "tasks.jsonl:2:" }, "--follow");
        Assert.Equal(130, run.ExitCode);
        Assert.Equal(["appended"], file.Read("log"));
    }

    [UnixFact]
    public async Task The_completion_task_of_a_line_runs_when_all_that_it_led_to_has_ended()
    {
        using var file = new TaskFile().Write(TaskFile.Exec(
            "tree",
            new { program = "bash", arguments = (string[])["-c", "echo '{\"task\": \"exec\", \"data\": {\"program\": \"bash\", \"arguments\": [\"-c\", \"sleep 0.3; echo child >> log\"]}}' >> $ACTORS_SPAWN; echo root >> log"] },
            new { whenDone = new { task = "exec", data = new { program = "bash", arguments = (string[])["-c", "echo done >> log"] } } }));
        Assert.Equal(0, (await file.RunAsync()).ExitCode);
        Assert.Equal(["root", "child", "done"], file.Read("log"));
    }

    [Fact]
    public void What_is_unique_is_read_as_a_text_or_with_its_options()
    {
        Assert.Equal(new UniqueTask { Key = "u" }, Read("\"u\""));
        Assert.Equal(
            new UniqueTask { Key = "u", Among = UniqueAmong.LiveOrSucceeded, Period = TimeSpan.FromHours(1), WhenDuplicate = WhenDuplicate.Skip },
            Read("""{"key": "u", "among": "live-or-succeeded", "period": "1h", "whenDuplicate": "skip"}"""));

        static UniqueTask? Read(string unique) =>
            Format.Parse(new RawLine(1, System.Text.Encoding.UTF8.GetBytes($$"""{"task": "tree", "data": {}, "unique": {{unique}}}"""), false))!.Options!.Unique;
    }

    [UnixFact]
    public async Task A_line_of_a_unique_text_that_is_live_ends_as_that_one_does_or_is_skipped()
    {
        using var file = new TaskFile().Write(
            Of("first", "u", "until [ -e go ]; do sleep 0.05; done; echo first >> log; echo out"),
            Of("attached", "u", "echo attached >> log"),
            Of("skipped", new { key = "u", whenDuplicate = "skip" }, "echo skipped >> log"),
            Of("other", "v", "touch go"));
        var run = await file.RunAsync();
        Assert.Equal((0, 3, 1, 0), (run.ExitCode, run.Json.GetProperty("succeeded").GetInt32(), run.Json.GetProperty("skipped").GetInt32(), run.Json.GetProperty("cancelledLines").GetInt32()));
        Assert.Equal(["first"], file.Read("log"));
        var (first, attached) = (file.Results["first"], file.Results["attached"]);
        Assert.Equal("out\n", attached.GetProperty("result").GetProperty("stdout").GetString());
        Assert.Equal(first.GetProperty("id").GetString(), attached.GetProperty("duplicateOf").GetString());
        Assert.False(first.TryGetProperty("duplicateOf", out _));

        static string Of(string key, object unique, string script) => TaskFile.Exec(key, new { program = "bash", arguments = (string[])["-c", script] }, new { unique });
    }

    [UnixFact]
    public async Task What_was_skipped_is_skipped_when_the_same_lines_are_run_on_the_same_store_again()
    {
        var unique = new { key = "u", among = "live-or-ended", period = "1h", whenDuplicate = "skip" };
        using var file = new TaskFile().Write(
            TaskFile.Exec("first", new { program = "echo", arguments = (string[])["1"] }, new { unique }), TaskFile.Exec("again", new { program = "echo", arguments = (string[])["2"] }, new { unique }));
        for (var run = 1; run <= 2; run++)
        {
            var json = (await file.RunAsync("--store", "sqlite:s.db")).Json;
            Assert.Equal((1, 1, 0), (json.GetProperty("succeeded").GetInt32(), json.GetProperty("skipped").GetInt32(), json.GetProperty("cancelledLines").GetInt32()));
        }
    }

    [UnixFact]
    public async Task Standard_input_is_read_and_the_results_may_go_to_standard_output()
    {
        using var file = new TaskFile();
        var run = await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder, Input = TaskFile.Exec("hello", "echo", "hello") }, "run", "-", "--results", "-");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("hello\n", ExecSpec.Text(run.Json.GetProperty("result"), "stdout"));
        Assert.Contains(run.ErrorLines, static line => line.StartsWith("succeeded", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task The_example_of_the_help_works_as_it_is_printed()
    {
        using var file = new TaskFile();
        var help = await ConsoleRun.OfAsync("run", "--help");
        var example = help.Output.ReplaceLineEndings("\n").Split("as it stands:\n")[1].Split("\n\n")[0];
        var script = string.Join('\n', example.Split('\n').Select(static line => line.Length > 2 ? line[2..] : "")).Replace("actors run", $"dotnet '{ConsoleRun.Assembly}' run", StringComparison.Ordinal);
        var output = await Shell.RunAsync($"export XDG_STATE_HOME={file.Folder}\n{script}", file.Folder);
        Assert.Contains("\"stdout\":\"hello\\n\"", output, StringComparison.Ordinal);
        Assert.Contains("\"stdout\":\"3\\n\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_million_lines_are_read_as_they_are_run_and_not_before()
    {
        var ahead = new Actors.Console.Running.ReadAhead(linesMax: 3, bytesMax: 100);
        await ahead.EnterAsync(60, CancellationToken.None);
        var second = ahead.EnterAsync(60, CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted); // bytes
        ahead.Leave(60);
        await second;
        await ahead.EnterAsync(1, CancellationToken.None);
        await ahead.EnterAsync(1, CancellationToken.None);
        var fourth = ahead.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.False(fourth.IsCompleted); // lines
        ahead.Leave(1);
        await fourth;
        var empty = ahead.EmptyAsync(CancellationToken.None);
        Assert.False(empty.IsCompleted);
        foreach (var bytes in (int[])[60, 1, 1])
        {
            ahead.Leave(bytes);
        }

        await empty;
        await ahead.EnterAsync(1_000, CancellationToken.None); // one may always, however large
    }
}
