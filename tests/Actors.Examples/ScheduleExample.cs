using System.Globalization;
using Akka.TestKit;

namespace Actors.Examples.Schedules;

public sealed record Report(string City) : ITask;

public sealed class ReportHandler(VirtualTime time) : ITaskHandler<Report>
{
    public Ending<Unit> Handle(Report task, TaskContext context)
    {
        Console.WriteLine($"{time.Now.ToString("ddd HH:mm", CultureInfo.InvariantCulture)} UTC: the report of {task.City}");
        return context.Done();
    }
}

/// <summary>A schedule by the clock of a time zone, over the end of summer time: at three in the morning there, and an hour later here from Sunday on.</summary>
public sealed class ScheduleExample : Example
{
    protected override string Prints => """
        nightly: 0 3 * * * Europe/Berlin, next 2040-10-27 03:00 +02:00
        Sat 01:00 UTC: the report of Berlin
        Sun 02:00 UTC: the report of Berlin
        paused by Ada
        Tue 02:00 UTC: the report of Berlin
        """;

    protected override async Task Main()
    {
        using var system = NewSystem(VirtualTime.Hocon);
        ((TestScheduler)system.Scheduler).AdvanceTo(new DateTimeOffset(2040, 10, 26, 12, 0, 0, TimeSpan.Zero)); // a Friday
        var time = new VirtualTime(system);
        var engine = await TaskEngine.StartAsync(
            system,
            tasks => tasks.AddHandler<ReportHandler>().AddSchedule("nightly", Schedule.Cron("0 3 * * *", "Europe/Berlin"), new Report("Berlin")),
            Services.With(time));
        foreach (var schedule in await engine.Schedules.ListAsync())
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{schedule.Name}: {schedule.Schedule}, next {schedule.Next[0]:yyyy-MM-dd HH:mm zzz}"));
        }

        await time.RunForAsync(engine.Client, TimeSpan.FromDays(2));
        await engine.Schedules.PauseAsync("nightly", by: "Ada");
        Console.WriteLine($"paused by {(await engine.Schedules.FindAsync("nightly"))!.PausedBy}");
        await time.RunForAsync(engine.Client, TimeSpan.FromDays(1));
        await engine.Schedules.ResumeAsync("nightly");
        await time.RunForAsync(engine.Client, TimeSpan.FromDays(1));
    }
}
