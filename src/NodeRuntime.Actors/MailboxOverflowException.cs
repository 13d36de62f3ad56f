using System;

namespace NodeRuntime.Actors;

/// <summary>A mailbox with the policy <see cref="OverflowPolicy.Fail"/> was full.</summary>
public sealed class MailboxOverflowException(ActorPath path) : Exception("mailbox full: " + path);
