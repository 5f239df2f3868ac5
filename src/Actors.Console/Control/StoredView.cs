using System.Text.Json;

namespace Actors.Console.Control;

/// <summary>What a running engine would tell, told from the rows of the store of one that does not run. It is only read.</summary>
internal static class StoredView
{
    /// <summary>The store as a whole.</summary>
    public static JsonElement Status(string location)
    {
        var report = StoreAdministration.Info(location);
        var types = new SortedDictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var task in StoreContents.Read(location, liveTreesOnly: true))
        {
            (types.TryGetValue(task.Type, out var counts) ? counts : types[task.Type] = new long[Enum.GetValues<TaskState>().Length])[(int)task.State]++;
        }

        return Element(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("store");
            json.WriteString("name", report.Store);
            json.WriteString("lastOpenedBy", report.Owner);
            json.WriteBoolean("isInUse", report.IsInUse);
            json.WriteEndObject();
            json.WriteNumber("live", report.LiveTasks);
            json.WriteNumber("liveTrees", report.LiveTrees);
            json.WriteStartArray("types");
            foreach (var (type, counts) in types)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                foreach (var state in Enum.GetValues<TaskState>())
                {
                    json.WriteNumber(NameOf(state), counts[(int)state]);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>A page of live tasks.</summary>
    /// <param name="location">The store.</param>
    /// <param name="filter">Which.</param>
    /// <param name="countMax">How many.</param>
    /// <param name="after">How many of them to pass over: where the page before ended.</param>
    public static JsonElement List(string location, Func<StoredTaskInfo, bool> filter, long countMax, long after)
    {
        var chosen = StoreContents.Read(location, liveTreesOnly: true).Where(task => !task.State.IsTerminal() && filter(task)).Skip((int)after).Take((int)countMax + 1).ToArray();
        return Element(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("tasks");
            foreach (var task in chosen.Take((int)countMax))
            {
                WriteSummary(json, task);
            }

            json.WriteEndArray();
            if (chosen.Length > countMax)
            {
                json.WriteString("next", $"{after + countMax}");
            }

            json.WriteEndObject();
        });
    }

    /// <summary>One task.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public static JsonElement Show(string location, TaskId id)
    {
        var (task, tree) = Find(location, id);
        return Element(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("task");
            WriteSummary(json, task);
            Moment(json, "dueAt", task.DueAt);
            Moment(json, "createdAt", task.CreatedAt);
            Moment(json, "endedAt", task.EndedAt);
            json.WriteNumber("losses", task.Losses);
            json.WriteStartArray("path");
            for (var step = task; step is not null; step = step.Parent is { } parent ? tree[parent] : null)
            {
                json.WriteStringValue(step.Id.ToString());
            }

            json.WriteEndArray();
            if (task.Failure is { } failure)
            {
                json.WritePropertyName("failure");
                Exec.OutcomeJson.Write(json, failure);
            }

            json.WriteStartObject("tree");
            json.WriteNumber("live", tree.Values.Count(static one => !one.State.IsTerminal()));
            json.WriteNumber("succeeded", tree.Values.Count(static one => one.State == TaskState.Succeeded));
            json.WriteNumber("failed", tree.Values.Count(static one => one.State == TaskState.Failed));
            json.WriteNumber("cancelled", tree.Values.Count(static one => one.State == TaskState.Cancelled));
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    /// <summary>Why a task does not run: nothing does; and what else would keep it if an engine were there.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public static JsonElement Why(string location, TaskId id)
    {
        const int NamedMax = 10;
        var (task, tree) = Find(location, id);
        List<string> reasons = [];
        if (!task.State.IsTerminal())
        {
            reasons.Add($"no engine has the store {StoreAdministration.Info(location).Store}: nothing in it runs until one has");
        }

        switch (task.State)
        {
            case TaskState.Scheduled:
                reasons.Add($"it is due at {task.DueAt:yyyy-MM-dd HH:mm:ss} UTC");
                break;
            case TaskState.Joining:
                reasons.Add($"its handler has ended with join {tree.Values.FirstOrDefault(join => join.IsJoin && join.Parent == task.Number && !join.State.IsTerminal())?.Id}, which has not");
                break;
            case TaskState.Waiting when task.IsJoin:
                var children = tree.Values.Where(child => child.Join == task.Number).ToArray();
                var missing = children.Where(static child => !child.State.IsTerminal()).ToArray();
                reasons.Add($"it joins {children.Length} task(s), of which {missing.Length} have not ended: {string.Join(", ", missing.Take(NamedMax).Select(static child => child.Id))}{(missing.Length > NamedMax ? ", ..." : "")}");
                break;
            case TaskState.Waiting:
                reasons.Add("it runs when all others of its tree have ended");
                break;
            case TaskState.Failed:
                reasons.Add($"it failed at {task.EndedAt:yyyy-MM-dd HH:mm:ss} UTC: {task.Failure?.Message}");
                break;
            case TaskState.Succeeded or TaskState.Cancelled:
                reasons.Add($"it {(task.State == TaskState.Succeeded ? "succeeded" : "was cancelled")} at {task.EndedAt:yyyy-MM-dd HH:mm:ss} UTC");
                break;
        }

        return Element(json =>
        {
            json.WriteStartObject();
            json.WriteString("id", task.Id.ToString());
            json.WriteString("root", task.RootId.ToString());
            json.WriteString("type", task.Type);
            json.WriteString("state", NameOf(task.State));
            json.WriteStartArray("reasons");
            foreach (var reason in reasons)
            {
                json.WriteStringValue(reason);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static (StoredTaskInfo Task, Dictionary<long, StoredTaskInfo> Tree) Find(string location, TaskId id)
    {
        // Rows come tree by tree: what is kept is one tree.
        var tree = new Dictionary<long, StoredTaskInfo>();
        StoredTaskInfo? found = null;
        foreach (var task in StoreContents.Read(location, liveTreesOnly: false))
        {
            if (task.Number == 0)
            {
                if (found is not null)
                {
                    break;
                }

                tree.Clear();
            }

            tree[task.Number] = task;
            found = task.Id == id ? task : found;
        }

        return found is null ? throw new RefusedException("not-found", $"there is no task {id} in the store") : (found, tree);
    }

    private static void WriteSummary(Utf8JsonWriter json, StoredTaskInfo task)
    {
        json.WriteStartObject();
        json.WriteString("id", task.Id.ToString());
        json.WriteString("root", task.RootId.ToString());
        json.WriteString("type", task.Type);
        json.WriteString("state", NameOf(task.State));
        json.WriteNumber("attempt", task.Attempt);
        json.WriteEndObject();
    }

    private static void Moment(Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } at)
        {
            json.WriteString(name, at);
        }
    }

    private static string NameOf(TaskState state) => state.ToString().ToLowerInvariant();

    private static JsonElement Element(Action<Utf8JsonWriter> write) => JsonDocument.Parse(JsonText.Of(write).Utf8).RootElement;
}
