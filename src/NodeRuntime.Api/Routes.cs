namespace NodeRuntime.Api;

/// <summary>Where the HTTP API answers. Version 1 of a route keeps its meaning for ever.</summary>
public static class Routes
{
    public const string Health = "/healthz";
    public const string Metrics = "/metrics";
    public const string OpenApi = "/openapi.json";

    public const string Status = "/v1/status";
    public const string Genesis = "/v1/genesis";

    /// <summary>Seals from the epoch in `?from=` on, a bounded number.</summary>
    public const string Seals = "/v1/seals";

    /// <summary>Who votes now and who is due, without proof: for people.</summary>
    public const string Validators = "/v1/validators";

    /// <summary>The chain's randomness after the newest finalized block, without proof.</summary>
    public const string Beacon = "/v1/beacon";

    /// <summary>What providers have proven, without proof: a bounded number from the account in `?from=` on.</summary>
    public const string Capacity = "/v1/capacity";

    /// <summary>Of one peer, and what it owes.</summary>
    public const string CapacityOf = "/v1/capacity/{peer}";
    public const string Peers = "/v1/peers";
    public const string Transactions = "/v1/transactions";

    /// <summary>Finalized blocks without their bodies, from a height on.</summary>
    public const string Chain = "/v1/chain/{from}";

    /// <summary>Two contradicting votes of a validator.</summary>
    public const string Evidence = "/v1/evidence";

    /// <summary>Any record of the state with its proof: family by name, id in hexadecimal.</summary>
    public const string State = "/v1/state/{family}/{id}";

    /// <summary>Events to enter, one or a batch; answered when they are durable, with a promise for each.</summary>
    public const string Events = "/v1/events";

    /// <summary>The account's events as they go their way, from the number in `?from=` on: server-sent events.</summary>
    public const string EventStream = "/v1/events/stream";

    /// <summary>An event of this peer by its number or its leaf hash: record, receipt, and what came after it.</summary>
    public const string Event = "/v1/events/{id}";

    /// <summary>The receipt of this peer's event of a number, made when it is asked for.</summary>
    public const string EventReceipt = "/v1/events/{id}/receipt";

    /// <summary>What outside witnesses said of the calendar's checkpoint of a size.</summary>
    public const string Cosignatures = "/v1/calendar/{size}/cosignatures";

    /// <summary>The way of the second with an index into the calendar of a size, and that this begins with the one of the size in `?from=`.</summary>
    public const string CalendarWay = "/v1/calendar/{size}/way/{index}";

    /// <summary>Roots of the calendar on the ledger, from the day in `?from=` on, a bounded number; each is proven by <see cref="State"/>.</summary>
    public const string Publications = "/v1/publications";

    /// <summary>How the peer's machine stands under its controls; for the peer's own account.</summary>
    public const string Posture = "/v1/posture";

    /// <summary>Edges that are kept, from the number in `?from=` on, a bounded number.</summary>
    public const string PostureAlerts = "/v1/posture/alerts";

    /// <summary>The same as they happen: server-sent events.</summary>
    public const string PostureStream = "/v1/posture/alerts/stream";

    /// <summary>One thing, `?of=file&amp;name=/etc/passwd`, with its proof under the state root.</summary>
    public const string PostureProof = "/v1/posture/proof";

    public const string Jobs = "/v1/jobs";
    public const string Job = "/v1/jobs/{id}";
    public const string JobEvents = "/v1/jobs/{id}/events";

    /// <summary>The events of a job at the peer that ran it.</summary>
    public const string JobCustody = "/v1/jobs/{id}/custody";
    public const string JobWhy = "/v1/jobs/{id}/why";
}
