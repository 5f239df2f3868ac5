using Actors.TestKit;

namespace Actors.Examples.TestAlone;

public sealed record Invite(string Name) : ITask;

public sealed record SendMail(string Address) : ITask;

public sealed class InviteHandler : ITaskHandler<Invite>
{
    public Ending<Unit> Handle(Invite task, TaskContext context)
    {
        if (task.Name.Length == 0)
        {
            return context.Fail("nobody to invite");
        }

        context.Spawn(new SendMail($"{task.Name}@example.org"), new SpawnOptions { Delay = TimeSpan.FromHours(1) });
        return context.Done();
    }
}

/// <summary>A test of one handler alone: no engine, no actor system. What it spawned is there to look at, and nothing of it runs.</summary>
public sealed class TestAloneExample : Example
{
    protected override string Prints => """
        SendMail { Address = ada@example.org }, in 01:00:00
        failed for good with Permanent: nobody to invite
        Expected the handler to spawn 1 SendMail, but of 0 follow-up(s) 0 are such. It failed for good with Permanent: nobody to invite.
        """;

    protected override async Task Main()
    {
        var run = await HandlerRun.OfAsync(new InviteHandler(), new Invite("ada"));
        var mail = run.ExpectSpawned<SendMail>();
        Console.WriteLine($"{mail.Task}, in {mail.Options!.Delay}");

        var refused = await HandlerRun.OfAsync(new InviteHandler(), new Invite(""));
        Console.WriteLine(refused);
        Console.WriteLine(Assert.Throws<ExpectationException>(() => refused.ExpectSpawned<SendMail>()).Message);
    }
}
