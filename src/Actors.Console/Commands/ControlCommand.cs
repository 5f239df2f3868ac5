using System.CommandLine;
using System.Text.Json;
using Actors.Console.Configuration;
using Actors.Console.Control;
using Actors.Console.Display;
using Actors.Console.Hosting;

namespace Actors.Console.Commands;

/// <summary>The commands that look at an engine or act on it: one that runs, through its socket; or the store of one that does not.</summary>
internal static class ControlCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else" };

    private static readonly Argument<string> Task = new("TASK") { Description = "An id of 32 hexadecimal digits, or the key that a tree was submitted with" };

    private static readonly Option<string?> Type = new("--type") { Description = "Only tasks of this type", HelpName = "NAME" };

    private static readonly Option<string?> State = new("--state") { Description = "Only tasks in this state: scheduled, waiting, ready, running or joining", HelpName = "STATE" };

    private static readonly Option<string?> Tree = new("--tree") { Description = "Only tasks of this tree: the id of its root, or its key", HelpName = "TASK" };

    private static readonly Option<int?> Count = WholeNumber.Option("--count", "How many at most; 100 unless given", 1, 10_000);

    private static readonly Option<string?> After = new("--after") { Description = "Go on behind a page: the 'next' that it told", HelpName = "PLACE" };

    private static readonly Option<string?> Only = new("--only") { Description = "Only this task of it, with all that waited for it", HelpName = "TASK" };

    private static readonly Option<string?> Pool = new("--pool") { Description = "Only tasks of this pool", HelpName = "NAME" };

    private static readonly Option<string?> OlderThan = new("--older-than") { Description = "Only tasks of trees that were submitted longer ago, as 30s, 5m, 2h or 1d", HelpName = "TIME" };

    private static readonly Argument<string?> Chosen = new("TASK") { Description = "An id of 32 hexadecimal digits, or the key that a tree was submitted with", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> All = new("--all") { Description = "All live tasks there are" };

    private static readonly Option<string?> PausedPool = new("--pool") { Description = "The pool", HelpName = "NAME" };

    private static readonly Option<string?> PausedType = new("--type") { Description = "The type of tasks", HelpName = "NAME" };

    private static readonly Option<string?> PausedTree = new("--tree") { Description = "The tree: the id of its root, or its key", HelpName = "TASK" };

    private static readonly Option<int?> Before = WholeNumber.Option("--before", "Only what has a smaller number", 0, int.MaxValue);

    private static readonly Option<string?> Schedule = new("--schedule") { Description = "The schedule", HelpName = "NAME" };

    private static readonly Option<int?> Next = WholeNumber.Option("--next", "How many of its next times each comes with; 1 unless given", 0, 1_000);

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> CreateAll()
    {
        yield return Create("status", "Print how an engine stands: tasks by state, pools, store.", [], static _ => [], static (store, _) => StoredView.Status(store), ControlTables.Status);
        yield return Create(
            "list", "List live tasks.", [Type, Pool, State, Tree, OlderThan, Count, After],
            static given => [.. FilterOf(given), ("count", (long)(given.GetValue(Count) ?? 100)), ("after", given.GetValue(After))],
            static (store, given) => StoredView.List(store, StoredFilterOf(given), given.GetValue(Count) ?? 100, PlaceOf(given.GetValue(After))),
            ControlTables.List);
        yield return Create("show", "Print one task.", [Task], static given => [("id", IdOf(given.GetRequiredValue(Task)))], static (store, given) => StoredView.Show(store, IdOf(given.GetRequiredValue(Task))), ControlTables.Show);
        yield return Create("why", "Print why a task is not running.", [Task], static given => [("id", IdOf(given.GetRequiredValue(Task)))], static (store, given) => StoredView.Why(store, IdOf(given.GetRequiredValue(Task))), ControlTables.Why);
        yield return CreateAction(
            "cancel", "Cancel a tree, or a task with all that is live below it; or all live tasks that the options choose.", [Chosen, All, Type, Pool, State, Tree, OlderThan],
            static given => [("id", given.GetValue(Chosen) is { } task ? IdOf(task) : null), ("all", given.GetValue(All)), .. FilterOf(given)],
            ControlTables.Done);
        yield return CreateAction(
            "retry", "Run again what failed in a tree that has ended, in a tree that takes over from it.", [Task, Only],
            static given => [("root", IdOf(given.GetRequiredValue(Task))), ("task", given.GetValue(Only) is { } task ? IdOf(task) : null)],
            ControlTables.Done);
        yield return CreateAction("pause", "Pause a pool, a type, a tree or a schedule: no task of it starts until it is resumed, also in the next process that has the store.", [PausedPool, PausedType, PausedTree, Schedule], PausedOf, ControlTables.Done);
        yield return CreateAction("resume", "Resume what was paused.", [PausedPool, PausedType, PausedTree, Schedule], PausedOf, ControlTables.Done);
        yield return CreateAction("audit", "List what was done by hand, newest first.", [Count, Before], static given => [("count", (long)(given.GetValue(Count) ?? 100)), ("before", (long?)given.GetValue(Before))], ControlTables.Audit);
        yield return CreateAction("schedules", "List the schedules.", [Next], static given => [("next", (long?)given.GetValue(Next))], ControlTables.Schedules);
    }

    private static Command CreateAction(
        string name, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, IEnumerable<(string Name, object? Value)>> request, Action<JsonElement> print) =>
        Create(name, description, symbols, request, null, print);

    private static Command Create(
        string name,
        string description,
        IReadOnlyList<Symbol> symbols,
        Func<ParseResult, IEnumerable<(string Name, object? Value)>> request,
        Func<string, ParseResult, JsonElement>? ofStore,
        Action<JsonElement> print)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.Add(ControlTarget.Socket);
        command.Add(ControlTarget.StoreOption);
        command.Add(Json);
        command.SetAction((given, _) => RunAsync(given, name, request(given), ofStore, print));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult given, string name, IEnumerable<(string Name, object? Value)> request, Func<string, ParseResult, JsonElement>? ofStore, Action<JsonElement> print)
    {
        try
        {
            var target = await ControlTarget.FindAsync(given).ConfigureAwait(false);
            await using (target.ConfigureAwait(false))
            {
                var result = target.Session is { } session ? await session.AskAsync(name, request).ConfigureAwait(false)
                    : ofStore is not null ? ofStore(target.Store!, given)
                    : await ActAsync(given, target.Store!, name, request).ConfigureAwait(false);
                if (given.GetValue(Json))
                {
                    await System.Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, ControlTables.Indented)).ConfigureAwait(false);
                }
                else
                {
                    print(result);
                }

                return ExitCode.Success;
            }
        }
        catch (RefusedException refused)
        {
            await System.Console.Error.WriteLineAsync(Printable.Escape($"actors: {name}: {refused.Message}")).ConfigureAwait(false);
            return refused.Kind is "not-found" or "refused" or "stopped" ? ExitCode.Errors : ExitCode.Usage;
        }
        catch (StoreException unusable)
        {
            throw new UsageException(unusable.Message.ReplaceLineEndings(" "), unusable);
        }
    }

    /// <summary>On a store that no engine has: an engine without handlers does it.</summary>
    private static async Task<JsonElement> ActAsync(ParseResult given, string store, string name, IEnumerable<(string Name, object? Value)> request)
    {
        var folder = Directory.CreateTempSubdirectory("actors-control-");
        try
        {
            var socket = Path.Combine(folder.FullName, "s");
            var engine = await EngineHost.StartIdleAsync(new EngineOptions(given.GetValue(EngineOptions.Hocon), null, store), socket).ConfigureAwait(false);
            await using (engine.ConfigureAwait(false))
            {
                var session = await ControlSession.ConnectAsync(socket).ConfigureAwait(false) ?? throw new IOException($"nobody listens at {socket}");
                await using (session.ConfigureAwait(false))
                {
                    return await session.AskAsync(name, request).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<(string Name, object? Value)> FilterOf(ParseResult given) =>
    [
        ("type", given.GetValue(Type)),
        ("state", given.GetValue(State)),
        ("pool", given.GetValue(Pool)),
        ("tree", given.GetValue(Tree) is { } tree ? IdOf(tree) : null),
        ("olderThanMs", given.GetValue(OlderThan) is { } age ? (long)AgeOf(age).TotalMilliseconds : null),
    ];

    private static IEnumerable<(string Name, object? Value)> PausedOf(ParseResult given) =>
    [
        ("pool", given.GetValue(PausedPool)),
        ("type", given.GetValue(PausedType)),
        ("tree", given.GetValue(PausedTree) is { } tree ? IdOf(tree) : null),
        ("schedule", given.GetValue(Schedule)),
    ];

    private static TimeSpan AgeOf(string text) =>
        Lines.Duration.TryParse(text, out var age) ? age : throw new UsageException($"--older-than must be a time with its unit, such as 30s, 5m, 2h or 1d, but is '{text}'");

    private static Func<StoredTaskInfo, bool> StoredFilterOf(ParseResult given)
    {
        TaskState? state = given.GetValue(State) is not { } name ? null
            : Enum.TryParse<TaskState>(name, ignoreCase: true, out var known) && !char.IsDigit(name[0]) ? known
            : throw new UsageException($"--state must be one of scheduled, waiting, ready, running or joining, but is '{name}'");
        if (given.GetValue(Pool) is not null)
        {
            throw new UsageException("list: which pool a task belongs to is told by a running engine only");
        }

        var (type, tree) = (given.GetValue(Type), given.GetValue(Tree) is { } root ? IdOf(root) : (TaskId?)null);
        var before = given.GetValue(OlderThan) is { } age ? DateTimeOffset.UtcNow - AgeOf(age) : (DateTimeOffset?)null;
        return task => (before is null || task.CreatedAt < before) && (type is null || task.Type == type) && (state is null || task.State == state) && (tree is null || task.RootId == tree);
    }

    private static TaskId IdOf(string text) => TaskId.TryParse(text, out var id) ? id : TaskId.FromKey(text);

    private static long PlaceOf(string? after) =>
        after is null ? 0 : int.TryParse(after, out var place) && place >= 0 ? place : throw new UsageException($"--after '{after}' is no place in this list: pass the 'next' of a page");
}
