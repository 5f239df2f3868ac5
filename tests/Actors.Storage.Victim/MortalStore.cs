namespace Actors.Storage.Victim;

/// <summary>Stores at <c>mortal:LOCATION</c>: those of the location, in a process that dies where <see cref="Death"/> says.</summary>
internal sealed class MortalStoreProvider : IStoreProvider
{
    /// <summary>What makes the engine know of it.</summary>
    public const string Hocon = "actors.store.providers.mortal = \"Actors.Storage.Victim.MortalStoreProvider, Actors.Storage.Victim\"";

    public ITaskStore Create(string place)
    {
        var colon = place.IndexOf(':', StringComparison.Ordinal);
        IStoreProvider provider = place[..colon] == "sqlite" ? new Sqlite.SqliteStoreProvider() : new PostgreSql.PostgreSqlStoreProvider();
        return new MortalStore(provider.Create(place[(colon + 1)..]));
    }
}

/// <summary>Dies before or after what is written, by what is in it.</summary>
internal sealed class MortalStore(ITaskStore store) : ITaskStore
{
    /// <summary>The points that every run of the victim reaches, with those of <see cref="CrashPoint"/>.</summary>
    public static IReadOnlyList<string> Points { get; } =
    [
        CrashPoint.Written, "submit before", "submit after", "dispatch after", "early after", "outcome before", "outcome after", "join before", "join after",
        "tree before", "tree after", "cancel before", "cancel after", "attempt begun", "attempt ended",
    ];

    /// <summary>The points that a run reaches which finds something left over.</summary>
    public static IReadOnlyList<string> PointsOfRecovery { get; } = [CrashPoint.Opening, "recovery begun", "recovery window", "recovery over"];

    public string Name => store.Name;

    public StoreOpening Open(string owner, bool takeOver)
    {
        CrashPoint.Listener = Death.At;
        return store.Open(owner, takeOver);
    }

    public void Commit(StoreBatch batch)
    {
        var kinds = KindsOf(batch);
        Reach(kinds, "before");
        store.Commit(batch);
        Reach(kinds, "after");
    }

    public long Reconnect() => store.Reconnect();

    public ITaskReader ReadLiveTrees(long before)
    {
        Death.At("recovery begun");
        return new MortalReader(store.ReadLiveTrees(before));
    }

    public ITaskReader ReadAll() => store.ReadAll();

    public IReadOnlyList<TaskRow> FindRoots(IReadOnlyList<TaskId> ids) => store.FindRoots(ids);

    public IReadOnlyList<TaskRow> ReadRoots(RootWindow window) => store.ReadRoots(window);

    public TaskRow? Find(TaskId root, TaskId id) => store.Find(root, id);

    public IReadOnlyList<InboxRow> ReadInbox(int countMax) => store.ReadInbox(countMax);

    public IReadOnlyList<FactRow> ReadFacts(string prefix) => store.ReadFacts(prefix);

    public IReadOnlyList<AuditRow> ReadAudit(long before, int countMax) => store.ReadAudit(before, countMax);

    public IReadOnlyList<TaskRow> ReadQuarantined(TaskNumber after, int countMax) => store.ReadQuarantined(after, countMax);

    public IReadOnlyList<TaskRow> ReadTree(TaskId root) => store.ReadTree(root);

    public PruneStep Prune(PruneRule rule, int rowsMax) => store.Prune(rule, rowsMax);

    public StoreInfo Info() => store.Info();

    public void Dispose() => store.Dispose();

    private static void Reach(List<string> kinds, string when) => kinds.ForEach(kind => Death.At($"{kind} {when}"));

    private static List<string> KindsOf(StoreBatch batch)
    {
        var rows = batch.Added.Concat(batch.Changed).ToList();
        List<string> kinds = [];
        Add("submit", batch.Added.Exists(static row => row.Number == 0));
        Add("dispatch", batch.Running.Exists(static running => running.Tasks is not null));
        Add("early", batch.Added.Exists(static row => row.Flags.HasFlag(TaskFlags.Early)));
        Add("outcome", rows.Exists(static row => row.State == TaskState.Succeeded));
        Add("join", rows.Exists(static row => row.Flags.HasFlag(TaskFlags.Join) && row.State == TaskState.Succeeded));
        Add("tree", batch.Closed.Count > 0);
        Add("cancel", rows.Exists(static row => row.State == TaskState.Cancelled));
        return kinds;

        void Add(string kind, bool isThere)
        {
            if (isThere)
            {
                kinds.Add(kind);
            }
        }
    }

    private sealed class MortalReader(ITaskReader reader) : ITaskReader
    {
        public int Read(Span<TaskRow> window)
        {
            var count = reader.Read(window);
            Death.At(count > 0 ? "recovery window" : "recovery over");
            return count;
        }

        public void Dispose() => reader.Dispose();
    }
}
