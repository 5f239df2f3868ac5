namespace Actors;

/// <summary>What a schedule does when its time has come and the tree of an earlier firing is still live.</summary>
public enum OverlapPolicy
{
    /// <summary>It fires all the same.</summary>
    Allow,

    /// <summary>It leaves that firing out.</summary>
    Skip,
}
