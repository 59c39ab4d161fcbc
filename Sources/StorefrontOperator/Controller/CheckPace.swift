/// How often to look at what no watch tells of. Many shops are looked at more seldom, so that at rest they take little
/// of the operator, and of servers that they share.
struct CheckPace: Sendable, Hashable {
    /// How many shops share the operator.
    var shops: Int

    /// How long what was well stands at most: less than a minute, unless that would be more than one shop a second.
    var rest: Duration { max(.seconds(45), .seconds(1) * shops) }

    /// How long after a failure that stays.
    var retry: Duration { max(.seconds(10), .milliseconds(50) * shops) }

    /// When to look at a shop with nothing outside of the cluster: certificates grow old.
    static let watchedOnly = Duration.seconds(3600)

    /// A time that differs from shop to shop, or all of them would for ever be looked at at once.
    static func spread(_ duration: Duration, random: Double = .random(in: 0...1)) -> Duration {
        duration * (0.7 + 0.3 * random)
    }
}
