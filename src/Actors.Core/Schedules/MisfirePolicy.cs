namespace Actors;

/// <summary>What becomes of firings whose time passed while no engine was there to fire them.</summary>
public enum MisfirePolicy
{
    /// <summary>One firing makes up for all that were missed: the latest of them, unless one that is on time comes with it.</summary>
    Once,

    /// <summary>They are left out; the schedule goes on with the next.</summary>
    Skip,

    /// <summary>Each is made up for, oldest first, up to <see cref="ScheduleOptions.MisfiresMax"/> of the latest.</summary>
    All,
}
