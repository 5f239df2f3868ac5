namespace Actors.Console.FollowUps;

/// <summary>How a running task reaches the engine.</summary>
internal enum Access
{
    /// <summary>Through the context that it is handed.</summary>
    Context,

    /// <summary>Through the actor system, as code does that has nothing else in hand.</summary>
    Global,

    /// <summary>By telling the coordinator, who spawns on the task's behalf.</summary>
    Coordinator,
}

// Task 1 gives rise to task 2, and the lines are to come in this order, on one worker as on a hundred:
//
//   >Task 1 is running
//   >>Task 2 is running
//   >Task 1 is done.
//   >>Task 2 is done.
//
// So task 1 is not done before task 2 has started, and task 2 not before task 1 is done. With one worker, a task 1 that waited for task 2
// to start would wait for ever: nobody is left to start it. Here each task is cut where it would have had to wait. What comes after the
// cut is a follow-up of whatever it would have waited for, and as a follow-up becomes real only with the success of the task that spawned
// it, the order holds without anybody waiting:
//
//   StartTask1 --> StartTask2 --> FinishTask1 --> FinishTask2

/// <summary>Task 1 begins, and gives rise to task 2.</summary>
/// <param name="Access">How to reach the engine.</param>
/// <param name="Failures">How many attempts fail, after they have spawned task 2.</param>
internal sealed record StartTask1(Access Access, int Failures) : ITask;

/// <summary>Task 2 begins; now task 1 can end.</summary>
/// <param name="Access">How to reach the engine.</param>
internal sealed record StartTask2(Access Access) : ITask;

/// <summary>Task 1 ends; now task 2 can.</summary>
/// <param name="Access">How to reach the engine.</param>
internal sealed record FinishTask1(Access Access) : ITask;

/// <summary>Task 2 ends.</summary>
internal sealed record FinishTask2 : ITask;
