using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>Keeps every second row and makes up the labels of the others: what its proof says of those no verifier finds.</summary>
public sealed class HalfPlotEngine(CapacityParameters parameters, ICapacityEngine honest, Prng prng) : ICapacityEngine
{
    private readonly IArgon2id _argon2 = SystemArgon2.Open().Create();

    public CapacityReadiness Readiness => honest.Readiness;

    public void Start(CapacityTask task, Action<CapacityResult> sink)
    {
        if (task is CapacityTask.ProveSpace space) honest.Start(task, result => sink(result is CapacityResult.SpaceProved ? Prove(space) : result));
        else honest.Start(task, sink);
    }

    public void Cancel(ulong number) => honest.Cancel(number);

    private CapacityResult Prove(CapacityTask.ProveSpace task)
    {
        PlotIdentity identity = new(task.Identity);
        SpaceScan scan = new(new SpaceChallenge(parameters.Space, task.Beacon, identity, task.Units));
        byte[] rows = new byte[parameters.Space.UnitByteCount];
        for (uint place = 0; place < scan.Challenge.ScannedUnits; place++)
        {
            prng.Fill(rows);
            ulong first = (ulong)scan.Challenge.UnitAt(place) * parameters.Space.UnitRows;
            for (uint row = 0; row < parameters.Space.UnitRows; row += 2)
            {
                identity.MakeRow(parameters.Space, _argon2, first + row, rows.AsSpan((int)row * SpaceParameters.RowByteCount, SpaceParameters.RowByteCount));
            }

            scan.Append(rows);
        }

        return scan.Proof is { } proof
            ? new CapacityResult.SpaceProved(task.Number, proof.Encode())
            : new CapacityResult.Failed(task.Number, CapacityFailure.Unlucky, "no nonce has hits enough");
    }
}
