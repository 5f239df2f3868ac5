using System.Text;

namespace Actors.TestKit;

/// <summary>Draws trees as lines of text. Of many siblings of one type the first few are drawn and the others counted.</summary>
internal static class TreeDrawing
{
    private const int SiblingsMax = 6;
    private const int NameMax = 70;
    private const int LinesMax = 200;

    public static string Of(IEnumerable<TaskView> roots)
    {
        var lines = new List<string>();
        var open = new Stack<(TaskView? Task, string Before, string Below, string? Text)>();
        foreach (var root in roots.Reverse())
        {
            open.Push((root, "", "", null));
        }

        // A stack of its own: a tree may be deeper than a thread's.
        while (open.TryPop(out var next))
        {
            if (lines.Count == LinesMax)
            {
                lines.Add("...");
                break;
            }

            if (next.Task is not { } task)
            {
                lines.Add(next.Before + next.Text);
                continue;
            }

            var runs = task.Runs;
            var isRepeated = runs.Count > runs.Select(static run => run.Attempt).Distinct().Count(); // a worker was lost, or it put itself off
            lines.Add($"{next.Before}{Name(task)}: {StateOf(task)}{(isRepeated ? $", after {runs.Count} runs" : "")}");
            lines.AddRange(runs.Where(static run => run.Failure is not null)
                .Select(run => $"{next.Below}   attempt {run.Attempt} at {run.StartedAt}: {OneLine(run.Failure!)}{(run.RetryIn is { } rest ? $", again in {rest}" : "")}"));
            Push(open, task, next.Below);
        }

        return lines.Count == 0 ? "(none)" : string.Join('\n', lines);
    }

    public static string Name(TaskView task) => $"{(task.IsJoin ? "join " : "")}{Short(task.Message.ToString() ?? task.Type)}";

    private static void Push(Stack<(TaskView? Task, string Before, string Below, string? Text)> open, TaskView task, string below)
    {
        var drawn = new List<(TaskView? Task, string? Text)>();
        foreach (var siblings in task.Children.GroupBy(static child => child.Type))
        {
            drawn.AddRange(siblings.Take(SiblingsMax).Select(static child => ((TaskView?)child, (string?)null)));
            if (siblings.Count() > SiblingsMax)
            {
                var states = siblings.Skip(SiblingsMax).GroupBy(Word).Select(static group => $"{group.Count()} {group.Key}");
                drawn.Add((null, $"... and {siblings.Count() - SiblingsMax} more {siblings.Key}: {string.Join(", ", states)}"));
            }
        }

        for (var index = drawn.Count - 1; index >= 0; index--)
        {
            var isLast = index == drawn.Count - 1;
            open.Push((drawn[index].Task, below + (isLast ? "└─ " : "├─ "), below + (isLast ? "   " : "│  "), drawn[index].Text));
        }
    }

    private static string Word(TaskView task) => task.Outcome?.State.ToString() ?? "not ended";

    private static string StateOf(TaskView task) => task.Outcome switch
    {
        { IsSucceeded: true, UntypedValue: null or Unit } => "Succeeded",
        { IsSucceeded: true } outcome => $"Succeeded({Short($"{outcome.UntypedValue}")})",
        { IsFailed: true } outcome => $"Failed({Short($"{outcome.Failure!.Type}: {outcome.Failure.Message}")})",
        { } outcome => $"{outcome.State}",
        null => task.Runs.Count == 0 ? "not started" : $"not ended, attempt {task.Runs[^1].Attempt} at {task.Runs[^1].StartedAt}",
    };

    private static string Short(string text)
    {
        text = OneLine(text);
        return text.Length <= NameMax ? text : text[..(NameMax - 3)] + "...";
    }

    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            line.Append(char.IsControl(character) ? ' ' : character);
        }

        return line.ToString();
    }
}
