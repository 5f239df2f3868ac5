using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Actors.Tests.Console.Running;

/// <summary>What programs do to whoever runs them, and that none of it holds anything up or stays behind.</summary>
public sealed class ExecSpec
{
    [UnixFact]
    public async Task An_exit_code_of_0_is_success_and_any_other_a_failure_that_tells_it()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("good", "echo out; echo err >&2"),
            TaskFile.Script("bad", "echo out; echo oh dear >&2; exit 3"),
            TaskFile.Script("signal", "kill -9 $$"),
            TaskFile.Exec("none", "/no/such/program"),
            TaskFile.Exec("nowhere", "no-such-program"),
            TaskFile.Exec("folder", "/tmp"),
            TaskFile.Exec("nofolder", new { program = "true", folder = "/no/such/folder" }));
        var run = await file.RunAsync();
        Assert.Equal(1, run.ExitCode);
        var good = file.Results["good"].GetProperty("result");
        Assert.Equal(("out\n", "err\n", 0), (Text(good, "stdout"), Text(good, "stderr"), good.GetProperty("exitCode").GetInt32()));
        var bad = Failure(file, "bad");
        Assert.Equal(("exit 3", 3), (Text(bad, "type"), bad.GetProperty("code").GetInt32()));
        Assert.EndsWith(": oh dear", Text(bad, "message"), StringComparison.Ordinal);
        Assert.Equal("signal 9", Text(Failure(file, "signal"), "type"));
        Assert.All(["none", "nowhere", "folder", "nofolder"], key => Assert.Equal("start", Text(Failure(file, key), "type")));
        Assert.Contains(run.ErrorLines, static line => line.StartsWith("actors: tasks.jsonl:2: exec failed: 'bash' ended with exit 3: oh dear", StringComparison.Ordinal));
        Assert.Equal(6, run.ErrorLines.Length);
    }

    [UnixFact]
    public async Task Arguments_arrive_byte_by_byte()
    {
        string[] odd = ["", " ", "a b", "$HOME", "`id`", "$(id)", ";id", "|id", "&", "*", "?", "~", "\\", "\"", "'", "\n", "\t", "-n", "--", "%s", "!!", "héé", "\u202e", "😀", "{a,b}", "<x", ">x", "#", "\u0001", "\u007f", "\u001b[31m"];
        using var file = new TaskFile().Write(TaskFile.Exec("odd", "python3", ["-c", "import sys, json; print(json.dumps(sys.argv[1:]))", .. odd]), TaskFile.Exec("many", "bash", ["-c", "echo $#", .. Enumerable.Repeat("x", 10_001)]));
        Assert.Equal(0, (await file.RunAsync()).ExitCode);
        Assert.Equal(odd, JsonSerializer.Deserialize<string[]>(Text(file.Results["odd"].GetProperty("result"), "stdout")));
        Assert.Equal("10000\n", Text(file.Results["many"].GetProperty("result"), "stdout"));
    }

    [UnixFact]
    public async Task A_program_gets_a_clean_environment_its_folder_and_its_input()
    {
        using var file = new TaskFile().Write(
            TaskFile.Exec("environment", new { program = "env", environment = new { GIVEN = "1 = 2" } }),
            TaskFile.Exec("folder", new { program = "pwd", folder = "below" }),
            TaskFile.Exec("input", new { program = "cat", input = "héllo\n" }),
            TaskFile.Script("noinput", "cat; ls /proc/self/fd | wc -l; readlink /proc/self/fd/0; [ $((0x$(awk '/SigIgn/ { print $2 }' /proc/self/status) & 0x7fffffff)) = 0 ]"));
        Directory.CreateDirectory(Path.Combine(file.Folder, "below"));
        var run = await file.RunAsync(new RunOptions { Environment = new Dictionary<string, string> { ["SECRET"] = "s", ["PASSED"] = "p" } }, "--env", "PASSED", "--env", "SET=now");
        Assert.Equal(0, run.ExitCode);
        var environment = Text(file.Results["environment"].GetProperty("result"), "stdout").Split('\n');
        Assert.Contains("GIVEN=1 = 2", environment);
        Assert.Contains("PASSED=p", environment);
        Assert.Contains("SET=now", environment);
        Assert.Contains($"ACTORS_TASK={TaskId.FromKey("environment")}", environment);
        Assert.DoesNotContain(environment, static line => line.StartsWith("SECRET", StringComparison.Ordinal) || line.StartsWith("DOTNET", StringComparison.Ordinal));
        Assert.EndsWith("/below\n", Text(file.Results["folder"].GetProperty("result"), "stdout"), StringComparison.Ordinal);
        Assert.Equal("héllo\n", Text(file.Results["input"].GetProperty("result"), "stdout"));
        Assert.Equal("4\n/dev/null\n", Text(file.Results["noinput"].GetProperty("result"), "stdout"));
    }

    [UnixFact]
    public async Task What_it_writes_is_read_to_the_end_and_kept_to_the_limit_and_that_is_told()
    {
        using var file = new TaskFile().Write(
            TaskFile.Exec("gigabyte", "head", "-c", "1073741824", "/dev/zero"),
            TaskFile.Exec("cut", new { program = "bash", arguments = (string[])["-c", "printf 'aé€é'; printf 'first last' >&2"], outputMax = 5 }),
            TaskFile.Exec("nothing", new { program = "echo", arguments = (string[])["x"], outputMax = 0 }),
            TaskFile.Exec("binary", "printf", "\\xff\\x00\\x80"));
        Assert.Equal(0, (await file.RunAsync()).ExitCode);
        var gigabyte = file.Results["gigabyte"].GetProperty("result");
        Assert.Equal(1_073_741_824, gigabyte.GetProperty("stdoutBytes").GetInt64());
        Assert.True(gigabyte.GetProperty("stdoutTruncated").GetBoolean());
        Assert.Equal(65_536, Text(gigabyte, "stdout").Length);
        var cut = file.Results["cut"].GetProperty("result");
        Assert.Equal(("aé", 8), (Text(cut, "stdout"), cut.GetProperty("stdoutBytes").GetInt32())); // never half a character
        Assert.Equal(" last", Text(cut, "stderr")); // of errors the end
        Assert.Equal("", Text(file.Results["nothing"].GetProperty("result"), "stdout"));
        var binary = file.Results["binary"].GetProperty("result");
        Assert.Equal([0xff, 0x00, 0x80], binary.GetProperty("stdoutBase64").GetBytesFromBase64());
        Assert.False(binary.TryGetProperty("stdout", out _));
    }

    [UnixFact]
    public async Task What_ignores_SIGTERM_or_went_into_another_session_is_gone_when_its_time_and_grace_are_over()
    {
        using var file = new TaskFile().Write(
            TaskFile.Exec("ignores", new { program = "bash", arguments = (string[])["-c", "trap '' TERM; echo $$ >> pids; while :; do sleep 0.1; done"], grace = "500ms" }, new { timeout = "500ms" }),
            TaskFile.Exec("heeds", new { program = "bash", arguments = (string[])["-c", "trap 'echo heard > heard; exit 0' TERM; echo $$ >> pids; while :; do sleep 0.1; done"] }, new { timeout = "500ms" }),
            TaskFile.Exec("stopped", new { program = "bash", arguments = (string[])["-c", "trap 'echo awake > awake; exit 0' TERM; echo $$ >> pids; kill -STOP $$"] }, new { timeout = "500ms" }),
            TaskFile.Exec("setsid", new { program = "setsid", arguments = (string[])["-w", "bash", "-c", "trap '' TERM; echo $$ >> pids; while :; do sleep 0.1; done"], grace = "500ms" }, new { timeout = "500ms" }));
        var watch = Stopwatch.StartNew();
        var run = await file.RunAsync("--workers", "4");
        Assert.Equal(1, run.ExitCode);
        Assert.All(file.Results.Values, static result => Assert.Equal("timeout", Text(result.GetProperty("failure"), "kind")));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
        Assert.Single(file.Read("heard"));
        Assert.Single(file.Read("awake"));
        AssertGone(file.Read("pids"), 4);
    }

    [UnixFact]
    public async Task What_a_program_leaves_behind_does_not_hold_it_up_and_does_not_stay()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("stdout", "sleep 300 & echo $! >> pids; echo started"), // a grandchild that keeps standard output
            TaskFile.Script("double", "(setsid bash -c 'echo $$ >> pids; touch up; exec sleep 300' &); until [ -e up ]; do sleep 0.01; done; echo forked"), // a double fork that keeps it too
            TaskFile.Script("daemon", "(setsid bash -c 'echo $$ >> pids; touch up2; exec sleep 300' > /dev/null 2>&1 < /dev/null &); until [ -e up2 ]; do sleep 0.01; done; echo daemon"),
            TaskFile.Script("last words", "exec > >(sleep 0.2; cat); echo through a pipe")); // and what is not left but late is heard
        var run = await file.RunAsync("--workers", "4");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("started\n", Text(file.Results["stdout"].GetProperty("result"), "stdout"));
        Assert.Equal("forked\n", Text(file.Results["double"].GetProperty("result"), "stdout"));
        Assert.Equal("daemon\n", Text(file.Results["daemon"].GetProperty("result"), "stdout"));
        Assert.Equal("through a pipe\n", Text(file.Results["last words"].GetProperty("result"), "stdout"));
        AssertGone(file.Read("pids"), 3);
    }

    [UnixFact]
    public async Task An_exit_code_that_is_listed_is_tried_again_and_another_is_not()
    {
        const string Twice = "echo x >> $0; [ $(wc -l < $0) -ge 3 ] || exit 75";
        using var file = new TaskFile().Write(
            TaskFile.Exec("listed", new { program = "bash", arguments = (string[])["-c", Twice, "listed.log"], retryCodes = (int[])[75] }, new { retry = new { attempts = 5, delay = "10ms" } }),
            TaskFile.Exec("signal", new { program = "bash", arguments = (string[])["-c", "echo x >> signal.log; kill -9 $$"], retryCodes = (int[])[137] }, new { retry = new { attempts = 2, delay = "10ms" } }),
            TaskFile.Exec("other", new { program = "bash", arguments = (string[])["-c", "echo x >> other.log; exit 1"], retryCodes = (int[])[75] }, new { retry = new { attempts = 5, delay = "10ms" } }),
            TaskFile.Exec("any", new { program = "bash", arguments = (string[])["-c", "echo $ACTORS_ATTEMPT >> any.log; exit 1"] }, new { retry = new { attempts = 3, delay = "10ms" } }),
            TaskFile.Script("once", "echo x >> once.log; exit 1"));
        Assert.Equal(1, (await file.RunAsync()).ExitCode);
        Assert.Equal("succeeded", Text(file.Results["listed"], "state"));
        Assert.Equal((3, 2, 1, 1), (file.Read("listed.log").Length, file.Read("signal.log").Length, file.Read("other.log").Length, file.Read("once.log").Length));
        Assert.Equal(["1", "2", "3"], file.Read("any.log"));
        Assert.Equal(3, Failure(file, "any").GetProperty("attempt").GetInt32());
    }

    [UnixFact]
    public async Task Only_allowed_programs_run_and_only_as_the_files_that_they_were()
    {
        using var file = new TaskFile();
        await Shell.RunAsync("printf '#!/bin/sh\\necho tool' > tool; chmod +x tool; ln -s tool link; printf '#!/bin/sh\\ntouch $0.ran; ln -sf /usr/bin/touch link; cp /usr/bin/touch other; mv other tool' > swap; chmod +x swap", file.Folder);
        var (tool, link, swap) = ($"{file.Folder}/tool", $"{file.Folder}/link", $"{file.Folder}/swap");
        file.Write(
            TaskFile.Exec("allowed", tool),
            TaskFile.Exec("link", link),
            TaskFile.Exec("relative", "./tool"), // becomes the same absolute path
            TaskFile.Exec("shell", "sh", "-c", "touch ran"),
            TaskFile.Exec("dots", $"{file.Folder}/../{Path.GetFileName(file.Folder)}/tool"),
            TaskFile.Exec("case", tool.ToUpperInvariant()),
            TaskFile.Exec("variable", new { program = tool, environment = new { LD_PRELOAD = "/tmp/x.so" } }),
            TaskFile.Exec("swap", swap),
            TaskFile.Exec("swapped", new { program = tool, arguments = (string[])["ran"] }, new { delay = "1s" }),
            TaskFile.Exec("relinked", new { program = link, arguments = (string[])["ran"] }, new { delay = "1s" }));
        var run = await file.RunAsync("--allow", tool, "--allow", link, "--allow", swap, "--on-bad-line", "skip", "--workers", "1"); // one after the other: what comes before the swap is not to see it
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(4, run.Json.GetProperty("badLines").GetInt32());
        Assert.All(["allowed", "link", "relative"], key => Assert.Equal("tool\n", Text(file.Results[key].GetProperty("result"), "stdout")));
        Assert.All(["swapped", "relinked"], key => Assert.Equal("start", Text(Failure(file, key), "type")));
        Assert.False(File.Exists(Path.Combine(file.Folder, "ran")));
        Assert.Single(Directory.GetFiles(file.Folder, "*.ran"));
    }

    [UnixFact]
    public async Task An_interrupt_lets_programs_end_and_a_second_one_leaves_none_running()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("mark", "until [ $(cat pids 2>/dev/null | wc -l) = 2 ]; do sleep 0.01; done; exit 1"),
            TaskFile.Script("a", "echo $$ >> pids; trap '' TERM; sleep 300 & sleep 300"),
            TaskFile.Script("b", "echo $$ >> pids; exec sleep 300"));
        var first = "tasks.jsonl:1:"; // the first interrupt; "stopping" is the answer to it, and gets the second
        var run = await file.RunAsync(new RunOptions { InterruptAt = first, InterruptAgainAt = "actors: stopping" }, "--workers", "3");
        Assert.Equal(130, run.ExitCode);
        AssertGone(file.Read("pids"), 2);
    }

    [UnixFact]
    public async Task Elsewhere_no_program_is_run_not_even_one_that_stands_in_the_store()
    {
        using var file = new TaskFile().Write(TaskFile.Script("mark", "exit 1"), TaskFile.Script("later", "touch ran"));
        await Shell.RunAsync("echo \"$(cat tasks.jsonl | tail -n 1 | sed 's/\"task\"/\"delay\":\"1s\",\"task\"/')\" > later; sed -i 2d tasks.jsonl; cat later >> tasks.jsonl", file.Folder);
        await file.RunAsync(new RunOptions { InterruptAt = "tasks.jsonl:1:", Signal = "KILL" }, "--store", "sqlite:s.db");
        var scan = await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder }, "tree", "--fan-out", "2", "--depth", "2", "--store", "sqlite:s.db");
        Assert.Equal(0, scan.ExitCode);
        Assert.False(File.Exists(Path.Combine(file.Folder, "ran")));
        Assert.Equal(1, (await file.RunAsync("--store", "sqlite:s.db")).ExitCode); // 'mark' has failed
        Assert.True(File.Exists(Path.Combine(file.Folder, "ran")));
    }

    internal static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    internal static JsonElement Failure(TaskFile file, string key) => file.Results[key].GetProperty("failure");

    internal static void AssertGone(string[] processes, int count)
    {
        Assert.Equal(count, processes.Length);
        Assert.All(processes, static process => Assert.False(IsAlive(process), $"process {process} is still there"));
    }

    /// <summary>A zombie is dead: whoever is its parent has not looked yet.</summary>
    private static bool IsAlive(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat", Encoding.UTF8).Split(')')[^1].TrimStart().StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
