import KubernetesClient

/// What an autoscaler remembers: what was proposed lately, and how it has scaled.
struct AutoscalerHistory: Equatable {
    struct Entry: Equatable {
        var time: Timestamp
        /// Proposed replicas, or by how many it was scaled.
        var replicas: Int
    }

    var recommendations: [Entry] = []
    var ups: [Entry] = []
    var downs: [Entry] = []

    /// The longest window and period that an autoscaler may have.
    private static let longest = Duration.seconds(3600)

    mutating func noteRecommendation(_ replicas: Int, at time: Timestamp) {
        recommendations.removeAll { time - $0.time > Self.longest }
        recommendations.append(Entry(time: time, replicas: replicas))
    }

    mutating func noteScaling(from old: Int, to new: Int, at time: Timestamp) {
        ups.removeAll { time - $0.time > Self.longest }
        downs.removeAll { time - $0.time > Self.longest }
        if new > old { ups.append(Entry(time: time, replicas: new - old)) }
        if new < old { downs.append(Entry(time: time, replicas: old - new)) }
    }

    /// How many replicas there were so long ago.
    func replicas(before period: Duration, current: Int, now: Timestamp) -> Int {
        func sum(_ entries: [Entry]) -> Int {
            entries.reduce(0) { now - $1.time < period ? $0 + $1.replicas : $0 }
        }
        return current - sum(ups) + sum(downs)
    }
}
