namespace NodeRuntime.Ledger.Seconds;

/// <summary>What the ledger says of seconds that a block enters into the calendar of events.</summary>
public enum EventCalendarVerdict
{
    Accepted,

    /// <summary>There already, or entered by the ledger itself as too old.</summary>
    SecondPast,

    /// <summary>It is not over by the block's time.</summary>
    SecondNotOver,

    /// <summary>More seconds than one block enters.</summary>
    TooMany,

    /// <summary>A second before one of them is missing, and young enough for another block to enter it.</summary>
    SecondSkipped,
}
