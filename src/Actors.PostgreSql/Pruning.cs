using System.Globalization;
using Actors.Storage;
using Npgsql;
using NpgsqlTypes;
using static Actors.PostgreSql.PostgreSqlTaskStore;

namespace Actors.PostgreSql;

/// <summary>Deletes finished trees, a step at a time: few round trips, since commits wait for it.</summary>
internal static class Pruning
{
    private const int TreesLookedAt = 1_000;

    /// <summary>Does one step, in the transaction that is open.</summary>
    public static PruneStep Step(NpgsqlConnection connection, PruneRule rule, int rowsMax)
    {
        var roots = RootsFrom(connection, rule.From);
        var alone = new List<long>(); // trees that never had more than their root
        var (next, trees, deleted) = (TaskRow.None, 0, 0L);
        foreach (var root in roots)
        {
            if (rule.IsTooYoung(root.CreatedAt))
            {
                next = TaskRow.None;
                break;
            }

            if (deleted + alone.Count >= rowsMax)
            {
                next = root.Tree;
                break;
            }

            next = root.Tree + 1;
            if (!rule.Has(root.Outcome, root.EndedAt))
            {
                continue;
            }

            if (root.IsAlone)
            {
                alone.Add(root.Tree);
                continue;
            }

            var last = Convert.ToInt64(Scalar(connection, "SELECT max(no) FROM task WHERE tree = $1", Value(root.Tree)), CultureInfo.InvariantCulture);
            var from = Math.Max(0, last + 1 - (rowsMax - deleted - alone.Count));
            deleted += Run(connection, "DELETE FROM task WHERE tree = $1 AND no >= $2", Value(root.Tree), Value(from));
            if (from > 0)
            {
                next = root.Tree; // the rest of it next time
                break;
            }

            trees++;
        }

        if (alone.Count > 0)
        {
            deleted += Run(connection, "DELETE FROM task WHERE tree = ANY ($1::bigint[])", RowBatch.Parameter(alone.ToArray(), NpgsqlDbType.Bigint));
        }

        return new PruneStep(next, trees + alone.Count, deleted);
    }

    /// <summary>Some roots, in the order of their trees: from each the server goes on to the first row behind its tree, however many tasks that has.</summary>
    private static List<OldRoot> RootsFrom(NpgsqlConnection connection, long from)
    {
        using var command = Command(
            connection,
            """
            WITH RECURSIVE root AS (
              (SELECT tree, state, counts, tree_ended_at, created_at FROM task WHERE tree >= $1 ORDER BY tree, no LIMIT 1)
              UNION ALL
              SELECT following.* FROM root CROSS JOIN LATERAL (
                SELECT tree, state, counts, tree_ended_at, created_at FROM task WHERE tree > root.tree ORDER BY tree, no LIMIT 1) AS following)
            SELECT * FROM root LIMIT $2
            """,
            Value(from), Value(TreesLookedAt));
        using var reader = command.ExecuteReader();
        var roots = new List<OldRoot>();
        while (reader.Read())
        {
            var (state, counts) = ((TaskState)reader.GetInt16(1), TaskRows.Text(reader, 2));
            roots.Add(new OldRoot(
                reader.GetInt64(0), counts is null ? state : StoreJson.ReadCounts(counts).State ?? state, TaskRows.Time(reader, 3), TaskRows.Time(reader, 4), counts is null));
        }

        return roots;
    }

    /// <summary>What is asked of a tree that may be old enough.</summary>
    private readonly record struct OldRoot(long Tree, TaskState Outcome, long EndedAt, long CreatedAt, bool IsAlone);
}
