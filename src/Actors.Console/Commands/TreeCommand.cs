using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Actors.Console.Configuration;
using Actors.Console.Display;
using Actors.Console.Hosting;
using Actors.Console.Trees;

namespace Actors.Console.Commands;

/// <summary><c>actors tree</c>: a load that anyone can check.</summary>
internal static class TreeCommand
{
    private static readonly Option<int?> FanOut = Required(WholeNumber.Option("--fan-out", "How many tasks each task spawns", 1, 1_000_000));

    private static readonly Option<int?> Depth = Required(WholeNumber.Option("--depth", "How many levels there are below the root", 0, 100_000));

    private static readonly Option<int?> Workers = EngineOptions.NewWorkers();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("tree", "Spawn a tree of tasks that adds up the numbers of its leaves through joins.") { FanOut, Depth, Workers, EngineOptions.Store, EngineOptions.TakeOverStore };
        command.SetAction((given, _) => RunAsync(given));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given)
    {
        var shape = TreeShape.Of(given.GetValue(FanOut)!.Value, given.GetValue(Depth)!.Value)
            ?? throw new UsageException($"tree: --fan-out and --depth make more than {ByteSize.Grouped(TreeShape.TasksMax)} tasks");
        using var interruption = new Interruption();
        var engine = await EngineHost.StartAsync(EngineOptions.Of(given, Workers)).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            var watch = Stopwatch.StartNew();
            var result = await Job.RunAsync(engine, new AddLeaves(0, shape.FanOut, shape.Depth), interruption, key: string.Create(CultureInfo.InvariantCulture, $"tree {shape.FanOut} {shape.Depth}")).ConfigureAwait(false);
            watch.Stop();
            var exit = await Job.ReportAsync(result).ConfigureAwait(false);
            return result.Root is { IsSucceeded: true } root ? Print(shape, root.Value, result.Tree!, watch.Elapsed) : exit;
        }
    }

    private static int Print(TreeShape shape, long sum, TreeOutcome tree, TimeSpan elapsed)
    {
        using var process = Process.GetCurrentProcess();
        var output = System.Console.Out;
        Line("sum", sum.ToString(CultureInfo.InvariantCulture));
        Line("expected", shape.ExpectedSum.ToString(CultureInfo.InvariantCulture));
        Line("leaves", ByteSize.Grouped(shape.Leaves));
        Line("tasks", ByteSize.Grouped(shape.Tasks));
        Line("with joins", ByteSize.Grouped(tree.Tasks));
        Line("seconds", elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        Line("tasks/s", ByteSize.Grouped((long)(shape.Tasks / elapsed.TotalSeconds)));
        Line("peak memory", ByteSize.Of(process.PeakWorkingSet64));
        return sum == shape.ExpectedSum ? ExitCode.Success : ExitCode.Errors;

        void Line(string name, string value) => output.WriteLine($"{name,-12} {value}");
    }

    private static Option<int?> Required(Option<int?> option)
    {
        option.Required = true;
        return option;
    }
}
