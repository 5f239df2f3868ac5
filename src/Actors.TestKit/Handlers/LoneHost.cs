using Actors.Ledger;
using Actors.Workers;
using Akka.Actor;

namespace Actors.TestKit;

/// <summary>Hosts an attempt where there is no engine: every type of task is known, and what is spawned is only kept.</summary>
internal sealed class LoneHost : IAttemptHost
{
    private readonly Dictionary<Type, TaskType> _types = [];
    private readonly List<TaskRecord> _atOnce = [];
    private readonly List<TaskProtocol.Spawn> _told = [];

    public LoneHost() => Coordinator = new ListeningRef(message => _told.Add((TaskProtocol.Spawn)message));

    public IActorRef Coordinator { get; }

    public TaskType TypeOf(ITaskMessage message)
    {
        if (!_types.TryGetValue(message.GetType(), out var type))
        {
            _types.Add(message.GetType(), type = new TaskType<Unit>(_types.Count, message.GetType().Name, 0));
        }

        return type;
    }

    public void MakeKnown(TaskRecord task)
    {
        // there is nobody to know of it
    }

    public void SpawnNow(TaskRecord parent, int run, TaskRecord child) => _atOnce.Add(child);

    public IEnumerable<SpawnedTask> Spawned(TaskContext context) =>
    [
        .. _atOnce.Select(static task => new SpawnedTask(task.Message, task.Options, task.Id, IsAtOnce: true)),
        .. (context.Spawned ?? []).Select(static task => new SpawnedTask(task.Message, task.Options, task.Id, IsAtOnce: false)),
        .. _told.Select((told, ordinal) => new SpawnedTask(told.Task, told.Options, told.Parent.Told(ordinal), IsAtOnce: false)),
    ];
}

/// <summary>A reference to nobody: hands what it is told to a test.</summary>
internal sealed class ListeningRef(Action<object> heard) : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "test")) / "tasks";

    public override IActorRefProvider Provider => throw new NotSupportedException("There is no actor system here.");

    protected override void TellInternal(object message, IActorRef sender) => heard(message);
}
