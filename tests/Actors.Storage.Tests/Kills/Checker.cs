using System.Globalization;
using Actors.Storage.Victim;

namespace Actors.Storage.Tests.Kills;

/// <summary>Holds what was told, what ran and what stands in the store against each other. Knows nothing of the engine but rows.</summary>
internal static class Checker
{
    /// <returns>What is wrong, each with the rule that it breaks; empty where all is well.</returns>
    public static List<string> Check(IReadOnlyList<IReadOnlyList<string>> lives, IReadOnlyList<TaskRow> rows, int keys, out string summary)
    {
        var wrong = new List<string>();
        var acked = new HashSet<int>();
        var told = new Dictionary<int, string>();
        var begun = new HashSet<(string Task, int Attempt)>();
        var ended = new HashSet<(string Task, int Attempt)>();
        var lastAttempt = new Dictionary<string, int>();
        var cancelled = new Dictionary<int, (int Life, long At)>();
        var lastOf = new Dictionary<(int Life, string Thread), (int Life, long At)>();
        var starts = new List<(string Task, (int Life, long At) Moment)>();
        foreach (var (life, words) in lives.SelectMany(static (life, number) => life.Select(line => (number, line.Split(' ')))))
        {
            if (words[0] is "begin" or "end" or "fail")
            {
                // A thread that the engine has let into a run may be kept from its first line while a cancellation is acknowledged: the run started at some time
                // after the thread's line before, so that moment counts; for a thread's first line, the beginning of this life.
                var thread = (life, words[3]);
                if (words[0] == "begin")
                {
                    starts.Add((words[1], lastOf.GetValueOrDefault(thread, (life, 0))));
                }

                lastOf[thread] = (life, Ticks(words[4]));
            }

            switch (words[0])
            {
                case "ack":
                    acked.Add(Number(words[1]));
                    break;
                case "outcome":
                    var outcome = string.Join(' ', words.Skip(2));
                    if (!told.TryAdd(Number(words[1]), outcome) && told[Number(words[1])] != outcome)
                    {
                        wrong.Add($"R3: key {words[1]} was told {told[Number(words[1])]}, and then {outcome}");
                    }

                    break;
                case "begin":
                    var attempt = Number(words[2]);
                    if (!begun.Add((words[1], attempt)))
                    {
                        wrong.Add($"R7: attempt {attempt} of {words[1]} began twice");
                    }

                    if (lastAttempt.TryGetValue(words[1], out var before) && attempt <= before)
                    {
                        wrong.Add($"R7: attempt {attempt} of {words[1]} began after attempt {before}");
                    }

                    lastAttempt[words[1]] = attempt;
                    break;
                case "cancel" when words[2] == "ok":
                    cancelled.TryAdd(Number(words[1]), (life, Ticks(words[3])));
                    break;
                case "end":
                    ended.Add((words[1], Number(words[2])));
                    break;
            }
        }

        var roots = rows.Where(static row => row.Number == 0).ToDictionary(static row => row.Id);
        var trees = rows.GroupBy(static row => row.Tree).ToDictionary(static tree => tree.Key, static tree => tree.ToList());
        for (var key = 0; key < keys; key++)
        {
            if (!roots.TryGetValue(TaskId.FromKey($"key {key}"), out var root))
            {
                wrong.Add($"R1: key {key} {(acked.Contains(key) ? "was accepted and" : "")} is not in the store");
                continue;
            }

            var expected = new Node(key, 5);
            var tree = trees[root.Tree];
            if (Node.IsCancelled(key) && root.State == TaskState.Cancelled)
            {
                Hold(tree.TrueForAll(static task => task.State.IsTerminal()) && root.TreeEndedAt != TaskRow.None, "R11", $"tree {key} was cancelled and has not ended");
                Hold(told.TryGetValue(key, out var end) && end == $"Cancelled {tree.Count} Cancelled", "R11", $"key {key} was told {end}, and its tree of {tree.Count} is cancelled");
                continue;
            }

            Hold(!cancelled.ContainsKey(key), "R11", $"the cancellation of key {key} was acknowledged, and its root is {root.State}");
            var said = $"{expected.Sum} {expected.Tasks} {TaskState.Succeeded}";
            Hold(root.State == TaskState.Succeeded && Text(root.Outcome) == expected.Sum.ToString(CultureInfo.InvariantCulture), "R3", $"key {key} ended as {root.State} {Text(root.Outcome)}, not {expected.Sum}");
            Hold(told.TryGetValue(key, out var outcome) && outcome == said, "R1", $"key {key} was told {outcome}, not {said}");
            Hold(tree.Count == expected.Tasks, "R10", $"tree {key} has {tree.Count} tasks, not {expected.Tasks}");
            Hold(tree.Select(static task => task.Id).Distinct().Count() == tree.Count, "R10", $"tree {key} has a task twice");
            Hold(tree.Select(static task => task.EndedOrder).Order().SequenceEqual(Enumerable.Range(1, tree.Count).Select(static order => (long)order)), "R8", $"tree {key} counts its ends wrongly");
            Hold(root.TreeEndedAt != TaskRow.None && root.TreeEndedAt >= tree.Max(static task => task.EndedAt), "R8", $"tree {key} ended before its last task");
            foreach (var task in tree)
            {
                Hold(task.State == TaskState.Succeeded, "R1", $"{task.Id} of tree {key} is {task.State}");
                Hold(
                    task.Type == nameof(AddUpInSteps) || ended.Contains((task.Id.ToString(), task.Attempt)),
                    "R4", $"{task.Type} {task.Id} of tree {key} succeeded with attempt {task.Attempt}, which never ended");
            }
        }

        var keyOf = Enumerable.Range(0, keys).ToDictionary(static key => TaskId.FromKey($"key {key}"));
        var keyOfTask = rows.ToDictionary(static row => row.Id.ToString(), row => keyOf[trees[row.Tree][0].Id]);
        foreach (var (task, moment) in starts)
        {
            Hold(
                !keyOfTask.TryGetValue(task, out var key) || !cancelled.TryGetValue(key, out var acknowledged) || moment.CompareTo(acknowledged) < 0,
                "R11", $"{task} of tree {key} began after the cancellation was acknowledged");
        }

        Hold(roots.Count == keys, "R2", $"{roots.Count} trees, and {keys} keys");
        summary = $"{keys} trees ({cancelled.Count} cancelled), {rows.Count} tasks, {begun.Count} runs, {begun.Count - ended.Count} of them torn off or failed";
        return wrong;

        void Hold(bool holds, string rule, string what)
        {
            if (!holds)
            {
                wrong.Add($"{rule}: {what}");
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static long Ticks(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(byte[]? json) => json is null ? "" : System.Text.Encoding.UTF8.GetString(json);
}
