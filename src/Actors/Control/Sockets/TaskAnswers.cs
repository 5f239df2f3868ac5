using System.Text.Json;

namespace Actors.Control.Sockets;

/// <summary>Answers what is asked about tasks, and does what is wanted of them. Safe for concurrent use.</summary>
internal sealed class TaskAnswers(TaskEngine engine)
{
    private const long CountMax = 10_000;

    public async Task<Action<Utf8JsonWriter>> ListAsync(ControlRequest request)
    {
        var filter = FilterOf(request);
        var (count, after) = ((int)(request.Number("count", 1, CountMax) ?? 100), request.Text("after"));
        request.ThrowIfOther();
        var page = await engine.Control.ListAsync(filter, count, after).ConfigureAwait(false);
        return json => TaskJson.Write(json, page);
    }

    public async Task<Action<Utf8JsonWriter>> ShowAsync(ControlRequest request)
    {
        var id = IdOf(request);
        request.ThrowIfOther();
        var details = await engine.Control.ShowAsync(id).ConfigureAwait(false) ?? throw NoTask(id);
        return json => TaskJson.Write(json, details);
    }

    public async Task<Action<Utf8JsonWriter>> WhyAsync(ControlRequest request)
    {
        var id = IdOf(request);
        request.ThrowIfOther();
        var why = await engine.Control.WhyAsync(id).ConfigureAwait(false) ?? throw NoTask(id);
        return json => TaskJson.Write(json, why);
    }

    /// <summary>With an id: a tree, where it is the root of one, else a task with all that is live below it. Without: what a filter chooses, and everything only where that is said.</summary>
    public async Task<Action<Utf8JsonWriter>> CancelAsync(ControlRequest request, string by)
    {
        var id = request.Id("id");
        var filter = FilterOf(request);
        var isAll = request.Flag("all");
        request.ThrowIfOther();
        if ((id is not null) == (filter != new TaskFilter() || isAll))
        {
            throw new ControlException("bad-request", "say an id, or a filter, or all");
        }

        var control = engine.Control.As(by);
        if (id is not { } task)
        {
            return TaskJson.Count("cancelled", await control.CancelAsync(filter).ConfigureAwait(false));
        }

        if (await control.CancelAsync(new TaskFilter { RootId = task }).ConfigureAwait(false) is > 0 and var count)
        {
            return TaskJson.Count("cancelled", count);
        }

        return await engine.Client.CancelAsync(task).ConfigureAwait(false) ? TaskJson.Count("cancelled", 1) : throw new ControlException("not-found", $"there is no live task {task}");
    }

    public async Task<Action<Utf8JsonWriter>> PauseAsync(ControlRequest request, string by, bool isPause, CancellationToken stop)
    {
        var (pool, type, tree, schedule) = (request.Text("pool"), request.Text("type"), request.Id("tree"), request.Text("schedule"));
        request.ThrowIfOther();
        var control = engine.Control.As(by);
        var isChanged = (pool, type, tree, schedule) switch
        {
            ({ } name, null, null, null) => await (isPause ? control.PausePoolAsync(name) : control.ResumePoolAsync(name)).ConfigureAwait(false),
            (null, { } name, null, null) => await (isPause ? control.PauseTypeAsync(name) : control.ResumeTypeAsync(name)).ConfigureAwait(false),
            (null, null, { } root, null) => await (isPause ? control.PauseTreeAsync(root) : control.ResumeTreeAsync(root)).ConfigureAwait(false),
            (null, null, null, { } name) => await (isPause ? engine.Schedules.PauseAsync(name, by, stop) : engine.Schedules.ResumeAsync(name, by, stop)).ConfigureAwait(false),
            _ => throw new ControlException("bad-request", "say one of pool, type, tree and schedule"),
        };
        return json => ControlJson.WritePause(json, isPause, isChanged);
    }

    public async Task<Action<Utf8JsonWriter>> AuditAsync(ControlRequest request)
    {
        var (count, before) = ((int)(request.Number("count", 1, CountMax) ?? 100), request.Number("before", 0, long.MaxValue));
        request.ThrowIfOther();
        var entries = await engine.Control.AuditAsync(count, before).ConfigureAwait(false);
        return json => TaskJson.Write(json, entries);
    }

    private static TaskFilter FilterOf(ControlRequest request) => new()
    {
        Type = request.Text("type"),
        Pool = request.Text("pool"),
        State = request.State("state"),
        RootId = request.Id("tree"),
        OlderThan = request.Number("olderThanMs", 0, (long)TimeSpan.FromDays(36_500).TotalMilliseconds) is { } age ? TimeSpan.FromMilliseconds(age) : null,
    };

    private static TaskId IdOf(ControlRequest request) => request.Id("id") ?? throw new ControlException("bad-request", "'id' is missing");

    private static ControlException NoTask(TaskId id) => new("not-found", $"there is no task {id}: a task that is no root is gone when it has ended");
}
