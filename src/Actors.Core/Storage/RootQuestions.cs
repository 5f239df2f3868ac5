using Actors.Ledger;

namespace Actors.Storage;

/// <summary>Asks the store about roots that are not live, and sees to it that no answer is older than what the ledger knows.</summary>
/// <remarks>Pure: whoever holds it carries the questions to the store, behind the batch that was taken last, and the answers back. One thread at a time.</remarks>
internal sealed class RootQuestions(TaskLedger ledger, Journal journal)
{
    private readonly Dictionary<TaskId, List<Question>> _questions = [];
    private readonly List<TaskId> _unasked = [];

    /// <summary>Asks about a root that is not live.</summary>
    /// <param name="id">The root.</param>
    /// <param name="found">What to do when it stands there, live trees aside; gets its row.</param>
    /// <param name="absent">What to do when it does not, or is live meanwhile.</param>
    /// <param name="waiting">What to do when it waits in the store alone; gets its row. Null where it is to be loaded, and is live then.</param>
    public void Ask(TaskId id, Action<TaskRow> found, Action absent, Action<TaskRow>? waiting = null)
    {
        if (!_questions.TryGetValue(id, out var questions))
        {
            _questions.Add(id, questions = []);
            _unasked.Add(id);
        }

        questions.Add(new Question(found, absent, waiting));
    }

    /// <summary>What is to be asked now; null where nothing is.</summary>
    public TaskId[]? TakeUnasked()
    {
        if (_unasked.Count == 0)
        {
            return null;
        }

        TaskId[] ids = [.. _unasked];
        _unasked.Clear();
        return ids;
    }

    /// <summary>The store's answer. One after the other, so that of several with one key the first makes the tree and the others find it.</summary>
    public void Answer(IReadOnlyList<TaskId> ids, IReadOnlyDictionary<TaskId, TaskRow> rows)
    {
        foreach (var id in ids)
        {
            _questions.Remove(id, out var questions);
            for (var index = 0; index < questions!.Count; index++)
            {
                if (journal.HasEnded(id))
                {
                    _questions.Add(id, questions[index..]);
                    _unasked.Add(id); // it ended while the store was asked, or just now, as what is skipped does: the next answer knows it
                    break;
                }

                Answer(id, questions[index], rows);
            }
        }
    }

    private void Answer(TaskId id, in Question question, IReadOnlyDictionary<TaskId, TaskRow> rows)
    {
        if (!rows.TryGetValue(id, out var row) || ledger.FindTree(id) is not null)
        {
            question.Absent();
        }
        else if (row.TreeEndedAt != TaskRow.None)
        {
            question.Found(row);
        }
        else if (ledger.Backlog is not { } backlog || !backlog.IsWaiting(in row))
        {
            question.Absent(); // not back yet
        }
        else if (question.Waiting is { } waiting)
        {
            waiting(row);
        }
        else
        {
            backlog.Load(in row);
            question.Absent();
        }
    }

    private readonly record struct Question(Action<TaskRow> Found, Action Absent, Action<TaskRow>? Waiting);
}
