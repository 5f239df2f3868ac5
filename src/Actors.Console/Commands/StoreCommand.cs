using System.CommandLine;
using System.Globalization;
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
        var quarantined = new Command("quarantined", "List the tasks that the process died of too often; the store may be in use.") { Location };
        quarantined.SetAction((given, _) => RunAsync(given, ListQuarantined));
        var task = new Argument<string>("TASK") { Description = "the task, as it is listed" };
        var release = new Command("release", "Let a quarantined task run again, in a tree that takes over from its own.") { Location, task };
        release.SetAction((given, _) => RunAsync(given, location => Release(location, given.GetRequiredValue(task))));
        var root = new Argument<string>("ROOT") { Description = "the root of a tree that has ended" };
        var retry = new Command("retry", "Run again what failed in a tree that has ended, in a tree that takes over from it.") { Location, root };
        retry.SetAction((given, _) => RunAsync(given, location => Retry(location, IdOf(given.GetRequiredValue(root)), null)));
        return new Command("store", "Look after a store of tasks.") { migrate, info, verify, quarantined, release, retry };
    }

    private static Task<int> RunAsync(ParseResult given, Func<string, int> run)
    {
        try
        {
            return Task.FromResult(run(given.GetRequiredValue(Location)));
        }
        catch (Exception unusable) when (unusable is StoreException or InvalidOperationException)
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

    private static int ListQuarantined(string location)
    {
        var listed = false;
        foreach (var task in StoreAdministration.Quarantined(location))
        {
            listed = true;
            System.Console.Out.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{task.Id}  {Printable.Escape(task.Type)}  {task.EndedAt:yyyy-MM-dd HH:mm:ss}  {Printable.Escape(task.Failure)}"));
        }

        if (!listed)
        {
            System.Console.Error.WriteLine("actors: nothing is quarantined");
        }

        return ExitCode.Success;
    }

    private static int Release(string location, string text)
    {
        var id = IdOf(text);
        var task = StoreAdministration.Quarantined(location).FirstOrDefault(task => task.Id == id)
            ?? throw new UsageException($"Task {id} is not quarantined. 'actors store quarantined LOCATION' lists those that are.");
        return Retry(location, task.RootId, id);
    }

    private static int Retry(string location, TaskId root, TaskId? task)
    {
        Line("goes on as", $"{StoreAdministration.Retry(location, root, task, Environment.UserName)}");
        return ExitCode.Success;
    }

    private static TaskId IdOf(string text) => TaskId.TryParse(text, out var id) ? id : throw new UsageException($"'{Printable.Escape(text)}' is no task: 32 hexadecimal digits.");

    private static void Line(string name, string value) => System.Console.Out.WriteLine($"{name,-12} {value}");
}
