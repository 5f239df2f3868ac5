using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Actors.Console.Display;

/// <summary>Shows a job while it runs: how far it is, tasks by state, rate, workers, and what is worked on.</summary>
/// <param name="console">The terminal.</param>
/// <param name="client">The engine.</param>
/// <param name="headline">How far the job is, as markup.</param>
/// <param name="current">What is worked on, in one line each.</param>
/// <param name="interval">Between two pictures.</param>
internal sealed class LiveDisplay(IAnsiConsole console, TaskClient client, Func<string> headline, Func<IEnumerable<string>> current, TimeSpan interval)
{
    private const int CurrentMax = 8;

    private static readonly TaskState[] Shown =
        [TaskState.Ready, TaskState.Running, TaskState.Joining, TaskState.Waiting, TaskState.Succeeded, TaskState.Failed];

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _lastDone;
    private TimeSpan _lastLook;
    private double _rate;

    /// <summary>Draws until the job has ended or is interrupted, and leaves the terminal as it was.</summary>
    public async Task ShowAsync(Task job, CancellationToken interruption)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(interruption);
        var shown = ShowAsync(until.Token);
        _ = await Task.WhenAny(job, shown).ConfigureAwait(false);
        await until.CancelAsync().ConfigureAwait(false);
        await shown.ConfigureAwait(false);
    }

    private async Task ShowAsync(CancellationToken until)
    {
        try
        {
            await console.Live(new Text("")).AutoClear(true).StartAsync(async live =>
            {
                await foreach (var engine in client.WatchAsync(interval, until).ConfigureAwait(false))
                {
                    live.UpdateTarget(Draw(engine));
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            // The job has ended.
        }
    }

    private Rows Draw(EngineProgress engine)
    {
        var now = _watch.Elapsed;
        var done = engine.Count(TaskState.Succeeded) + engine.Count(TaskState.Failed);
        if (now > _lastLook)
        {
            // Half new, half old: a number that can be read.
            _rate = (_rate + ((done - _lastDone) / (now - _lastLook).TotalSeconds)) / 2;
            (_lastDone, _lastLook) = (done, now);
        }

        var states = new Table().Border(TableBorder.Simple).AddColumn("tasks");
        foreach (var state in Shown)
        {
            states.AddColumn(Text(state.ToString().ToLowerInvariant()), column => column.RightAligned());
        }

        foreach (var type in engine.Types.Where(type => Shown.Any(state => type[state] > 0)))
        {
            states.AddRow([Text(type.Type), .. Shown.Select(state => ByteSize.Grouped(type[state]))]);
        }

        var workers = string.Join(", ", engine.Pools.Select(pool => $"{Text(pool.Pool)} {pool.Busy} of {pool.Workers}"));
        List<IRenderable> rows =
        [
            new Markup(headline()),
            new Markup($"{ByteSize.Grouped((long)_rate)} tasks/s, workers busy: {workers}, {now.TotalSeconds:0.0} s"),
            states,
        ];
        rows.AddRange(current().Take(CurrentMax).Select(one => new Markup($"[grey]{Text(Printable.Shorten(one, Math.Max(console.Profile.Width - 2, 20)))}[/]") { Overflow = Overflow.Ellipsis }));
        return new Rows(rows);
    }

    private static string Text(string text) => Markup.Escape(Printable.Escape(text));
}
