using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Actors.Ledger;
using Actors.Simulation.Histories;

namespace Actors.Simulation.Worlds;

/// <summary>
/// 128 bits of all that is reachable from an object, by reflection over its fields: so no field of the ledger can be forgotten, private or new.
/// </summary>
/// <remarks>
/// Two states with the same bits behave alike. Objects are numbered in the order in which the walk first meets them, so the same bits mean two graphs of the
/// same shape with the same values in them (that two others have them by chance is one in 10^24 for the ten million states of all worlds together). What a
/// command does depends on nothing but its arguments and what it reaches from the ledger, the book and the scene, and all three are walked. So only what is
/// left out needs an argument: it stands at each line below. The arguments are also put to the test: see <see cref="Likeness"/>.
/// </remarks>
internal sealed class Fingerprint
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly long DayTicks = TimeSpan.FromDays(1).Ticks;
    private static readonly Dictionary<Type, Action<Fingerprint, object>> Walks = [];
    private static readonly Lock Gate = new();
    private static readonly Type Links = typeof(LiveParent).GetNestedType("Links", BindingFlags.NonPublic)!;
    private static readonly Type TaskLinks = typeof(LiveParent).GetNestedType("TaskLinks", BindingFlags.NonPublic)!;
    private static readonly Type RareFacts = typeof(LiveParent).GetNestedType("RareFacts", BindingFlags.NonPublic)!;

    /// <summary>These never change, and are the same wherever the number of their task is.</summary>
    private static readonly HashSet<Type> Fixed =
    [
        typeof(TypeTerms), typeof(Terms), typeof(LedgerSettings), typeof(TaskPath), typeof(SpawnOptions), typeof(RetryPolicy), typeof(JoinPolicy), typeof(Story),
        typeof(Sketch), typeof(Type), typeof(Func<Fingerprint, object, bool>),
    ];

    /// <summary>Fields that mean nothing, always or in some states.</summary>
    private static readonly Dictionary<(Type Type, string Field), Func<Fingerprint, object, bool>> Meaningless = new()
    {
        // Counted and never looked at, but by the checker, which holds the ledger's against the book's after every step: they were equal when two states met.
        [(typeof(TaskLedger), nameof(TaskLedger.StaleEnds))] = Always,
        [(typeof(TaskLedger), nameof(TaskLedger.Tally))] = Always,
        [(typeof(Book), nameof(Book.StaleEnds))] = Always,
        [(typeof(Checker), "_counts")] = Always,

        // Of no meaning unless it runs, as its comment says; a dispatch sets both anew.
        [(TaskLinks, nameof(TaskRecord.Worker))] = static (_, task) => task is not TaskRecord { State: TaskState.Running },
        [(typeof(TaskRecord), "_interruption")] = static (_, task) => ((TaskRecord)task).State != TaskState.Running,

        // What has ended never runs again, is never due, never lost.
        [(typeof(TaskRecord), nameof(TaskRecord.Attempt))] = static (_, task) => ((TaskRecord)task).State.IsTerminal(),
        [(TaskLinks, "Rare")] = static (_, task) => task is not TaskRecord known || known.State.IsTerminal(),
        [(typeof(Entry), nameof(Entry.Failures))] = static (_, entry) => ((Entry)entry).IsEnded,
        [(typeof(Entry), nameof(Entry.AttemptsMax))] = static (_, entry) => ((Entry)entry).IsEnded,
        [(typeof(Entry), nameof(Entry.Losses))] = static (_, entry) => ((Entry)entry).IsEnded,
        [(typeof(Entry), nameof(Entry.IsSuspect))] = static (_, entry) => ((Entry)entry).IsEnded,
        [(typeof(Entry), nameof(Entry.Arrived))] = static (_, entry) => ((Entry)entry).IsEnded,

        // The numbers of runs are only compared with each other: where a run stands, AddRun adds how far it is behind its task's last.
        [(typeof(TaskRecord), nameof(TaskRecord.Run))] = Always,
        [(typeof(Entry), nameof(Entry.Runs))] = Always,
        [(typeof(Stint), nameof(Stint.Run))] = Always,

        // A time that stands for something only in one state.
        [(RareFacts, nameof(TaskRecord.DueAtTicks))] = static (_, task) => task is not TaskRecord { State: TaskState.Scheduled },
        [(RareFacts, nameof(TaskRecord.AbandonAtTicks))] = static (_, task) => task is not TaskRecord { State: TaskState.Running, Interruption: not Interruption.None },
        [(typeof(Entry), nameof(Entry.DueAt))] = static (_, entry) => ((Entry)entry).State != TaskState.Scheduled,

        // Told only with the answer to a recall, and a hand with one run is asked for nothing.
        [(typeof(Hand), nameof(Hand.StartedAt))] = static (_, hand) => ((Hand)hand).Runs.Count < 2 && !((Hand)hand).MustAnswer,
        [(typeof(Hand), nameof(Hand.HasShown))] = static (_, hand) => ((Hand)hand).Runs.Count == 0,

        // A worker's own word to its actor; here the driver itself says whether a worker that is lost had taken what it had.
        [(typeof(Assignment), "_isTaken")] = Always,

        // A report about any other assignment than its worker's present one is stale as a whole.
        [(typeof(Assignment), nameof(Assignment.Tasks))] = static (_, chunk) => ((Assignment)chunk).Worker.Assignment != chunk,

        // Says who came first of those in the queue, and WalkDue walks them in that order; and how many dead ones to sweep, which begins above a thousand.
        [(typeof(DueQueue), "_order")] = Always,
        [(typeof(DueQueue), "_dead")] = Always,

        // May be earlier than anything that is due, and then the ledger is woken for nothing: the next time that passes passes by that one, see World.PassTime.
        // That it is not later the checker has seen.
        [(typeof(WorkerWatch), nameof(WorkerWatch.NextCheckTicks))] = Always,

        // Only workers that run ahead look at it, and here none does.
        [(typeof(PoolRecord), nameof(PoolRecord.Hunger))] = Always,

        // Told to people who ask, and nothing follows from it.
        [(typeof(WorkerRecord), nameof(WorkerRecord.SentAtTicks))] = Always,
        [(typeof(TreeRecord), nameof(TreeRecord.SubmittedAt))] = Always,

        // Set by the choice of a turn before its end; and when a step begins.
        [(typeof(ReadyQueue), "_turn")] = Always,
        [(typeof(Pauses), "_left")] = Always,

        // Cleared before each use.
        [(typeof(Endings), "_cancelling")] = Always,
        [(typeof(Book), nameof(Book.Ended))] = Always,
        [(typeof(Book), nameof(Book.Owed))] = Always,
        [(typeof(Checker), "_asked")] = Always,
        [(typeof(Checker), "_surplus")] = Always,
        [(typeof(Checker), "_isTick")] = Always,

        // Those of all entries that have not ended.
        [(typeof(Book), nameof(Book.Live))] = Always,

        // Words for a rule that is broken.
        [(typeof(Entry), nameof(Entry.Because))] = Always,
        [(typeof(Book), nameof(Book.Seen))] = Always,

        // Whatever was made, real or not: looked at once more when all is over, and nothing follows from it.
        [(typeof(Checker), "_made")] = Always,
    };

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Type, Action<Fingerprint, object>> _walks = [];
    private ulong _high;
    private ulong _low;
    private long _now;

    /// <summary>What is left out by a name that no field has any more: a rename would otherwise leave it in unnoticed.</summary>
    public static IEnumerable<string> NamesOfNothing =>
        from known in Meaningless.Keys
        where !known.Type.GetFields(Own).Select(NameOf).Contains(known.Field)
        select $"{known.Type.Name}.{known.Field}";

    public UInt128 Of(object scene, DateTimeOffset now)
    {
        _numbers.Clear();
        (_high, _low, _now) = (0x9E3779B97F4A7C15UL, 0xC2B2AE3D27D4EB4FUL, now.UtcTicks);
        Visit(scene);
        return new UInt128(Mix(_high ^ _low), Mix(_low));
    }

    private static bool Always(Fingerprint print, object thing) => true;

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDUL;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }

    private void Add(long value)
    {
        _low = Mix(_low ^ (ulong)value);
        _high = (_high * 0x9E3779B97F4A7C15UL) + (ulong)value + _low;
    }

    /// <summary>The ledger looks at times only to compare them and to add to them: a history that is moved in time is the same history.</summary>
    private void AddTime(long ticks) => Add(Math.Abs(ticks - _now) < DayTicks ? long.MinValue + ticks - _now : ticks);

    private void AddText(string? text)
    {
        Add(text?.Length ?? -1);
        foreach (var character in text ?? "")
        {
            Add(character);
        }
    }

    /// <summary>The numbers of runs are compared and never reckoned with: how far a run is behind its task's is what counts.</summary>
    private void AddRun((TaskRecord? Task, int Run) run, int attempt, JoinInput? input)
    {
        Visit(run.Task);
        Add(run.Task?.Run - run.Run ?? 0);
        Add(attempt);
        Visit(input);
    }

    private void Visit(object? thing)
    {
        if (thing is null)
        {
            Add(0);
            return;
        }

        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, thing, out var isKnown);
        if (isKnown)
        {
            Add(number);
            return;
        }

        number = _numbers.Count;
        Add(-number);
        var type = thing.GetType();
        if (!_walks.TryGetValue(type, out var walk))
        {
            lock (Gate)
            {
                if (!Walks.TryGetValue(type, out walk))
                {
                    Walks.Add(type, walk = NewWalk(type));
                }
            }

            _walks.Add(type, walk);
        }

        walk(this, thing);
    }

    private static Action<Fingerprint, object> NewWalk(Type type)
    {
        if (Fixed.Contains(type))
        {
            return static (_, _) => { };
        }

        if (type == typeof(string))
        {
            return static (print, text) => print.AddText((string)text);
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return static (print, action) => print.Visit(((Delegate)action).Target);
        }

        if (type == typeof(Errand))
        {
            return static (print, task) => { print.Add(((Errand)task).Number); print.Visit(((Errand)task).Record); };
        }

        if (type == typeof(AssignedRun))
        {
            return static (print, run) => print.AddRun(((TaskRecord)((AssignedRun)run).Task.Record!, ((AssignedRun)run).Run), ((AssignedRun)run).Attempt, ((AssignedRun)run).Input);
        }

        if (type == typeof(Failure))
        {
            return static (print, failure) => Walk<TaskId>.Of(print, ((Failure)failure).TaskId, (int)((Failure)failure).Kind, ((Failure)failure).Attempt);
        }

        if (type.IsSubclassOf(typeof(TaskType)))
        {
            return static (print, known) => { print.Add(((TaskType)known).Index); print.Add(((TaskType)known).Estimate?.Ticks ?? -1); };
        }

        if (type == typeof(PriorityQueue<TaskRecord, (long DueAt, long Order)>))
        {
            return static (print, queue) => WalkDue((PriorityQueue<TaskRecord, (long DueAt, long Order)>)queue, print);
        }

        if (type == typeof(Stack<WorkerRecord>))
        {
            // One that is lost is passed over, and who starts in its place has a record of its own.
            return static (print, idle) => WalkOrdered(((Stack<WorkerRecord>)idle).Where(static worker => worker.IsKnown), print);
        }

        var items = CollectionOf(type);
        var print = Expression.Parameter(typeof(Fingerprint));
        var thing = Expression.Parameter(typeof(object));
        var typed = Expression.Variable(type);
        List<Expression> body = [Expression.Assign(typed, Expression.Convert(thing, type))];
        body.AddRange(items is not null ? [Expression.Call(items, typed, print)] : FieldsOf(type, typed, print));
        return Expression.Lambda<Action<Fingerprint, object>>(Expression.Block([typed], body), print, thing).Compile();
    }

    private static MethodInfo? CollectionOf(Type type)
    {
        var name = type.IsSZArray ? nameof(WalkArray)
            : type.IsArray ? nameof(WalkGrid)
            : !type.IsGenericType ? null
            : type.GetGenericTypeDefinition() is var open && open == typeof(List<>) ? nameof(WalkList)
            : open == typeof(Queue<>) || open == typeof(Stack<>) ? nameof(WalkOrdered)
            : open == typeof(HashSet<>) ? nameof(WalkSet)
            : open == typeof(Dictionary<,>) ? nameof(WalkMap)
            : open == typeof(SortedList<,>) ? nameof(WalkSorted)
            : null;
        var arguments = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        return name is null ? null : typeof(Fingerprint).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(arguments);
    }

    /// <param name="type">Whose fields.</param>
    /// <param name="thing">Where they are.</param>
    /// <param name="print">Who walks.</param>
    /// <param name="owner">The record that they stand aside for; null where they are its own.</param>
    private static IEnumerable<Expression> FieldsOf(Type type, Expression thing, ParameterExpression print, Expression? owner = null)
    {
        for (var declaring = type; declaring is not null && declaring != typeof(object) && declaring != typeof(ValueType); declaring = declaring.BaseType)
        {
            foreach (var field in declaring.GetFields(Own))
            {
                if (Fixed.Contains(field.FieldType))
                {
                    continue;
                }

                var aside = field.FieldType == Links && typeof(TaskRecord).IsAssignableFrom(type) ? TaskLinks : field.FieldType;
                Expression walk = aside == Links || aside == TaskLinks || aside == RareFacts
                    ? Expression.IfThen(
                        Expression.ReferenceNotEqual(Expression.Field(thing, field), Expression.Constant(null)),
                        Expression.Block(FieldsOf(aside, Expression.Convert(Expression.Field(thing, field), aside), print, owner ?? thing)))
                    : Expression.Call(
                        typeof(Walk<>).MakeGenericType(field.FieldType).GetMethod(nameof(Walk<>.Of), [typeof(Fingerprint), field.FieldType])!, print, Expression.Field(thing, field));
                var name = NameOf(field);
                yield return Meaningless.TryGetValue((declaring, name), out var isMeaningless)
                    ? Expression.IfThen(Expression.Not(Expression.Invoke(Expression.Constant(isMeaningless), print, Expression.Convert(owner ?? thing, typeof(object)))), walk)
                    : walk;
            }
        }
    }

    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    private static void WalkArray<T>(T[] items, Fingerprint print)
    {
        print.Add(items.Length);
        for (var index = 0; index < items.Length; index++)
        {
            if (items[index] is { } item)
            {
                print.Add(index);
                Walk<T>.Of(print, item);
            }
        }
    }

    private static void WalkGrid<T>(T[,] items, Fingerprint print)
    {
        foreach (var item in items)
        {
            Walk<T>.Of(print, item);
        }
    }

    private static void WalkList<T>(List<T> items, Fingerprint print)
    {
        print.Add(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            Walk<T>.Of(print, items[index]);
        }
    }

    private static void WalkOrdered<T>(IEnumerable<T> items, Fingerprint print)
    {
        foreach (var item in items)
        {
            Walk<T>.Of(print, item);
        }

        print.Add(-1);
    }

    /// <summary>Who is due, in the order in which they are taken. What was cancelled or is due at another time is passed over, and stays so for ever.</summary>
    private static void WalkDue(PriorityQueue<TaskRecord, (long DueAt, long Order)> queue, Fingerprint print)
    {
        if (queue.Count > 0)
        {
            foreach (var (task, priority) in queue.UnorderedItems.OrderBy(static item => item.Priority))
            {
                if (task.State == TaskState.Scheduled && task.DueAtTicks == priority.DueAt)
                {
                    print.Visit(task);
                }
            }
        }

        print.Add(-1);
    }

    /// <summary>Nothing depends on the order in a set or a map: of the ledger none is enumerated but for early children, the book looks for all or any.</summary>
    private static void WalkSet<T>(HashSet<T> items, Fingerprint print)
    {
        var sorted = items.Count == 0 ? [] : items.ToArray();
        Array.Sort(sorted, Order<T>.Default);
        WalkArray(sorted, print);
    }

    private static void WalkMap<TKey, T>(Dictionary<TKey, T> items, Fingerprint print)
        where TKey : notnull
    {
        print.Add(items.Count);
        if (items.Count > 1)
        {
            var keys = new TKey[items.Count];
            items.Keys.CopyTo(keys, 0);
            Array.Sort(keys, Order<TKey>.Default);
            foreach (var key in keys)
            {
                Walk<TKey>.Of(print, key);
                Walk<T>.Of(print, items[key]);
            }

            return;
        }

        foreach (var (key, item) in items)
        {
            Walk<TKey>.Of(print, key);
            Walk<T>.Of(print, item);
        }
    }

    private static void WalkSorted<TKey, T>(SortedList<TKey, T> items, Fingerprint print)
        where TKey : notnull
    {
        print.Add(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            Walk<TKey>.Of(print, items.GetKeyAtIndex(index));
            Walk<T>.Of(print, items.GetValueAtIndex(index));
        }
    }

    /// <summary>By what is the same in every order of events.</summary>
    private static class Order<T>
    {
        private static readonly Comparison<T> By = typeof(T) == typeof(Errand) ? static (one, other) => ((Errand)(object)one!).Number - ((Errand)(object)other!).Number
            : typeof(T) == typeof(Entry) ? static (one, other) => ((Entry)(object)one!).Task.Number - ((Entry)(object)other!).Task.Number
            : typeof(T).IsAssignableTo(typeof(IComparable<T>)) ? Comparer<T>.Default.Compare
            : static (_, _) => 0;

        public static readonly IComparer<T> Default = Comparer<T>.Create(By);
    }

    private static class Walk<T>
    {
        private static readonly Action<Fingerprint, T> Any = New();

        public static void Of(Fingerprint print, T value) => Any(print, value);

        public static void Of(Fingerprint print, T value, int first, int second)
        {
            Any(print, value);
            print.Add(first);
            print.Add(second);
        }

        private static Action<Fingerprint, T> New()
        {
            if (!typeof(T).IsValueType)
            {
                return static (print, thing) => print.Visit(thing);
            }

            if (typeof(T) == typeof(AssignedTask))
            {
                return static (print, run) => print.AddRun((Unsafe.As<T, AssignedTask>(ref run).Task, Unsafe.As<T, AssignedTask>(ref run).Run), Unsafe.As<T, AssignedTask>(ref run).Attempt, null);
            }

            var print = Expression.Parameter(typeof(Fingerprint));
            var value = Expression.Parameter(typeof(T));
            Expression body;
            if (typeof(T) == typeof(long))
            {
                return static (print, ticks) => print.AddTime(Unsafe.As<T, long>(ref ticks));
            }

            if (typeof(T) == typeof(DateTimeOffset))
            {
                return static (print, time) => print.AddTime(Unsafe.As<T, DateTimeOffset>(ref time).UtcTicks);
            }

            if (typeof(T) == typeof(bool))
            {
                body = Expression.Call(print, nameof(Add), null, Expression.Condition(value, Expression.Constant(1L), Expression.Constant(2L)));
            }
            else if (typeof(T).IsPrimitive || typeof(T).IsEnum)
            {
                body = Expression.Call(print, nameof(Add), null, Expression.Convert(value, typeof(long)));
            }
            else
            {
                var fields = FieldsOf(typeof(T), value, print).ToArray();
                body = fields.Length == 0 ? Expression.Empty() : Expression.Block(fields);
            }

            return Expression.Lambda<Action<Fingerprint, T>>(body, print, value).Compile();
        }
    }
}
