import Testing

/// Everything that can go wrong between an operator and its API server, one at a time: what is measured is time.
@Suite(.serialized, .timeLimit(.minutes(2))) enum FaultMatrix {}
