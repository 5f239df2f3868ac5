using System.Diagnostics;
using Actors.Console.Scanning;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Actors.Console.Display;

/// <summary>Shows a scan while it runs: tasks by state, rate, workers, and the folders that are read.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, TaskClient client, ScanProgress progress, TimeSpan interval)
{
    private const int FoldersMax = 8;

    private static readonly TaskState[] Shown =
        [TaskState.Ready, TaskState.Running, TaskState.Joining, TaskState.Waiting, TaskState.Succeeded, TaskState.Failed];

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _lastDone;
    private TimeSpan _lastLook;
    private double _rate;

    /// <summary>Draws until it is cancelled, and leaves the terminal as it was.</summary>
    public async Task ShowAsync(CancellationToken until)
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
            // The scan has ended.
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
            new Markup($"[bold]{ByteSize.Grouped(progress.Folders)}[/] folders, [bold]{ByteSize.Grouped(progress.Files)}[/] files, "
                + $"[bold]{ByteSize.Of(progress.Bytes)}[/], {ByteSize.Grouped(progress.Errors)} errors"
                + (progress.ComparedFiles > 0 ? $"; {ByteSize.Grouped(progress.ComparedFiles)} files compared, {ByteSize.Of(progress.ComparedBytes)}" : "")),
            new Markup($"{ByteSize.Grouped((long)_rate)} tasks/s, workers busy: {workers}, {now.TotalSeconds:0.0} s"),
            states,
        ];
        rows.AddRange(progress.Current.Take(FoldersMax).Select(folder => new Markup($"[grey]{Text(Printable.Shorten(folder.ToString(), Math.Max(console.Profile.Width - 2, 20)))}[/]") { Overflow = Overflow.Ellipsis }));
        return new Rows(rows);
    }

    private static string Text(string text) => Markup.Escape(Printable.Escape(text));
}
