using System.Text;
using Actors.Storage;

namespace Actors.Sqlite;

/// <summary>Between a <see cref="TaskRow"/> and the columns of <c>task</c>.</summary>
internal sealed class TaskRows
{
    /// <summary>The columns, in the order of <see cref="Read"/>.</summary>
    public const string Columns =
        "task.tree, task.no, id, parent, type, payload, options, flags, join_no, place, state, due_at, attempt, losses, created_at, ended_at, ended_order, outcome, joins, counts, tree_ended_at";

    public const string Insert =
        "INSERT INTO task (tree, no, id, parent, type, payload, options, created_at, flags, join_no, place, state, due_at, attempt, losses, ended_at, ended_order, outcome, joins, counts, tree_ended_at) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    public const string Update =
        "UPDATE task SET flags = ?, join_no = ?, place = ?, state = ?, due_at = ?, attempt = ?, losses = ?, ended_at = ?, ended_order = ?, outcome = ?, joins = ?, counts = ?, tree_ended_at = ? "
        + "WHERE tree = ? AND no = ?";

    private readonly List<string> _types = [];
    private readonly Dictionary<string, byte[]> _bytes = [];

    public void BindInsert(Statement statement, in TaskRow row)
    {
        statement.Bind(row.Tree).Bind(row.Number).Bind(row.Id).BindOptional(row.Parent).Bind(BytesOf(row.Type)).Bind(row.Payload).Bind(row.Options).BindTime(row.CreatedAt);
        BindChanging(statement, in row);
    }

    public static void BindUpdate(Statement statement, in TaskRow row)
    {
        BindChanging(statement, in row);
        statement.Bind(row.Tree).Bind(row.Number);
    }

    public TaskRow Read(Statement statement) => new()
    {
        Tree = statement.Number(),
        Number = statement.Number(),
        Id = statement.Id(),
        Parent = statement.OptionalNumber(),
        Type = TypeOf(statement.Bytes()),
        Payload = statement.Text(),
        Options = statement.Text(),
        Flags = (TaskFlags)statement.Number(),
        Join = statement.OptionalNumber(),
        Place = (int)statement.Number(),
        State = (TaskState)statement.Number(),
        DueAt = statement.Time(),
        Attempt = (int)statement.Number(),
        Losses = (int)statement.Number(),
        CreatedAt = statement.Time(),
        EndedAt = statement.Time(),
        EndedOrder = statement.OptionalNumber(),
        Outcome = statement.Text(),
        Joins = statement.Text(),
        Counts = statement.Text(),
        TreeEndedAt = statement.Time(),
    };

    private static void BindChanging(Statement statement, in TaskRow row) => statement
        .Bind((long)row.Flags).BindOptional(row.Join).Bind(row.Place).Bind((long)row.State).BindTime(row.DueAt).Bind(row.Attempt).Bind(row.Losses)
        .BindTime(row.EndedAt).BindOptional(row.EndedOrder).Bind(row.Outcome).Bind(row.Joins).Bind(row.Counts).BindTime(row.TreeEndedAt);

    /// <summary>There are few types and many rows: each name is encoded once.</summary>
    private byte[] BytesOf(string type)
    {
        if (!_bytes.TryGetValue(type, out var utf8))
        {
            _bytes[type] = utf8 = Encoding.UTF8.GetBytes(type);
        }

        return utf8;
    }

    /// <summary>There are few types and many rows: each name is one string.</summary>
    private string TypeOf(ReadOnlySpan<byte> utf8)
    {
        Span<char> name = utf8.Length <= 256 ? stackalloc char[utf8.Length] : new char[utf8.Length];
        var text = name[..Encoding.UTF8.GetChars(utf8, name)];
        foreach (var known in _types)
        {
            if (text.SequenceEqual(known))
            {
                return known;
            }
        }

        _types.Add(text.ToString());
        return _types[^1];
    }
}
