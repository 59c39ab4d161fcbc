internal import APIMachinery
internal import AsyncHTTPClient
internal import KubernetesClient
internal import NIOCore
internal import NIOHTTP1

/// Reads pods' metrics and remembers their counters for a while, so that the next reading gives a rate.
actor PodCounters {
    struct Value: Sendable {
        var pod: String
        var thousandths: Int64
        /// Of a rate.
        var windowSeconds: Int?

        var quantity: String { thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m" }
    }

    private struct Key: Hashable {
        var uid: String
        var counter: String
        var series: LabelSelector
    }

    private var histories: [Key: CounterHistory] = [:]
    private static let rateSuffix = "_per_second"

    func read(_ pods: [JSONValue], metric: String, of series: LabelSelector) async -> [Value] {
        let texts = await withTaskGroup(of: (Int, String?).self) { group in
            for (index, pod) in pods.enumerated() {
                guard let url = Self.address(of: pod) else { continue }
                group.addTask { (index, await Self.fetch(url)) }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        let now = ContinuousClock.now
        histories = histories.filter { !$0.value.isStale(at: now) }
        return texts.sorted { $0.key < $1.key }.compactMap { index, text in
            let name = pods[index].text("metadata", "name")
            guard metric.hasSuffix(Self.rateSuffix) else {
                return MetricsText.sum(of: metric, series, in: text).map {
                    Value(pod: name, thousandths: Int64(($0 * 1000).rounded()))
                }
            }
            let counter = metric.dropLast(Self.rateSuffix.count) + "_total"
            guard let sum = MetricsText.sum(of: String(counter), series, in: text) else { return nil }
            let key = Key(uid: pods[index].text("metadata", "uid"), counter: String(counter), series: series)
            return histories[key, default: CounterHistory()].rate(with: sum, at: now).map {
                Value(pod: name, thousandths: Int64(($0.perSecond * 1000).rounded()), windowSeconds: $0.seconds)
            }
        }
    }

    /// Where a pod that runs and wants to be read is read.
    private static func address(of pod: JSONValue) -> String? {
        let annotations = pod[path: ["metadata", "annotations"]]?.stringMapValue ?? [:]
        let address = pod.text("status", "podIP")
        guard annotations["prometheus.io/scrape"] == "true", !address.isEmpty,
            pod.text("status", "phase") == "Running", pod[path: ["metadata", "deletionTimestamp"]] == nil
        else { return nil }
        let host = address.contains(":") ? "[\(address)]" : address
        let path = annotations["prometheus.io/path"] ?? "/metrics"
        return "http://\(host):\(annotations["prometheus.io/port"] ?? "9090")\(path.hasPrefix("/") ? "" : "/")\(path)"
    }

    private static func fetch(_ url: String) async -> String? {
        guard let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(2)),
            answer.status == .ok, let body = try? await answer.body.collect(upTo: 4 << 20)
        else { return nil }
        return String(buffer: body)
    }
}

/// What a counter showed lately.
struct CounterHistory {
    private var readings: [(time: ContinuousClock.Instant, sum: Double)] = []

    /// The rate is taken over about so long.
    private static let window = Duration.seconds(30)
    private static let memory = Duration.seconds(300)
    private static let limit = 32

    /// How fast the counter has grown since a former reading; `nil` with the first, and within a second of it.
    mutating func rate(with sum: Double, at now: ContinuousClock.Instant) -> (perSecond: Double, seconds: Int)? {
        // A counter that shrank belongs to a container that was started anew.
        if let last = readings.last, sum < last.sum { readings = [] }
        let first = readings.first { now - $0.time <= Self.window } ?? readings.last
        readings = readings.suffix(Self.limit - 1) + [(now, sum)]
        guard let first else { return nil }
        let (seconds, attoseconds) = (now - first.time).components
        let elapsed = Double(seconds) + Double(attoseconds) / 1e18
        return elapsed < 1 ? nil : ((sum - first.sum) / elapsed, Int(elapsed.rounded()))
    }

    func isStale(at now: ContinuousClock.Instant) -> Bool {
        readings.last.map { now - $0.time > Self.memory } ?? true
    }
}
