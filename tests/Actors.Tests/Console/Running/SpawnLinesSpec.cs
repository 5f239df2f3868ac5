using System.Text.Json;

namespace Actors.Tests.Console.Running;

/// <summary>Programs that spawn programs: what they write to <c>ACTORS_SPAWN</c> becomes real when they end with 0, and not otherwise.</summary>
public sealed class SpawnLinesSpec
{
    /// <summary>Adds up 1 for each leaf: a level for each digit of the depth, each a join of the level below.</summary>
    private const string Tree = """
        #!/bin/bash
        # tree.sh DEPTH FANOUT: spawns itself, and a join that adds up
        if [ "$1" = 0 ]; then echo 1; exit; fi
        for ((n = 0; n < $2; n++)); do
          echo '{"task": "exec", "data": {"program": "./tree.sh", "arguments": ["'$(($1 - 1))'", "'$2'"]}}'
        done >> "$ACTORS_SPAWN"
        echo '{"join": "exec", "data": {"program": "./sum.sh"}}' >> "$ACTORS_SPAWN"
        """;

    private const string Sum = """
        #!/bin/bash
        grep -o '"stdout":"[0-9]*' | grep -o '[0-9]*$' | paste -sd+ | bc
        """;

    [UnixTheory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task A_script_spawns_itself_and_joins_at_every_level_on_any_number_of_workers(int workers)
    {
        using var file = new TaskFile().Write(TaskFile.Exec("tree", "./tree.sh", "3", "3"));
        file.Put("tree.sh", Tree);
        file.Put("sum.sh", Sum.Replace("paste -sd+ | bc", "awk '{ sum += $1 } END { print sum }'", StringComparison.Ordinal));
        await Shell.RunAsync("chmod +x *.sh", file.Folder);
        Assert.Equal(0, (await file.RunAsync("--workers", $"{workers}")).ExitCode);
        var tree = file.Results["tree"];
        Assert.Equal("27\n", ExecSpec.Text(tree.GetProperty("result"), "stdout"));
        Assert.Equal(40 + 13, tree.GetProperty("tasks").GetInt32()); // 1 + 3 + 9 + 27, and a join for each that is no leaf
    }

    [UnixFact]
    public async Task A_join_may_have_a_retry_and_a_timeout_of_its_own()
    {
        using var file = new TaskFile().Write(
            TaskFile.Script("again", Joined("\"retry\": {\"attempts\": 2, \"delay\": \"10ms\"}", "grep -c succeeded; echo x >> ran; [ $(wc -l < ran) = 2 ]")),
            TaskFile.Script("late", Joined("\"timeout\": \"300ms\"", "exec sleep 300")));
        Assert.Equal(1, (await file.RunAsync("--workers", "4")).ExitCode);
        Assert.Equal("1\n", ExecSpec.Text(file.Results["again"].GetProperty("result"), "stdout"));
        Assert.Equal(2, file.Read("ran").Length);
        Assert.Single(file.Read("child")); // and the child ran once
        Assert.Equal("timeout", ExecSpec.Text(file.Results["late"].GetProperty("failure"), "kind"));

        static string Joined(string options, string script) => $$$"""
            cat >> $ACTORS_SPAWN <<'END'
            {"task": "exec", "data": {"program": "bash", "arguments": ["-c", "echo x >> {{{(script.StartsWith("grep", StringComparison.Ordinal) ? "child" : "other")}}}"]}}
            {"join": "exec", "data": {"program": "bash", "arguments": ["-c", "{{{script}}}"]}, {{{options}}}}
            END
            """;
    }

    [UnixFact]
    public async Task A_program_that_fails_has_spawned_nothing()
    {
        const string Spawn = """echo '{"task": "exec", "data": {"program": "touch", "arguments": ["spawned"]}}' >> $ACTORS_SPAWN; """;
        using var file = new TaskFile().Write(
            TaskFile.Script("fails", Spawn + "exit 1"),
            TaskFile.Exec("at last", new { program = "bash", arguments = (string[])["-c", "echo '{\"task\": \"exec\", \"data\": {\"program\": \"bash\", \"arguments\": [\"-c\", \"echo x >> ran\"]}}' >> $ACTORS_SPAWN; [ $ACTORS_ATTEMPT = 3 ]"] }, new { retry = new { attempts = 3, delay = "10ms" } }),
            TaskFile.Script("removes", Spawn + "rm $ACTORS_SPAWN"),
            TaskFile.Script("pipe", "rm $ACTORS_SPAWN; mkfifo $ACTORS_SPAWN")); // reading it would never end
        Assert.Equal(1, (await file.RunAsync()).ExitCode);
        Assert.Empty(file.Read("spawned"));
        Assert.False(File.Exists(Path.Combine(file.Folder, "spawned")));
        Assert.Single(file.Read("ran"));
        Assert.Equal(2, file.Results["at last"].GetProperty("tasks").GetInt32());
        Assert.Equal(1, file.Results["removes"].GetProperty("result").GetProperty("exitCode").GetInt32() + 1);
        Assert.Equal("succeeded", ExecSpec.Text(file.Results["pipe"], "state"));
    }

    [UnixTheory]
    [InlineData("nonsense", "line 2: it is not JSON")]
    [InlineData("""{"task": "exce", "data": {}}""", "line 2: there is no task type 'exce'")]
    [InlineData("""{"task": "exec", "data": {"program": "true"}, "whenDone": {}}""", "line 2: there is no 'whenDone'")]
    [InlineData("""{"task": "exec", "key": "a", "data": {"program": "true"}}""", "line 2: the key 'a' stands on an earlier line")]
    [InlineData("""{"join": "exec", "data": {"program": "true"}, "policy": "most"}""", "line 2: 'policy' must be")]
    [InlineData("{\"join\": \"exec\", \"data\": {\"program\": \"true\"}}\n\n{\"join\": \"exec\", \"data\": {\"program\": \"true\"}}", "line 4: there is a join already, on line 2")]
    public async Task A_line_that_is_wrong_fails_the_task_and_is_told_with_its_number(string line, string told)
    {
        using var file = new TaskFile();
        file.Put("lines", """{"task": "exec", "key": "a", "data": {"program": "touch", "arguments": ["ran"]}}""" + $"\n{line}\n");
        file.Write(TaskFile.Script("wrong", "cat lines >> $ACTORS_SPAWN"));
        Assert.Equal(1, (await file.RunAsync()).ExitCode);
        var failure = ExecSpec.Failure(file, "wrong");
        Assert.Equal("spawn", ExecSpec.Text(failure, "type"));
        Assert.Contains(told, ExecSpec.Text(failure, "message"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(file.Folder, "ran")));
    }

    [UnixFact]
    public async Task A_join_gets_each_outcome_on_a_line_of_its_own_in_the_order_of_the_lines()
    {
        using var file = new TaskFile();
        file.Put("lines", """
            # spawned in this order
            {"task": "exec", "key": "first", "data": {"program": "echo", "arguments": ["1"]}, "delay": "200ms"}
            {"task": "exec", "data": {"program": "bash", "arguments": ["-c", "echo why >&2; exit 9"]}}
            {"task": "tree", "key": "third", "data": {"fanOut": 3, "depth": 2}}
            {"join": "exec", "data": {"program": "cat", "outputMax": 10000}, "policy": "collect"}
            """);
        file.Write(TaskFile.Script("joins", "cat lines >> $ACTORS_SPAWN"), TaskFile.Script("none", "echo '{\"join\": \"exec\", \"data\": {\"program\": \"cat\"}}' >> $ACTORS_SPAWN"), TaskFile.Script("all", "sed '/join/s/collect/all/' lines >> $ACTORS_SPAWN"));
        Assert.Equal(1, (await file.RunAsync()).ExitCode);
        var text = ExecSpec.Text(file.Results["joins"].GetProperty("result"), "stdout");
        var outcomes = JsonDocument.Parse(text).RootElement.EnumerateArray().ToArray();
        Assert.Equal(6, text.Split('\n').Length);
        Assert.Equal(["succeeded", "failed", "succeeded"], outcomes.Select(static outcome => ExecSpec.Text(outcome, "state")));
        Assert.Equal(("first", "third"), (ExecSpec.Text(outcomes[0], "key"), ExecSpec.Text(outcomes[2], "key")));
        Assert.Equal("1\n", ExecSpec.Text(outcomes[0].GetProperty("result"), "stdout"));
        Assert.Equal(9, outcomes[1].GetProperty("failure").GetProperty("code").GetInt32());
        Assert.Equal(36, outcomes[2].GetProperty("result").GetProperty("sum").GetInt32());
        Assert.Equal("[\n]\n", ExecSpec.Text(file.Results["none"].GetProperty("result"), "stdout"));
        Assert.Equal("exit 9", ExecSpec.Text(ExecSpec.Failure(file, "all"), "type")); // the join's own, as everywhere: the first failure
    }

    [UnixFact]
    public async Task Ten_thousand_children_of_one_program_are_spawned_and_joined()
    {
        using var file = new TaskFile().Write(TaskFile.Script("many", "for n in $(seq 10000); do echo '{\"task\": \"tree\", \"data\": {}}'; done >> $ACTORS_SPAWN; echo '{\"join\": \"exec\", \"data\": {\"program\": \"grep\", \"arguments\": [\"-c\", \"succeeded\"]}}' >> $ACTORS_SPAWN"));
        Assert.Equal(0, (await file.RunAsync()).ExitCode);
        Assert.Equal("10000\n", ExecSpec.Text(file.Results["many"].GetProperty("result"), "stdout"));
    }
}
