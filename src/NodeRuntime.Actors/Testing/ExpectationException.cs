using System;

namespace NodeRuntime.Actors.Testing;

/// <summary>A test expected something else of its actors.</summary>
public sealed class ExpectationException(string message) : Exception(message);
