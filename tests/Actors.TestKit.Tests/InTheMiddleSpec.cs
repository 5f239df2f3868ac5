namespace Actors.TestKit.Tests;

/// <summary>
/// Handlers whose mistake shows only where their worker dies between two of their own steps, or where another comes between them. They call nothing of the
/// engine there, and know nothing of the test.
/// </summary>
public sealed class InTheMiddleSpec
{
    [Fact]
    public async Task What_is_marked_as_done_before_it_is_done_is_never_done()
    {
        var told = await FindAsync<MarksFirst>(new Deliver(7), static (post, _) => Assert.Equal([7], post.Sent));

        Assert.Contains("DIES in the middle of Deliver { Number = 7 }, attempt 1, where it is about to call Post.Send, so it runs again", told, StringComparison.Ordinal);
        Assert.Contains("schedule of 1 fault(s)", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_marked_as_done_after_it_is_done_is_done_twice()
    {
        var told = await FindAsync<MarksAfterwards>(new Deliver(7), static (post, _) => Assert.Equal([7], post.Sent));

        Assert.Contains("about to call HashSet.Add", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_outside_does_once_for_one_number_is_done_once() =>
        await PassAsync<SendsByNumber>(new Deliver(7), static (post, _) => Assert.Equal([7], post.Sent));

    /// <summary>A <c>finally</c> does not run where the process dies.</summary>
    [Fact]
    public async Task A_lock_that_is_released_in_a_finally_stays_held()
    {
        var told = await FindAsync<ReleasesFinally>(new Deliver(7), static (_, tree) => Assert.Equal(TaskState.Succeeded, tree.Outcome.State));

        Assert.Contains("about to call Post.Send", told, StringComparison.Ordinal);
        Assert.Contains("it is locked", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_catches_everything_does_nothing_either_once_it_is_dead() =>
        await PassAsync<CatchesEverything>(new Deliver(7), static (post, _) => Assert.DoesNotContain(-1, post.Sent));

    [Fact]
    public async Task A_step_in_a_method_of_its_own_is_a_step()
    {
        var told = await FindAsync<HasHelpers>(new Deliver(7), static (post, _) => Assert.Equal([7, 8], post.Sent.Distinct()));

        Assert.Contains("where it is about to call Post.Send", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_of_an_asynchronous_handler_is_a_step()
    {
        var told = await FindAsync<MarksFirstAndAwaits>(new Deliver(7), static (post, _) => Assert.Equal([7], post.Sent));

        Assert.Contains("schedule of 1 fault(s)", told, StringComparison.Ordinal);
        Assert.Contains("DIES in the middle of Deliver { Number = 7 }, attempt 1", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_read_before_an_await_and_written_after_it_is_lost_where_another_comes_between()
    {
        var told = await FindAsync<ReadsAndWrites>(new DeliverAll(2), static (post, _) => Assert.Equal(2, post.Count));

        Assert.Contains("schedule of 0 fault(s)", told, StringComparison.Ordinal);
        Assert.Contains("as far as the await after it called Post.ReadAsync", told, StringComparison.Ordinal);
        Assert.Contains("goes on with Deliver", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_outside_adds_up_itself_is_not_lost() =>
        await PassAsync<AddsOutside>(new DeliverAll(3), static (post, _) => Assert.Equal(3, post.Sent.Distinct().Count()));

    [Fact]
    public async Task A_handler_that_was_given_up_still_writes()
    {
        var told = await FindAsync<WritesLate>(new Deliver(0), static (post, tree) =>
        {
            Assert.Equal(TaskState.Succeeded, tree.Outcome.State);
            Assert.True(post.Sent.Count == 0 || post.Sent.SequenceEqual(post.Sent.Order()), $"an earlier attempt wrote after a later one: {string.Join(", ", post.Sent)}");
        });

        Assert.Contains("SLOW", told, StringComparison.Ordinal);
        Assert.Contains("the handler of Deliver { Number = 0 }, attempt 1, which was given up, goes on", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_under_an_exception_filter_is_a_step()
    {
        var told = await FindAsync<Filters>(new Deliver(7), static (post, _) => Assert.Equal([7], post.Sent));

        Assert.Contains("where it is about to call Post.Send, so it runs again", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_in_what_a_handler_inherits_is_a_step()
    {
        var told = await FindAsync<Inherits>(new Deliver(7), static (post, _) => Assert.Equal([7], post.Sent));

        Assert.Contains("where it is about to call Post.Send, so it runs again", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_in_a_lambda_is_a_step()
    {
        var told = await FindAsync<HasLambdas>(new Deliver(7), static (post, _) => Assert.Equal([7, 8, 9], post.Sent));

        Assert.Contains("where it is about to call Post.Send, so it runs again", told, StringComparison.Ordinal);
    }

    /// <summary>What the compiler makes of a handler's code comes through the weaver as it was, and dies at each of its steps.</summary>
    [Fact]
    public async Task All_that_a_handler_may_be_written_with_does_what_it_did()
    {
        var expected = Everything.Sends;
        var sent = new HashSet<int>();
        await new Exploration<Post>
        {
            World = static () => new Post(),
            Handlers = static tasks => tasks.AddHandler<Everything<int>>(),
            Root = static _ => new Deliver(7),
            Check = (post, tree) =>
            {
                Assert.Equal(TaskState.Succeeded, tree.Outcome.State);
                Assert.Equal(expected, post.Sent.TakeLast(expected.Count));
                sent.Add(post.Sent.Count - expected.Count);
            },
            RandomSchedules = 0,
            FaultsMax = 1,
        }.RunAsync();

        Assert.Equal(Enumerable.Range(0, expected.Count + 1), sent.Order());
    }

    /// <summary>Each step of <see cref="AllForms"/> marks first and sends then, and each is found where it is looked for.</summary>
    [Theory]
    [InlineData("the root")]
    [InlineData("a child")]
    [InlineData("a join")]
    [InlineData("an asynchronous join")]
    [InlineData("a join of two")]
    [InlineData("a join of three")]
    [InlineData("a fold's step")]
    [InlineData("a fold's end")]
    public async Task A_step_is_one_in_every_form_of_a_handler(string step)
    {
        var failure = await Assert.ThrowsAsync<ExplorationFailedException>(() => new Exploration<Diary>
        {
            World = static () => new Diary(),
            Handlers = static tasks => tasks.AddHandler<AllForms>(),
            Root = static _ => new Root(),
            Check = (diary, tree) =>
            {
                Assert.Equal(TaskState.Succeeded, tree.Outcome.State);
                Assert.Contains(step, diary.Done);
            },
            RandomSchedules = 0,
        }.RunAsync());

        Assert.Contains("where it is about to set Diary.Last, so it runs again", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> FindAsync<THandler>(ITaskMessage root, Action<Post, ExploredTree> check)
        where THandler : class =>
        (await Assert.ThrowsAsync<ExplorationFailedException>(() => Explore<THandler>(root, check).RunAsync())).Message;

    private static async Task PassAsync<THandler>(ITaskMessage root, Action<Post, ExploredTree> check)
        where THandler : class =>
        Assert.InRange(await Explore<THandler>(root, check).RunAsync(), 300, 600);

    private static Exploration<Post> Explore<THandler>(ITaskMessage root, Action<Post, ExploredTree> check)
        where THandler : class => new()
        {
            World = static () => new Post(),
            Handlers = static tasks => tasks.AddHandler<THandler>().Configure<Deliver>(static type => type with
            {
                Timeout = TimeSpan.FromSeconds(10),
                Retry = new RetryPolicy { MaxAttempts = 2, Delay = TimeSpan.Zero },
            }),
            Root = _ => root,
            Check = check,
            RandomSchedules = 300,
            Seed = 1,
        };

    public sealed record DeliverAll(int Numbers) : ITask;

    public sealed record Deliver(int Number) : ITask;

    /// <summary>What is outside. Its methods are atomic, as calls of a service are.</summary>
    public sealed class Post
    {
        private readonly HashSet<int> _numbers = [];

        public HashSet<int> Marks { get; } = [];

        public List<int> Sent { get; } = [];

        public bool IsLocked { get; set; }

        public int Count { get; private set; }

        public void Send(int number) => Sent.Add(number);

        public void SendOnce(int number)
        {
            if (_numbers.Add(number))
            {
                Sent.Add(number);
            }
        }

        public Task<int> ReadAsync() => Task.FromResult(Count);

        public async Task WriteAsync(int count)
        {
            await Task.Yield();
            Count = count;
        }
    }

    public sealed class MarksFirst(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            if (post.Marks.Add(task.Number))
            {
                post.Send(task.Number);
            }

            return context.Done();
        }
    }

    public sealed class MarksAfterwards(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            if (!post.Marks.Contains(task.Number))
            {
                post.Send(task.Number);
                post.Marks.Add(task.Number);
            }

            return context.Done();
        }
    }

    public sealed class SendsByNumber(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            post.SendOnce(task.Number);
            post.SendOnce(task.Number);
            return context.Done();
        }
    }

    public sealed class ReleasesFinally(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            if (post.IsLocked)
            {
                return context.Fail("it is locked");
            }

            post.IsLocked = true;
            try
            {
                post.Send(task.Number);
                return context.Done();
            }
            finally
            {
                post.IsLocked = false;
            }
        }
    }

    public sealed class CatchesEverything(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            try
            {
                post.SendOnce(task.Number);
            }
            catch (Exception)
            {
                post.Send(-1);
            }

            return context.Done();
        }
    }

    public abstract class Marks(Post post)
    {
        protected bool MarkOf(int number) => post.Marks.Add(number);

        protected void Mark(int number)
        {
            if (MarkOf(number))
            {
                post.Send(number);
            }
        }
    }

    public sealed class Inherits(Post post) : Marks(post), ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            Mark(task.Number);
            return context.Done();
        }
    }

    public sealed class HasHelpers(Post post) : IAsyncTaskHandler<Deliver>
    {
        public async ValueTask<Ending<Unit>> HandleAsync(Deliver task, TaskContext context)
        {
            await DeliverAsync(task.Number);
            return context.Done();
        }

        private async Task DeliverAsync(int number)
        {
            await Task.Yield();
            if (MarkOf(number))
            {
                Send(number);
                Send(number + 1);
            }

            void Send(int what) => post.Send(what);
        }

        private bool MarkOf(int number) => post.Marks.Add(number);
    }

    public sealed class MarksFirstAndAwaits(Post post) : IAsyncTaskHandler<Deliver>
    {
        public async ValueTask<Ending<Unit>> HandleAsync(Deliver task, TaskContext context)
        {
            if (post.Marks.Add(task.Number))
            {
                await Task.Delay(1, context.CancellationToken).ConfigureAwait(false);
                post.Send(task.Number);
            }

            return context.Done();
        }
    }

    public sealed class ReadsAndWrites(Post post) : ITaskHandler<DeliverAll>, IAsyncTaskHandler<Deliver>
    {
        public Ending<Unit> Handle(DeliverAll task, TaskContext context)
        {
            context.SpawnMany(Enumerable.Range(1, task.Numbers).Select(static number => new Deliver(number)));
            return context.Done();
        }

        public async ValueTask<Ending<Unit>> HandleAsync(Deliver task, TaskContext context)
        {
            var count = await post.ReadAsync();
            await post.WriteAsync(count + 1);
            return context.Done();
        }
    }

    public sealed class AddsOutside(Post post) : ITaskHandler<DeliverAll>, IAsyncTaskHandler<Deliver>
    {
        public Ending<Unit> Handle(DeliverAll task, TaskContext context)
        {
            context.SpawnMany(Enumerable.Range(1, task.Numbers).Select(static number => new Deliver(number)));
            return context.Done();
        }

        public async ValueTask<Ending<Unit>> HandleAsync(Deliver task, TaskContext context)
        {
            await Task.Yield();
            post.SendOnce(task.Number);
            return context.Done();
        }
    }

    public sealed class WritesLate(Post post) : IAsyncTaskHandler<Deliver>
    {
        public async ValueTask<Ending<Unit>> HandleAsync(Deliver task, TaskContext context)
        {
            await Task.Yield();
            post.Send(context.Attempt);
            return context.Done();
        }
    }

    public sealed class Filters(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            try
            {
                if (post.Marks.Add(task.Number))
                {
                    post.Send(task.Number);
                }
            }
            catch (InvalidOperationException exception) when (exception.Message.Length > 0)
            {
                return context.Fail("refused");
            }

            return context.Done();
        }
    }

    public sealed class HasLambdas(Post post) : ITaskHandler<Deliver>
    {
        public Ending<Unit> Handle(Deliver task, TaskContext context)
        {
            List<int> numbers = [.. Enumerable.Range(0, 3).Select(static number => number * 1)];
            numbers.ForEach(number =>
            {
                if (post.Marks.Add(number))
                {
                    post.Send(task.Number + number);
                }
            });
            return context.Done();
        }
    }

    private sealed class Diary
    {
        private readonly HashSet<string> _begun = [];

        public HashSet<string> Done { get; } = [];

        public string Last
        {
            set => Done.Add(value);
        }

        public bool Begin(string step) => _begun.Add(step);
    }

    private sealed record Root : ITask<int>;

    private sealed record Leaf(int Number) : ITask<int>;

    private sealed record Sums : IJoin<int, int>;

    private sealed record SumsLater : IJoin<int, int>;

    private sealed record SumsTwo : IJoin<int, int, int>;

    private sealed record SumsThree : IJoin<int, int, int, int>;

    private sealed record Folds : IFold<int, int, int>;

    private sealed class AllForms(Diary diary) : ITaskHandler<Root, int>, IAsyncTaskHandler<Leaf, int>, IJoinHandler<Sums, int, int>,
        IAsyncJoinHandler<SumsLater, int, int>, IJoinHandler<SumsTwo, int, int, int>, IJoinHandler<SumsThree, int, int, int, int>, IFoldHandler<Folds, int, int, int>
    {
        public Ending<int> Handle(Root task, TaskContext context)
        {
            Write("the root");
            return context.Join([new Leaf(1), new Leaf(2)], new Sums());
        }

        public async ValueTask<Ending<int>> HandleAsync(Leaf task, TaskContext context)
        {
            await Task.CompletedTask;
            Write("a child");
            return task.Number;
        }

        public Ending<int> Handle(Sums join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context)
        {
            Write("a join");
            return context.Join([new Leaf(1)], new SumsLater());
        }

        public async ValueTask<Ending<int>> HandleAsync(SumsLater join, IReadOnlyList<Outcome<int>> outcomes, TaskContext context)
        {
            await Task.Yield();
            Write("an asynchronous join");
            return context.Join(new Leaf(1), new Leaf(2), new SumsTwo());
        }

        public Ending<int> Handle(SumsTwo join, Outcome<int> first, Outcome<int> second, TaskContext context)
        {
            Write("a join of two");
            return context.Join(new Leaf(1), new Leaf(2), new Leaf(3), new SumsThree());
        }

        public Ending<int> Handle(SumsThree join, Outcome<int> first, Outcome<int> second, Outcome<int> third, TaskContext context)
        {
            Write("a join of three");
            return context.Fold([new Leaf(1), new Leaf(2)], new Folds());
        }

        public int Start(Folds fold) => 0;

        public int Add(Folds fold, int state, Outcome<int> child)
        {
            Write("a fold's step");
            return state + child.Value;
        }

        public Ending<int> End(Folds fold, int state, TaskContext context)
        {
            Write("a fold's end");
            return state;
        }

        private void Write(string step)
        {
            if (diary.Begin(step))
            {
                diary.Last = step;
            }
        }
    }
}
