using System.Text.Json;
using Actors.Tests.Console.Running;

namespace Actors.Tests.Console;

/// <summary><c>actors status</c> and its neighbours: on an engine that runs, asked by a program that it runs, and on the store of one that does not.</summary>
public sealed class ControlSpec
{
    private const string Store = "sqlite:s.db";

    [UnixFact]
    public async Task A_running_engine_tells_how_it_stands_and_does_what_it_is_told()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("asks", "until [ -s pid ]; do sleep 0.01; done; $ACTORS status --json > status.json && $ACTORS status > status.txt && $ACTORS cancel held > cancel.txt; echo $? > code; while $ACTORS cancel held 2> again.txt; do :; done"),
            TaskFile.Script("held", "echo $$ > pid; sleep 300"));
        var run = await file.RunAsync(Options(file), "--env", "ACTORS", "--env", "XDG_RUNTIME_DIR", "--env", "XDG_STATE_HOME", "--workers", "3");
        Assert.Equal(["0"], file.Read("code"));
        var status = JsonDocument.Parse(string.Join('\n', file.Read("status.json"))).RootElement;
        Assert.Equal((2, 2), (status.GetProperty("live").GetInt32(), Assert.Single(status.GetProperty("types").EnumerateArray()).GetProperty("running").GetInt32()));
        Assert.Contains(file.Read("status.txt"), static line => line.Contains("exec", StringComparison.Ordinal));
        Assert.Equal("cancelled 1", Assert.Single(file.Read("cancel.txt")));
        Assert.Contains("no live task", Assert.Single(file.Read("again.txt")), StringComparison.Ordinal);
        Assert.Equal((1, 1), (run.Json.GetProperty("cancelledLines").GetInt32(), run.ExitCode));
        ExecSpec.AssertGone(file.Read("pid"), 1);
        Assert.Empty(Directory.GetFiles(Path.Combine(file.Folder, "runtime", "actors"))); // the socket is gone with its engine
    }

    [UnixFact]
    public async Task What_a_running_engine_does_next_is_listed_explained_paused_and_cancelled_by_choice_and_all_of_that_is_written_down()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("asks", """
                set -e
                $ACTORS list --state scheduled --json > list.json
                $ACTORS why later > why.txt
                $ACTORS pause --pool exec --json > pause.json
                $ACTORS why next > paused.txt
                $ACTORS resume --pool exec > resumed.txt
                ! $ACTORS cancel 2> nothing.txt
                ! $ACTORS pause --pool none 2> none.txt
                $ACTORS cancel --state scheduled > cancelled.txt
                $ACTORS audit --json > audit.json
                """),
            TaskFile.Exec("later", new { program = "true" }, new { delay = "1h" }),
            TaskFile.Exec("later still", new { program = "true" }, new { delay = "2h" }),
            TaskFile.Exec("next", "true"));
        var run = await file.RunAsync(Options(file), "--env", "ACTORS", "--env", "XDG_RUNTIME_DIR", "--env", "XDG_STATE_HOME", "--workers", "1");
        Assert.Equal((2, 2), (run.Json.GetProperty("succeeded").GetInt32(), run.Json.GetProperty("cancelledLines").GetInt32()));
        Assert.Equal(
            new[] { $"{TaskId.FromKey("later")}", $"{TaskId.FromKey("later still")}" }.Order(),
            Json(file, "list.json").GetProperty("tasks").EnumerateArray().Select(static task => task.GetProperty("id").GetString()).Order());
        Assert.Contains(file.Read("why.txt"), static line => line.Contains("due in 59 m", StringComparison.Ordinal));
        Assert.True(Json(file, "pause.json").GetProperty("changed").GetBoolean());
        Assert.Contains(file.Read("paused.txt"), static line => line.Contains("pool exec is paused by", StringComparison.Ordinal));
        Assert.Single(file.Read("nothing.txt"));
        Assert.Contains("no pool 'none'", Assert.Single(file.Read("none.txt")), StringComparison.Ordinal);
        Assert.Equal(["cancelled 2"], file.Read("cancelled.txt"));
        Assert.Equal(["cancel", "resume", "pause"], Json(file, "audit.json").GetProperty("audit").EnumerateArray().Select(static entry => entry.GetProperty("action").GetString()));
    }

    [UnixFact]
    public async Task The_store_of_an_engine_that_does_not_run_is_read_and_acted_on()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("fails", "[ -e fixed ]"),
            TaskFile.Script("joins", "echo '{\"task\": \"exec\", \"key\": \"child\", \"delay\": \"1h\", \"data\": {\"program\": \"true\"}}' >> $ACTORS_SPAWN; echo '{\"join\": \"exec\", \"data\": {\"program\": \"true\"}}' >> $ACTORS_SPAWN"),
            TaskFile.Exec("later", new { program = "true" }, new { delay = "1h" }),
            TaskFile.Script("mark", "sleep 1; exit 1"));
        await file.RunAsync(new RunOptions { InterruptAt = "tasks.jsonl:4:" }, "--store", Store, "--workers", "4");

        var status = (await AskAsync(file, "status")).Json;
        Assert.Equal((4, 2), (status.GetProperty("live").GetInt32(), status.GetProperty("liveTrees").GetInt32())); // the child, its join and their owner; and the one that is to come
        var listed = (await AskAsync(file, "list", "--state", "scheduled")).Json.GetProperty("tasks").EnumerateArray().Select(static task => task.GetProperty("id").GetString()).ToArray();
        var child = TaskId.FromKey("joins").Child("child");
        Assert.Equal(new[] { $"{child}", $"{TaskId.FromKey("later")}" }.Order(), listed.Order());
        Assert.Equal(2, (await AskAsync(file, "show", $"{child}")).Json.GetProperty("path").GetArrayLength());
        var join = (await AskAsync(file, "list", "--state", "waiting")).Json.GetProperty("tasks")[0].GetProperty("id").GetString()!;
        Assert.Contains((await AskAsync(file, "why", join)).Json.GetProperty("reasons").EnumerateArray(), reason => reason.GetString()!.Contains($"1 have not ended: {child}", StringComparison.Ordinal));
        var paged = (await AskAsync(file, "list", "--count", "3")).Json;
        Assert.Single((await AskAsync(file, "list", "--count", "3", "--after", paged.GetProperty("next").GetString()!)).Json.GetProperty("tasks").EnumerateArray());

        Assert.Equal(0, (await AskAsync(file, "cancel", "joins")).ExitCode);
        Assert.Equal(1, (await AskAsync(file, "cancel", "joins")).ExitCode);
        Assert.Equal(1, (await AskAsync(file, "show", "nothing")).ExitCode);
        Assert.Equal("cancelled", (await AskAsync(file, "show", $"{child}")).Json.GetProperty("task").GetProperty("state").GetString());
        file.Put("fixed", "");
        var retried = (await AskAsync(file, "retry", "fails")).Json.GetProperty("root").GetString()!;
        Assert.Equal(0, (await AskAsync(file, "cancel", "later")).ExitCode);
        Assert.Equal(0, (await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder, Input = "" }, "run", "-", "--store", Store)).ExitCode); // runs what was retried
        Assert.Equal("succeeded", (await AskAsync(file, "show", retried)).Json.GetProperty("task").GetProperty("state").GetString());
        Assert.Equal(0, (await ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder }, "store", "verify", Store)).ExitCode);
    }

    [UnixFact]
    public async Task Where_there_is_no_engine_that_is_told()
    {
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string> { ["XDG_RUNTIME_DIR"] = folder.Path, ["TMPDIR"] = folder.Path };
        foreach (var arguments in (string[][])[["status"], ["status", "--socket", "nowhere"], ["list", "--store", "sqlite:none.db"]])
        {
            var run = await ConsoleRun.OfAsync(new RunOptions { Folder = folder.Path, Environment = environment }, arguments);
            Assert.Equal(2, run.ExitCode);
            Assert.Single(run.ErrorLines);
        }
    }

    private static JsonElement Json(TaskFile file, string name) => JsonDocument.Parse(string.Join('\n', file.Read(name))).RootElement;

    private static RunOptions Options(TaskFile file)
    {
        var runtime = Path.Combine(file.Folder, "runtime");
        Directory.CreateDirectory(runtime);
        return new RunOptions { Environment = new Dictionary<string, string> { ["ACTORS"] = $"dotnet {ConsoleRun.Assembly}", ["XDG_RUNTIME_DIR"] = runtime, ["TMPDIR"] = runtime } };
    }

    private static Task<ConsoleRun> AskAsync(TaskFile file, string command, params string[] arguments) =>
        ConsoleRun.OfAsync(new RunOptions { Folder = file.Folder }, [command, .. arguments, "--store", Store, "--json"]);
}
