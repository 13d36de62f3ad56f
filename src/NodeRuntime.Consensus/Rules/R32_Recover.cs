using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

// Line 32, after a crash: what the log gave back. Certificates and votes of ours were verified before they were written,
// and are again: a disk is not believed either. Bodies wait for the ledger's word as if they had just come.
public sealed partial class ConsensusMachine
{
    private void Recover(ImmutableArray<LogRecord> records)
    {
        foreach (LogRecord record in records)
        {
            if (record.At <= new EpochView(_set.Epoch, _floor.View)) continue;
            switch (record)
            {
                case LogRecord.OwnVote m:
                    RecoverVote(m.Vote);
                    break;
                case LogRecord.Held m:
                    CertificateRules.Check(m.Certificate, _config.Chain, _set, _config.Signatures, out Verified<Certificate>? held);
                    if (held is not null) Add(held, null);
                    break;
                case LogRecord.Body m:
                    Hash256 digest = m.Block.Header.Digest;
                    _blocks.TryAdd(digest, new Candidate(m.Block, digest));
                    _mayHoldUnchecked = true;
                    _proposals.TryAdd(m.Block.Header.View, digest);
                    break;
                case LogRecord.SaidReady m:
                    _saidReady = m.Set;
                    break;
                case LogRecord.Entered:
                    // The watermark says it too.
                    break;
                case LogRecord.Fence m:
                    _isFenced = _self is not null && m.VotesFrom is null;
                    if (m.VotesFrom is { } from) _votesFrom = from;
                    break;
                case LogRecord.Born m:
                    _bornAt = m.Time;
                    break;
                case LogRecord.Accused m:
                    RecoverEvidence(m.Evidence);
                    break;
                default:
                    Invariant.Break("a log record without a rule");
                    break;
            }
        }

        _effects.Clear();
        _fetchTimerRuns = false;
        _view = _watermark is { } mark && mark.Slot.Epoch == _set.Epoch && mark.Slot.View > _floor.View ? mark.Slot.View : _floor.View.Next;
    }

    private void RecoverVote(Vote vote)
    {
        CertificateRules.Check(vote, _digests, _set, _config.Signatures, out Verified<Vote>? own);
        if (own is null || vote.Voter != _self) return;
        // A vote beyond the watermark was never durable with it: somebody has put back an old watermark.
        if (_watermark is null || vote.Slot.CompareTo(_watermark.Slot) > 0) _isFenced = true;
        _ownVotes[vote.Slot] = own;
        if (_config.Mutant != RuleMutant.ForgetOwnVotes) Count(own);
    }

    // Our signature under a block of the ledger, in a slot beyond the watermark: the log is older than the ledger.
    private bool IsWatermarkOld(Certificate finalization)
    {
        if (_watermark is { } mark && mark.Slot.CompareTo(finalization.Slot) >= 0) return false;
        foreach (CertificateSigner signer in finalization.Signers)
        {
            if (signer.Index == _self) return true;
        }

        return false;
    }
}
