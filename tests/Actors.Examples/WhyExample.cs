namespace Actors.Examples.Why;

public sealed record Mail(string To) : ITask<int>;

public sealed record Mailing(IReadOnlyList<string> To) : ITask<int>;

public sealed record Count : IJoin<int, int>;

public sealed class Handlers : ITaskHandler<Mailing, int>, ITaskHandler<Mail, int>, IJoinHandler<Count, int, int>
{
    public Ending<int> Handle(Mailing task, TaskContext context) => context.Join(task.To.Select(to => new Mail(to)), new Count());

    public Ending<int> Handle(Mail task, TaskContext context) => 1;

    public Ending<int> Handle(Count join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context) => outcomes.Count;
}

/// <summary>Why a task is not running, and what waits; then all of a kind is cancelled.</summary>
public sealed class WhyExample : Example
{
    protected override string Prints => """
        JoinNotEnded: has run, and gets the outcome of its join Count (Waiting)
        JoinOpen: 2 of the 2 that it joins are missing: Mail (Ready), Mail (Ready)
        Paused: type Mail is paused by Ada
        cancelled: 1, and its sibling with it
        Ada: cancel type=Mail, 1
        Failed
        """;

    protected override async Task Main()
    {
        using var system = NewSystem();
        var engine = await TaskEngine.StartAsync(system, tasks => tasks.AddHandler<Handlers>());
        var control = engine.Control.As("Ada");
        await control.PauseTypeAsync("Mail");
        var mailing = await engine.Client.SubmitAsync(new Mailing(["bob", "eve"]));
        IReadOnlyList<TaskSummary> mails;
        do
        {
            mails = (await control.ListAsync(new TaskFilter { Type = "Mail" })).Tasks;
        }
        while (mails.Count < 2); // until the mailing has run

        foreach (var reason in (await control.WhyAsync(mailing.Id))!.Reasons.Concat((await control.WhyAsync(mails[0].Id))!.Reasons))
        {
            Console.WriteLine($"{reason.GetType().Name}: {WithoutIdsAndTimes(reason)}");
        }

        Console.WriteLine($"cancelled: {await control.CancelAsync(new TaskFilter { Type = "Mail" })}, and its sibling with it");
        var entry = (await control.AuditAsync())[0];
        Console.WriteLine($"{entry.By}: {entry.Action} {entry.Target}, {entry.Count}");
        Console.WriteLine((await mailing.TreeAsync()).State);
    }

    /// <summary>They differ from run to run.</summary>
    private static string WithoutIdsAndTimes(WaitReason reason) =>
        System.Text.RegularExpressions.Regex.Replace($"{reason}", " [0-9a-f-]{32,36}| since .*", "");
}
