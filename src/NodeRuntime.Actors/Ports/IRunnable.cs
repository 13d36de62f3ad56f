namespace NodeRuntime.Actors.Ports;

/// <summary>An actor with something to do, as its dispatcher sees it.</summary>
public interface IRunnable
{
    void Run();
}
