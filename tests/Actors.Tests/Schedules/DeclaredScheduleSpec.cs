using Actors.Tests.Engine;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Tests.Schedules;

/// <summary>Schedules that code and HOCON declare: what is read, and what is refused when the engine starts.</summary>
public sealed class DeclaredScheduleSpec
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Configuration_declares_a_schedule_with_its_message()
    {
        var schedule = await FindAsync(
            """
            cron = "30 4 * * 1-5", zone = Europe/Berlin, type = Report, message = "{ \"City\": \"Berlin\" }"
            misfire = all, misfires-max = 7, late-after = 5m, overlap = skip
            """);
        Assert.Equal(Schedule.Cron("30 4 * * 1-5", "Europe/Berlin"), schedule.Schedule);
        Assert.Equal("Report", schedule.TaskType);
        Assert.Equal(new ScheduleOptions { Misfire = MisfirePolicy.All, MisfiresMax = 7, LateAfter = TimeSpan.FromMinutes(5), Overlap = OverlapPolicy.Skip }, schedule.Options);
        Assert.True(schedule is { IsActive: true, IsDeclared: true });
    }

    [Fact]
    public async Task Configuration_changes_what_it_names_of_a_schedule_that_code_declares()
    {
        var schedule = await FindAsync(
            "zone = UTC", tasks => tasks.AddSchedule("x", Schedule.Cron("0 3 * * *", "Asia/Tokyo"), new Report("Rome"), new ScheduleOptions { Overlap = OverlapPolicy.Skip }));
        Assert.Equal(Schedule.Cron("0 3 * * *"), schedule.Schedule);
        Assert.Equal(OverlapPolicy.Skip, schedule.Options.Overlap);
        schedule = await FindAsync("every = 90s", tasks => tasks.AddSchedule("x", Schedule.Cron("0 3 * * *"), new Report("Rome")));
        Assert.Equal(Schedule.Every(TimeSpan.FromSeconds(90)), schedule.Schedule);
    }

    [Theory]
    [InlineData("type = Report, message = \"{ \\\"City\\\": \\\"x\\\" }\"", "actors.schedules.x", "cron", "every")]
    [InlineData("cron = \"0 25 * * *\", type = Report, message = \"{ \\\"City\\\": \\\"x\\\" }\"", "Schedule 'x'", "'0 25 * * *'", "between 0 and 23", "For example")]
    [InlineData("cron = \"* * *\", type = Report, message = \"{ \\\"City\\\": \\\"x\\\" }\"", "Schedule 'x'", "'* * *'", "five fields")]
    [InlineData("cron = \"H * * * *\", type = Report, message = \"{ \\\"City\\\": \\\"x\\\" }\"", "Schedule 'x'", "'H * * * *'")]
    [InlineData("cron = \"0 0 30 2 *\", type = Report, message = \"{ \\\"City\\\": \\\"x\\\" }\"", "Schedule 'x'", "0 0 30 2 *", "never comes")]
    [InlineData("cron = \"0 3 * * *\", zone = Europe/Bonn, type = Report, message = \"{ \\\"City\\\": \\\"x\\\" }\"", "Schedule 'x'", "'Europe/Bonn'", "IANA", "tzdata")]
    [InlineData("every = 0s, type = Report", "actors.schedules.x.every", "'0s'", "15m")]
    [InlineData("every = soon, type = Report", "actors.schedules.x.every", "'soon'", "15m")]
    [InlineData("every = 5m, cron = \"0 3 * * *\", type = Report", "actors.schedules.x", "cron", "every")]
    [InlineData("every = 5m, type = Reports", "actors.schedules.x.type", "'Reports'", "Report")]
    [InlineData("every = 5m, type = Reports, message = \"{}\"", "actors.schedules.x.type", "'Reports'")]
    [InlineData("every = 5m", "actors.schedules.x.type", "Report")]
    [InlineData("every = 5m, type = Report, message = \"{ \\\"Town\\\": \\\"x\\\" }\"", "actors.schedules.x.message", "Town")]
    [InlineData("every = 5m, type = Report, message = \"{ }\"", "actors.schedules.x.message", "City")]
    [InlineData("every = 5m, type = Report, message = \"nonsense\"", "actors.schedules.x.message", "Report")]
    [InlineData("every = 5m, type = Report, misfire = never", "actors.schedules.x.misfire", "'never'", "once or skip or all")]
    [InlineData("every = 5m, type = Report, misfires-max = 0", "actors.schedules.x.misfires-max", "'0'", "1 to 10000")]
    [InlineData("every = 5m, type = Report, late-after = 2h", "actors.schedules.x.late-after", "'2h'", "1h")]
    [InlineData("every = 5m, type = Report, overlap = queue", "actors.schedules.x.overlap", "'queue'", "allow or skip")]
    [InlineData("every = 5m, type = Report, misfre = once", "actors.schedules.x.misfre", "misfire")]
    public async Task A_schedule_that_cannot_be_used_stops_the_start(string hocon, params string[] said)
    {
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => FindAsync(hocon));
        Assert.All(said, text => Assert.Contains(text, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Code_that_declares_one_without_a_handler_or_with_a_bad_zone_does_not_start_either()
    {
        var refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => FindAsync("", tasks => tasks.AddSchedule("x", Schedule.Every(Soon), new Step(null!))));
        Assert.Contains("Schedule 'x'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(typeof(Step).FullName!, refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<TaskRegistrationException>(() => FindAsync("", tasks => tasks.AddSchedule("x", Schedule.Cron("@daily", "Mars"), new Report("x"))));
        Assert.Contains("'Mars'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_of_one_name_are_refused_where_they_are_declared() => Assert.Throws<TaskRegistrationException>(
        () => new TaskRegistry().AddSchedule("x", Schedule.Every(Soon), new Report("x")).AddSchedule("x", Schedule.Every(Soon), new Report("y")));

    [Fact]
    public void Values_out_of_range_are_refused_where_they_are_given()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Every(TimeSpan.FromMilliseconds(999)));
        Assert.Throws<ArgumentException>(() => Schedule.Cron(" "));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduleOptions { MisfiresMax = 10_001 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScheduleOptions { LateAfter = TimeSpan.Zero });
        Assert.Throws<ArgumentException>(() => new ScheduleOptions { Task = new SpawnOptions { Key = "x" } });
        Assert.Throws<ArgumentException>(() => new ScheduleOptions { Task = new SpawnOptions { Delay = Soon } });
    }

    [Fact]
    public async Task A_host_hands_the_schedules_in()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddActorTasks("test", tasks => tasks.AddHandler<ReportHandler>().AddSchedule("x", Schedule.Every(Soon), new Report("x")), (akka, _) => akka.AddHocon("akka.loglevel = OFF", HoconAddMode.Prepend));
        using var host = builder.Build();
        await host.StartAsync().WaitAsync(Soon);
        Assert.Single(await host.Services.GetRequiredService<TaskSchedules>().ListAsync().WaitAsync(Soon));
        await host.StopAsync().WaitAsync(Soon);
    }

    private static async Task<ScheduleInfo> FindAsync(string hocon, Action<TaskRegistry>? tasks = null)
    {
        var config = hocon.Length == 0 ? Config.Empty : ConfigurationFactory.ParseString($"actors.schedules.x {{ {hocon} }}");
        using var system = ActorSystem.Create("test", config.WithFallback("akka { loglevel = OFF, stdout-loglevel = OFF }"));
        try
        {
            var engine = await TaskEngine.StartAsync(system, registry =>
            {
                registry.AddHandler<ReportHandler>();
                tasks?.Invoke(registry);
            });
            return (await engine.Schedules.FindAsync("x").WaitAsync(Soon))!;
        }
        finally
        {
            await system.Terminate().WaitAsync(Soon);
        }
    }

    private sealed record Report(string City) : ITask;

    private sealed class ReportHandler : ITaskHandler<Report>
    {
        public Ending<Unit> Handle(Report task, TaskContext context) => context.Done();
    }
}
