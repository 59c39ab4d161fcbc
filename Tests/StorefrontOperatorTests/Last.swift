/// What becomes of the last call of one who is cut off: its effect is there though nobody learnt of it, or it is not.
/// Calls after it never reach the server.
enum Last: Sendable, CaseIterable { case lands, isLost }
