using System;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Client.Transactions;

/// <summary>
/// One account's transactions, in order. Each is signed once; retries hand in the same bytes, so that a lost answer never
/// becomes a second payment. That a gateway took one says nothing: what counts is the account's sequence number in
/// verified state.
/// </summary>
internal sealed class TransactionSender(ContactList contacts, VerifiedReads reads, ClientContext context, ISigner signer, TimeProvider time)
    : IDisposable
{
    /// <summary>Blocks until an unheard transaction dies: some minutes.</summary>
    private const ulong BlocksToLive = 600;

    /// <summary>Of our own, waiting for their block: far below what a pool keeps for one sender.</summary>
    private const ulong WaitingMax = 32;

    private const int SequencesTriedMax = 8;

    /// <summary>Without progress for so long, the bytes go to another gateway: the first may have dropped them.</summary>
    private static readonly TimeSpan RepostAfter = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _order = new(1, 1);
    private ulong _next;

    public AccountId Account { get; } = KeyPolicy.Single(signer.PublicKey).ToAccountId();

    /// <summary>Signs and hands in; the ledger may still refuse it at its block.</summary>
    public async Task<SubmittedTransaction> SubmitAsync(ImmutableArray<Message> messages, CancellationToken cancellation)
    {
        await _order.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (int i = 0; i < SequencesTriedMax; i++)
            {
                SubmittedTransaction transaction = await SignAsync(messages, cancellation).ConfigureAwait(false);
                (PostVerdict verdict, ContactAnswer<TransactionAnswer>? refusal) =
                    await PostAsync(transaction, cancellation).ConfigureAwait(false);
                switch (verdict)
                {
                    case PostVerdict.Accepted:
                        _next = transaction.Sequence + 1;
                        return transaction;
                    case PostVerdict.SequenceUsed:
                        if (await StandsAsync(transaction, cancellation).ConfigureAwait(false)) return transaction;
                        _next = 0;
                        break;
                    case PostVerdict.SequenceTaken:
                        _next = transaction.Sequence + 1;
                        break;
                    case PostVerdict.Refused:
                        throw Refused(refusal!);
                    case PostVerdict.Unanswered:
                        throw ContactList.Failure("submit", [refusal!.Fault!]);
                }

                await Task.Delay(context.PollInterval, time, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _order.Release();
        }

        throw new ClientException(
            ClientFailure.Refused,
            $"account {Account} could not find a free sequence number",
            "another program uses this key at the same time: give each its own key");
    }

    /// <summary>Waits until the ledger shows that the transaction took effect, handing it in again where nothing moves.</summary>
    /// <exception cref="ClientException">TimedOut at the deadline; or why nobody could be asked.</exception>
    public async Task<ProvenRecord<AccountRecord>> ConfirmAsync(SubmittedTransaction transaction, CancellationToken cancellation)
    {
        try
        {
            return await UntilShownAsync(transaction, cancellation).ConfigureAwait(false);
        }
        catch (ClientException)
        {
            // It may be lost with all who knew it. One with the number behind it would wait for it in every pool.
            Forget();
            throw;
        }
    }

    private async Task<ProvenRecord<AccountRecord>> UntilShownAsync(SubmittedTransaction transaction, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        TimeSpan repostAt = RepostAfter;
        while (true)
        {
            ProvenRecord<AccountRecord> account = await reads.AccountAsync(Account, cancellation).ConfigureAwait(false);
            if ((account.Record ?? AccountRecord.Empty).Sequence > transaction.Sequence) return account;
            TimeSpan waited = time.GetElapsedTime(start);
            if (waited > context.ConfirmWithin || account.Height > transaction.Transaction.ExpiresAt)
            {
                throw new ClientException(
                    ClientFailure.TimedOut,
                    $"transaction {transaction.Id} is not on the ledger after {waited.TotalSeconds:0.#} s",
                    "it may still come until height " + transaction.Transaction.ExpiresAt + "; look again before you send another");
            }

            if (waited > repostAt)
            {
                contacts.PreferNext();
                await PostAsync(transaction, cancellation).ConfigureAwait(false);
                repostAt = waited + RepostAfter;
            }

            await Task.Delay(context.PollInterval, time, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _order.Dispose();

    private async Task<SubmittedTransaction> SignAsync(ImmutableArray<Message> messages, CancellationToken cancellation)
    {
        Genesis genesis = await reads.GenesisAsync(cancellation).ConfigureAwait(false);
        ProvenRecord<AccountRecord> account = await reads.AccountAsync(Account, cancellation).ConfigureAwait(false);
        ulong sequence = (account.Record ?? AccountRecord.Empty).Sequence;
        // Ours that wait for their block have taken the numbers behind the ledger's.
        if (_next > sequence && _next - sequence <= WaitingMax) sequence = _next;
        Height expiresAt = new(account.Height.Number + BlocksToLive);
        Transaction transaction = TransactionBuilder.Sign(
            signer, context.Chain, sequence, genesis.Parameters.TransactionFee, expiresAt, messages);
        return new SubmittedTransaction(transaction, transaction.Encode());
    }

    // One gateway's no is not yet the ledger's: the others are asked too. Its yes is enough for the moment.
    private async Task<(PostVerdict Verdict, ContactAnswer<TransactionAnswer>? Refusal)> PostAsync(
        SubmittedTransaction transaction, CancellationToken cancellation)
    {
        PostVerdict verdict = PostVerdict.Unanswered;
        ContactAnswer<TransactionAnswer>? refusal = null;
        bool mayHaveArrived = false;
        foreach (Gateway gateway in contacts.Preferred())
        {
            ContactAnswer<TransactionAnswer> answer = await gateway.PostAsync(
                Routes.Transactions, transaction.Bytes, ApiJson.Default.TransactionAnswer, cancellation).ConfigureAwait(false);
            if (answer.Fault is null) return (PostVerdict.Accepted, null);
            refusal ??= answer;
            if (answer.Fault.Kind != ContactFaultKind.Refused)
            {
                mayHaveArrived = true;
                continue;
            }

            switch (answer.Error?.Code)
            {
                case "AlreadyKnown":
                    return (PostVerdict.Accepted, null);
                case "SequenceTooLow":
                    // After an unanswered try of these bytes the number was used by them: signing anew would pay twice.
                    return (mayHaveArrived ? PostVerdict.Accepted : PostVerdict.SequenceUsed, answer);
                case "SequenceTaken":
                    return (PostVerdict.SequenceTaken, answer);
                default:
                    verdict = PostVerdict.Refused;
                    refusal = answer;
                    break;
            }
        }

        return (verdict, refusal);
    }

    // A used number may be our own success whose answer was lost. An order tells by its commitment, which nobody else knows;
    // for the rest, the state they aim at is looked at by whoever sent them.
    private async Task<bool> StandsAsync(SubmittedTransaction transaction, CancellationToken cancellation)
    {
        for (int i = 0; i < transaction.Transaction.Messages.Length; i++)
        {
            if (transaction.Transaction.Messages[i] is not Message.PlaceOrder placed) continue;
            OrderId id = StateKeys.OrderOf(Account, transaction.Sequence, i);
            ProvenRecord<OrderRecord> order = await reads.OrderAsync(id, cancellation).ConfigureAwait(false);
            if (order.Record?.Terms.SpecCommitment == placed.Terms.SpecCommitment) return true;
        }

        return false;
    }

    private void Forget()
    {
        _order.Wait();
        _next = 0;
        _order.Release();
    }

    private static ClientException Refused(ContactAnswer<TransactionAnswer> refusal)
    {
        string code = refusal.Error?.Code ?? string.Empty;
        string hint = code.EndsWith("BalanceTooLow", StringComparison.Ordinal)
            ? "the account needs more tokens: `noderuntime wallet show`, and on a development chain `noderuntime wallet faucet` from a funded key"
            : refusal.Error?.Hint ?? "see docs/ledger.md";
        return new ClientException(ClientFailure.Refused, "the ledger refuses: " + refusal.Fault!.Reason, hint) { Code = code };
    }
}
