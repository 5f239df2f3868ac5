using Akka.Actor;

namespace Actors.Console.FollowUps;

/// <summary>Prints the lines.</summary>
internal sealed class StepsHandler(ActorSystem system, TextWriter output)
    : ITaskHandler<StartTask1>, ITaskHandler<StartTask2>, ITaskHandler<FinishTask1>, ITaskHandler<FinishTask2>
{
    public Ending<Unit> Handle(StartTask1 task, TaskContext context)
    {
        output.WriteLine(">Task 1 is running");
        Spawn(new StartTask2(task.Access), task.Access, context);
        if (context.Attempt <= task.Failures)
        {
            // Task 2 has been spawned already, and does not become real: an attempt that fails has spawned nothing.
            output.WriteLine($">Task 1 failed (attempt {context.Attempt}), it will be retried");
            return context.Retry($"attempt {context.Attempt} of task 1 fails, as --retry asks", TimeSpan.Zero);
        }

        return context.Done();
    }

    public Ending<Unit> Handle(StartTask2 task, TaskContext context)
    {
        output.WriteLine(">>Task 2 is running");
        Spawn(new FinishTask1(task.Access), task.Access, context);
        return context.Done();
    }

    public Ending<Unit> Handle(FinishTask1 task, TaskContext context)
    {
        output.WriteLine(">Task 1 is done.");
        Spawn(new FinishTask2(), task.Access, context);
        return context.Done();
    }

    public Ending<Unit> Handle(FinishTask2 task, TaskContext context)
    {
        output.WriteLine(">>Task 2 is done.");
        return context.Done();
    }

    private void Spawn(ITask followUp, Access access, TaskContext context)
    {
        switch (access)
        {
            case Access.Context:
                context.Spawn(followUp);
                break;
            case Access.Global:
                TaskEngine.Get(system).Spawn(followUp);
                break;
            case Access.Coordinator:
                context.Coordinator.Tell(new TaskProtocol.Spawn(context, followUp));
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{access}");
        }
    }
}
