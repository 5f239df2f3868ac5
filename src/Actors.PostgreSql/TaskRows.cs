using System.Text;
using Actors.Storage;
using Npgsql;

namespace Actors.PostgreSql;

/// <summary>Reads rows.</summary>
internal static class TaskRows
{
    public static TaskRow Read(NpgsqlDataReader reader) => new()
    {
        Tree = reader.GetInt64(0),
        Number = reader.GetInt64(1),
        Id = TaskId.FromGuid(reader.GetGuid(2)),
        Parent = Number(reader, 3),
        Type = string.Intern(reader.GetString(4)), // there are few, and many rows
        Payload = Text(reader, 5),
        Options = Text(reader, 6),
        Flags = (TaskFlags)reader.GetInt32(7),
        Join = Number(reader, 8),
        Place = reader.GetInt32(9),
        State = (TaskState)reader.GetInt16(10),
        DueAt = Time(reader, 11),
        Attempt = reader.GetInt32(12),
        Losses = reader.GetInt32(13),
        CreatedAt = Time(reader, 14),
        EndedAt = Time(reader, 15),
        EndedOrder = Number(reader, 16),
        Outcome = Text(reader, 17),
        Joins = Text(reader, 18),
        Counts = Text(reader, 19),
        TreeEndedAt = Time(reader, 20),
    };

    private static long Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? TaskRow.None : reader.GetInt64(column);

    public static byte[]? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Encoding.UTF8.GetBytes(reader.GetString(column));

    public static long Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? TaskRow.None : reader.GetDateTime(column).Ticks;
}
