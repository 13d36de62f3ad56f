using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>
/// Verifies signatures of transactions beside agreement: an actor for each processor, so that votes wait for none of it. A signature's worth
/// depends on nothing else; one sender's transactions go to one verifier, and come back in their order.
/// </summary>
internal sealed class Verifier(ISignatureVerifier signatures) : Actor<VerifierCommand>
{
    protected override void Receive(VerifierCommand message)
    {
        ImmutableArray<SignedTransaction>.Builder signed = ImmutableArray.CreateBuilder<SignedTransaction>(message.Bodies.Length);
        foreach (UnverifiedTransaction body in message.Bodies) signed.Add(body.Verify(signatures));
        message.Reply.Tell(new ConsensusCommand.Verified(message.From, signed.MoveToImmutable()));
    }
}
