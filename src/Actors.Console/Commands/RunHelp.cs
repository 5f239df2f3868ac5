namespace Actors.Console.Commands;

/// <summary>What <c>actors run --help</c> explains.</summary>
internal static class RunHelp
{
    /// <summary>The text.</summary>
    public const string Text = """
        Example, to be copied as it stands:
          cat > count.sh <<'END'
          for n in 1 2 3; do
            echo '{"task": "exec", "data": {"program": "echo", "arguments": ["'$n'"]}}'
          done >> "$ACTORS_SPAWN"
          echo '{"join": "exec", "data": {"program": "grep", "arguments": ["-c", "succeeded"]}}' >> "$ACTORS_SPAWN"
          END
          cat > tasks.jsonl <<'END'
          {"task": "exec", "data": {"program": "echo", "arguments": ["hello"]}}
          {"task": "exec", "data": {"program": "sh", "arguments": ["count.sh"]}, "timeout": "1m"}
          END
          actors run tasks.jsonl --results -

        A line is one JSON object. Empty lines and lines that begin with # are passed over; a member that is not named here is an error.
          task      exec, or tree ({"fanOut": 10, "depth": 3}: a load without programs)
          data      what the type asks for, see below
          key       names the task: the same key is the same task, as long as it is live or stands in the store
          delay     "30s": how long it rests first; or dueAt, "2030-01-31T08:00:00+01:00"
          timeout   "5m": how long an attempt may take
          retry     3, or {"attempts": 3, "delay": "1s", "factor": 2, "maxDelay": "5m", "jitter": 0.2}; else one attempt
          priority  0 to 9, 9 first
          unique    "TEXT": while another task of that type and text is live, this one does not run, and ends as that one does; or {"key": "TEXT",
                    "among": live, not-started, live-or-succeeded or live-or-ended, "period": "1h", "whenDuplicate": attach, skip or replace}
          deadline  "2h": how long all that the line leads to may take
          budget    {"tasks": 1000, "depth": 10, "attempts": 2000, "runningTime": "1h"}: how much of each it may use up
          whenDone  {"task": ..., "data": ...}: runs when all that the line led to has ended

        The data of exec:
          program      an absolute path, one with a slash relative to the current folder, or a name to be found in PATH
          arguments    ["a", "b c"]: handed over as they are, no shell reads them
          environment  {"NAME": "value"}: besides what actors.console.run.environment and --env hand down
          folder       where it starts; else the current folder
          input        what it reads from standard input; else nothing
          outputMax    bytes that are kept of standard output (the first) and standard error (the last)
          grace        "5s": between SIGTERM and SIGKILL when it is cancelled or takes longer than its timeout
          retryCodes   [75]: exit codes after which it is tried again, 128 and the number for a signal; else all but 0, if there is a retry

        Exit code 0 is success, and its result {"exitCode": 0, "stdout": "...", "stdoutBytes": 6, "stderr": "", "stderrBytes": 0, "elapsedMs": 3}.
        What is no UTF-8 is stdoutBase64; what was not kept is told by "stdoutTruncated": true. Any other exit code is a failure of type "exit 3".
        A program runs in a session of its own, and what it leaves behind is ended when it ends. It finds in its environment ACTORS_TASK,
        ACTORS_ROOT, ACTORS_ATTEMPT and ACTORS_SPAWN: a file to append lines to. They become real when it ends with 0, and not otherwise.
          {"task": ..., "data": ...}    a follow-up, with the options above but the last three; its key is one among those of its parent
          {"join": "exec", "data": ..., "policy": "all"}    at most one: runs when the follow-ups have ended, and gets their outcomes on standard input
                                                            (timeout, retry and priority as above)
        Outcomes are one JSON array, each on a line of its own: {"key": ..., "state": "succeeded", "result": ...}, in the order of the lines;
        or "failed" with {"failure": {"kind", "type", "code", "message", "task", "attempt"}}, or "cancelled". What the join yields is the result of who
        spawned it. The policy is all (a failure fails the join at once, and the rest is cancelled), collect, first-success or quorum:N.

        With --store what was submitted goes on when the same command is run again, whatever ended it, and no line is submitted twice. A line is known by
        its key, or else by the path of its file, its number and what stands on it; --name NAME takes the place of the path, and a new name runs all of it
        anew. Lines of standard input are known by their key, or with --name. What ran when the process died runs again; three such deaths are its last.

        """;
}
