using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>Who is under a checkpoint. Lines of keys that are not known are ignored; a line of a known key is right or the note is refused.</summary>
public static class CheckpointSignatures
{
    /// <summary>None where validators with a quorum of the plan's weight have signed.</summary>
    public static ReceiptCode CheckValidators(SignedNote note, EpochPlan plan, ISignatureVerifier signatures)
    {
        ulong weight = 0;
        SortedSet<PublicKey> signed = [];
        foreach (PlanValidator validator in plan.Validators)
        {
            string name = ValidatorNote.NameOf(validator.Key);
            uint keyId = ValidatorNote.KeyIdOf(validator.Key);
            foreach (NoteSignature line in note.Signatures)
            {
                if (line.KeyId != keyId || line.Name != name) continue;
                if (!signed.Add(validator.Key)) return ReceiptCode.SignatureTwice;
                if (!Signature.TryParse(line.Bytes.Span, out Signature signature)) return ReceiptCode.ValidatorSignatureWrong;
                SignatureVerdict verdict = signatures.Verify(validator.Key, ValidatorNote.SigningDigest(plan.Chain, note.Text), signature);
                if (verdict != SignatureVerdict.Accepted) return ReceiptCode.ValidatorSignatureWrong;
                weight += validator.Weight;
            }
        }

        return weight >= plan.Quorum ? ReceiptCode.None : ReceiptCode.BelowQuorum;
    }

    /// <param name="earliest">Seconds since 1970-01-01 UTC: a witness that says less has signed what was not there yet.</param>
    /// <param name="count">Witnesses whose cosignature is right.</param>
    /// <param name="isUnverifiable">There is a cosignature and nothing to verify it with.</param>
    public static ReceiptCode CheckWitnesses(
        SignedNote note, ImmutableArray<Witness> witnesses, ulong earliest, IEd25519Verifier? ed25519, out int count, out bool isUnverifiable)
    {
        count = 0;
        isUnverifiable = false;
        foreach (Witness witness in witnesses)
        {
            uint keyId = witness.KeyId;
            bool hasSigned = false;
            foreach (NoteSignature line in note.Signatures)
            {
                if (line.KeyId != keyId || line.Name != witness.Name) continue;
                if (hasSigned) return ReceiptCode.SignatureTwice;
                hasSigned = true;
                if (line.Bytes.Length != Witness.CosignatureByteCount) return ReceiptCode.WitnessSignatureWrong;
                if (ed25519 is null)
                {
                    isUnverifiable = true;
                    continue;
                }

                ulong time = BinaryPrimitives.ReadUInt64BigEndian(line.Bytes.Span);
                SignatureVerdict verdict = ed25519.Verify(witness.Key.Span, Witness.Message(time, note.Text), line.Bytes.Span[8..]);
                if (verdict != SignatureVerdict.Accepted) return ReceiptCode.WitnessSignatureWrong;
                if (time < earliest || time > Round.SecondMax) return ReceiptCode.WitnessTimeWrong;
                count++;
            }
        }

        return ReceiptCode.None;
    }
}
