namespace NodeRuntime.Wasm.Compilation;

/// <summary>A local holds another one's value and a constant, modulo 2^32. The root is no alias itself.</summary>
internal readonly record struct Alias(int Local, int Root, long By);
