using System.CommandLine;
using Actors.Console.Configuration;
using Actors.Console.Display;

namespace Actors.Console.Commands;

/// <summary><c>actors store</c>: what stands in a store, and whether it is sound.</summary>
internal static class StoreCommand
{
    private const int ContradictionsShown = 100;

    private static readonly Argument<string> Location = new("LOCATION") { Description = "sqlite:FILE or postgres:CONNECTION" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var migrate = new Command("migrate", "Make the store, or bring an older one to this program's version.") { Location };
        migrate.SetAction((given, _) => RunAsync(given, static location => Print(StoreAdministration.Migrate(location))));
        var info = new Command("info", "Print what the store holds; it may be in use.") { Location };
        info.SetAction((given, _) => RunAsync(given, static location => Print(StoreAdministration.Info(location))));
        var verify = new Command("verify", "Read the whole store and check every invariant; it may be in use.") { Location };
        verify.SetAction((given, _) => RunAsync(given, Verify));
        return new Command("store", "Look after a store of tasks.") { migrate, info, verify };
    }

    private static Task<int> RunAsync(ParseResult given, Func<string, int> run)
    {
        try
        {
            return Task.FromResult(run(given.GetRequiredValue(Location)));
        }
        catch (StoreException unusable)
        {
            throw new UsageException(unusable.Message.ReplaceLineEndings(" "), unusable);
        }
    }

    private static int Print(StoreReport report)
    {
        Line("store", Printable.Escape(report.Store));
        Line("version", $"{report.Version}");
        Line("opened", $"{ByteSize.Grouped(report.Epoch)} time(s), last by {Printable.Escape(report.Owner)}");
        Line("in use", report.IsInUse ? "yes" : "no");
        Line("live trees", ByteSize.Grouped(report.LiveTrees));
        Line("live tasks", ByteSize.Grouped(report.LiveTasks));
        Line("size", ByteSize.Of(report.Bytes));
        return ExitCode.Success;
    }

    private static int Verify(string location)
    {
        var shown = 0;
        var check = StoreAdministration.Verify(location, contradiction =>
        {
            if (++shown <= ContradictionsShown)
            {
                System.Console.Error.WriteLine($"actors: {Printable.Escape(contradiction)}");
            }
        });
        Line("trees", ByteSize.Grouped(check.Trees));
        Line("tasks", ByteSize.Grouped(check.Tasks));
        Line("wrong", ByteSize.Grouped(check.Contradictions));
        return check.Contradictions == 0 ? ExitCode.Success : ExitCode.Errors;
    }

    private static void Line(string name, string value) => System.Console.Out.WriteLine($"{name,-12} {value}");
}
