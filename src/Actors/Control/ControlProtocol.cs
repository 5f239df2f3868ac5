using Actors.Client;
using Actors.Coordination;

namespace Actors.Control;

/// <summary>From somebody at the controls to the coordinator.</summary>
internal abstract record ControlMessage : IInternalMessage;

/// <summary>What a pause holds for.</summary>
internal enum PauseScope
{
    Pool,
    Type,
    Tree,
}

/// <summary>Pauses or resumes.</summary>
internal sealed record ChangePause(PauseScope Scope, string Name, TaskId Tree, bool IsPause, string By, Reply<bool> Changed) : ControlMessage;

/// <summary>What has been done by hand, newest first.</summary>
internal sealed record ReadAudit(long Before, int CountMax, Reply<IReadOnlyList<AuditEntry>> Entries) : ControlMessage;

/// <summary>Cancels what is chosen.</summary>
internal sealed record CancelChosen(TaskFilter Filter, string By, Reply<long> Done) : ControlMessage;

/// <summary>Lists what is chosen.</summary>
internal sealed record ListTasks(TaskFilter Filter, int CountMax, ulong From, Reply<TaskPage> Done) : ControlMessage;

/// <summary>Shows a task.</summary>
internal sealed record ShowTask(TaskId Id, Reply<TaskDetails?> Found) : ControlMessage;

/// <summary>Tells why a task is not running.</summary>
internal sealed record ExplainTask(TaskId Id, Reply<WhyNot?> Told) : ControlMessage;

/// <summary>The coordinator's own: the last step has left something, so that it was short.</summary>
internal sealed class GoOn : IInternalMessage
{
    public static readonly GoOn Instance = new();

    private GoOn()
    {
    }
}
