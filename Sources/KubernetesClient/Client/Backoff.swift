/// Pauses that grow: each doubles, up to a maximum, and is shortened by up to half at random, so that many clients do
/// not come back at one moment.
public struct Backoff: Sendable, Hashable {
    /// The first pause, before it is shortened.
    public var initial: Duration
    /// The longest pause.
    public var maximum: Duration
    /// How many pauses were made since the beginning or the last ``reset()``.
    public private(set) var attempts = 0

    public init(initial: Duration, maximum: Duration) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The pause to make now.
    ///
    /// - Parameter random: what is drawn from 0…1; a test gives its own.
    public mutating func next(random: Double = .random(in: 0...1)) -> Duration {
        defer { attempts += 1 }
        let full = attempts < 32 ? min(initial * (1 << attempts), maximum) : maximum
        return full * (1 - random / 2)
    }

    /// Begins with ``initial`` again.
    public mutating func reset() { attempts = 0 }
}
