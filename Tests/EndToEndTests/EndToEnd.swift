import Testing

/// One after the other: each brings up a whole cluster and wants the machine for itself.
@Suite(.serialized)
enum EndToEnd {}
