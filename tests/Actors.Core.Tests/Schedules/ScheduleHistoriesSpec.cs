using System.Globalization;

namespace Actors.Core.Tests.Schedules;

/// <summary>
/// Random lives of a schedule: time passes, by minutes and by days, and is set back; it is paused, resumed, changed, removed and set anew; batches are committed, and
/// the process dies with what is not. A book beside it, which knows no ticks and no crash, says which hours must have fired.
/// </summary>
public sealed class ScheduleHistoriesSpec
{
    private const int Histories = 1000;
    private const int Steps = 60;

    [Theory]
    [InlineData(MisfirePolicy.Once)]
    [InlineData(MisfirePolicy.Skip)]
    [InlineData(MisfirePolicy.All)]
    public void Each_occurrence_fires_at_most_once_and_none_is_missing_against_the_policy(MisfirePolicy policy)
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            Play(policy, seed);
        }
    }

    private static void Play(MisfirePolicy policy, int seed)
    {
        var chance = new Random(seed);
        var world = new ScheduleWorld();
        var start = world.Now;
        var options = new ScheduleOptions { Misfire = policy, MisfiresMax = 4 };
        var (book, committed) = (new Expected(policy, options.MisfiresMax), new Expected(policy, options.MisfiresMax));
        var told = new List<string>();
        for (var step = 0; step < Steps; step++)
        {
            var deed = chance.Next(12);
            told.Add(string.Create(CultureInfo.InvariantCulture, $"{Minutes():0.#}: {deed}"));
            switch (deed)
            {
                case 0 or 1 or 2:
                    world.Now += TimeSpan.FromMinutes(chance.Next(1, 70));
                    break;
                case 3:
                    world.Now += TimeSpan.FromMinutes(chance.Next(1, 2000));
                    break;
                case 4:
                    world.Now -= TimeSpan.FromMinutes(chance.Next(1, 100));
                    break;
                case 5:
                    if (book.IsThere)
                    {
                        world.Book.Pause(world.Scheduled, "Ada", world.Now);
                        book.Pause(Minutes());
                    }

                    break;
                case 6:
                    if (book.IsThere)
                    {
                        world.Book.Resume(world.Scheduled, world.Now);
                        book.Resume(Minutes());
                    }

                    break;
                case 7:
                    if (!book.IsThere)
                    {
                        SetOnTheHour();
                    }
                    else if (chance.Next(3) == 0)
                    {
                        world.Book.Remove(world.Scheduled, world.Now);
                        book.Remove(Minutes());
                    }

                    break;
                case 8:
                    world.Crash();
                    book = committed.Copy();
                    break;
                case 9 or 10:
                    world.Commit();
                    committed = book.Copy();
                    break;
            }

            world.Fire();
            book.Fire(Minutes());
        }

        world.Commit();
        var expected = book.Fired.Select(hour => TaskId.Occurrence(ScheduleWorld.Name, start.AddHours(hour).UtcTicks)).ToArray();
        Assert.True(
            expected.SequenceEqual(world.Committed), $"Seed {seed}: {expected.Length} expected, {world.Committed.Count} fired.\n{string.Join('\n', told)}");
        Assert.Equal(world.Committed.Count, world.Committed.Distinct().Count());

        double Minutes() => (world.Now - start).TotalMinutes;

        void SetOnTheHour()
        {
            var when = Actors.Schedule.Every(TimeSpan.FromHours(1), start);
            world.Set(when, options);
            book.Set(Minutes());
        }
    }

    /// <summary>The hours, counted from the start, that must have fired.</summary>
    private sealed class Expected(MisfirePolicy policy, int misfiresMax)
    {
        private double _decided = double.MinValue;
        private bool _isPaused;

        public bool IsThere { get; private set; }

        public List<int> Fired { get; private set; } = [];

        public Expected Copy() => new(policy, misfiresMax) { _decided = _decided, _isPaused = _isPaused, IsThere = IsThere, Fired = [.. Fired] };

        public void Set(double now)
        {
            IsThere = true;
            _isPaused = false;
            _decided = Math.Max(_decided, now);
        }

        public void Remove(double now)
        {
            IsThere = false;
            _decided = Math.Max(_decided, now);
        }

        public void Pause(double now)
        {
            Fire(now);
            _isPaused = true;
        }

        public void Resume(double now)
        {
            if (_isPaused)
            {
                _isPaused = false;
                _decided = Math.Max(_decided, now);
            }
        }

        public void Fire(double now)
        {
            if (!IsThere || _isPaused)
            {
                return;
            }

            var due = Enumerable.Range(1, 2000).Where(hour => hour * 60 > _decided && hour * 60 <= now).ToArray();
            var missed = due.Where(hour => now - (hour * 60) > 1).ToArray();
            var onTime = due.Except(missed).ToArray();
            Fired.AddRange(policy switch
            {
                MisfirePolicy.All => missed.TakeLast(misfiresMax),
                MisfirePolicy.Once when onTime.Length == 0 => missed.TakeLast(1),
                _ => [],
            });
            Fired.AddRange(onTime);
            _decided = due.Length > 0 ? due[^1] * 60 : _decided;
        }
    }
}
