using System.CommandLine;
using Actors.Console.FollowUps;
using Actors.Console.Hosting;

namespace Actors.Console.Commands;

/// <summary><c>actors follow-up</c>: a task that gives rise to another, on as few workers as you like.</summary>
internal static class FollowUpCommand
{
    private const int FailuresMax = 100;

    private static readonly Option<Access> AccessWay = new("--access")
    {
        Description = "How a task reaches the engine: handed in, through the actor system, or by telling the coordinator",
        HelpName = "context|global|coordinator",
        CustomParser = result => AccessOf(result.Tokens[0].Value) ?? Refuse(result),
        DefaultValueFactory = static _ => Access.Context,
    };

    private static readonly Option<int?> Retry = WholeNumber.Option("--retry", "How often task 1 fails before it succeeds; 0 unless given", 0, FailuresMax);

    private static readonly Option<int?> Workers = EngineOptions.NewWorkers();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("follow-up", "Run task 1, which gives rise to task 2.") { AccessWay, Retry, Workers };
        command.SetAction((given, _) => RunAsync(given));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult given)
    {
        var failures = given.GetValue(Retry) ?? 0;
        using var interruption = new Interruption();
        var engine = await EngineHost.StartAsync(EngineOptions.Of(given, Workers)).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            var atOnce = new RetryPolicy { MaxAttempts = failures + 1, Delay = TimeSpan.Zero };
            var root = new StartTask1(given.GetValue(AccessWay), failures);
            return await Job.ReportAsync(await Job.RunAsync(engine, root, interruption, new SubmitOptions { Retry = atOnce }).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private static Access? AccessOf(string name) => name switch
    {
        "context" => Access.Context,
        "global" => Access.Global,
        "coordinator" => Access.Coordinator,
        _ => null,
    };

    private static Access Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--access must be context, global or coordinator, but is '{result.Tokens[0].Value}'");
        return default;
    }
}
