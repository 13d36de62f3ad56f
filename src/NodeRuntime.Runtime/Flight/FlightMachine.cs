using System;
using System.Collections.Immutable;
using System.Reflection;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Membership;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// The kinds of machines that can be recorded: those whose whole state is their own. Mempool and workload read the ledger's state,
/// which would stand in every checkpoint.
/// </summary>
public sealed class FlightMachine
{
    private FlightMachine(
        string name, Type machine, Type input, Type effect, Func<object, Instant, object, ImmutableArray<object>> step, Func<object, string> describe)
    {
        Name = name;
        Machine = machine;
        Input = input;
        Effect = effect;
        Step = step;
        Describe = describe;
    }

    public static FlightMachine Consensus { get; } = new(
        "consensus", typeof(ConsensusMachine), typeof(ConsensusInput), typeof(ConsensusEffect),
        static (machine, now, input) => [.. ((ConsensusMachine)machine).Step(now, (ConsensusInput)input)],
        static machine => ((ConsensusMachine)machine).Describe());

    public static FlightMachine Membership { get; } = new(
        "membership", typeof(MembershipMachine), typeof(MembershipInput), typeof(MembershipEffect),
        static (machine, now, input) => [.. ((MembershipMachine)machine).Step(now, (MembershipInput)input)],
        static machine => $"connected with {((MembershipMachine)machine).ConnectedCount}, knows {((MembershipMachine)machine).Members.Length}");

    public static ImmutableArray<FlightMachine> All { get; } = [Consensus, Membership];

    public string Name { get; }

    internal Type Machine { get; }

    internal Type Input { get; }

    internal Type Effect { get; }

    internal Func<object, Instant, object, ImmutableArray<object>> Step { get; }

    internal Func<object, string> Describe { get; }

    /// <summary>Of the machine's code: another build may decide otherwise.</summary>
    internal Hash256 Build
    {
        get
        {
            Module module = Machine.Module;
            return Hasher.Sha256(module.ModuleVersionId.ToByteArray());
        }
    }

    /// <summary>Of state and inputs: what a checkpoint and a step hold.</summary>
    /// <param name="signerOf">Makes what stands for a signer when bytes are read.</param>
    internal Shapes StateShapes(Func<PublicKey, ISigner>? signerOf, ISignatureVerifier? signatures)
    {
        Shapes shapes = new([(typeof(ISigner), new SignerShape(signerOf)), (typeof(ISignatureVerifier), new GivenShape(signatures))]);
        shapes.Of(Machine);
        shapes.Of(Input);
        return shapes;
    }

    /// <summary>Of effects, in which a block stands without its body: the header names the body's root.</summary>
    internal Shapes EffectShapes()
    {
        Shapes shapes = new([], typeof(Block), nameof(Block.Transactions));
        shapes.Of(Effect);
        return shapes;
    }

    internal Hash256 Schema() => Hasher.Sha256(StateShapes(null, null).Schema.AsSpan(), EffectShapes().Schema.AsSpan());
}
