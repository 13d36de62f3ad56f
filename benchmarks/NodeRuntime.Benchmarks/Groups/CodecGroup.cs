using System;
using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Encoding and decoding beside a copy of the bytes, and beside the CBOR library without our types.</summary>
internal static class CodecGroup
{
    private const string Name = "codec";
    private const double Megabyte = 1_000_000;

    public static IEnumerable<BenchmarkRow> Run()
    {
        SampleChain chain = new(VerifyLimit.OpenSignatures());
        Block block = chain.Block;
        Transaction transaction = chain.Transaction;
        byte[] blockBytes = block.Encode();
        byte[] transactionBytes = transaction.Encode();
        return
        [
            .. Hold("block of 1000 transfers, encode", blockBytes, () => block.Encode(), isEncoding: true),
            .. Hold("block of 1000 transfers, decode", blockBytes, () => Demand(Block.TryDecode(blockBytes, out _)), isEncoding: false),
            .. Hold("transfer, encode", transactionBytes, () => transaction.Encode(), isEncoding: true),
            .. Hold("transfer, decode", transactionBytes, () => Demand(Transaction.TryDecode(transactionBytes, out _)), isEncoding: false),
        ];
    }

    private static IEnumerable<BenchmarkRow> Hold(string name, byte[] bytes, Action subject, bool isEncoding)
    {
        CborTape tape = new(bytes);
        byte[] target = new byte[bytes.Length];
        return Contest.Hold(
            Name,
            name,
            "MB/s",
            Repeat(subject, bytes),
            new Limit("cbor-bound", Repeat(isEncoding ? () => tape.Write() : tape.Read, bytes)),
            new Limit("memcpy-bound", Repeat(() => bytes.AsSpan().CopyTo(target), bytes)));
    }

    private static Work Repeat(Action action, byte[] bytes) => new(
        times =>
        {
            for (int i = 0; i < times; i++) action();
        },
        bytes.Length / Megabyte);

    private static void Demand(bool decoded) => Invariant.Holds(decoded);
}
