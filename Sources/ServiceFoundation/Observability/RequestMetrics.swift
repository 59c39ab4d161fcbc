import HTTPTypes
import Metrics
import Synchronization

/// Rate, errors and duration of requests by route template.
final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Instruments {
        let counter: Counter
        let timer: Timer
    }

    private let listener: String
    private let cache = Mutex<[Key: Instruments]>([:])
    private let inFlight: Meter

    init(listener: String) {
        self.listener = listener
        inFlight = Meter(label: "http_requests_in_flight", dimensions: [("listener", listener)])
    }

    func started() { inFlight.increment() }

    func finished(
        _ method: HTTPRequest.Method, _ route: String, _ status: HTTPResponse.Status, _ duration: Duration
    ) {
        inFlight.decrement()
        // Methods are the client's choice; unknown ones must not make new series.
        let known: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        let name = known.contains(method.rawValue) ? method.rawValue : "OTHER"
        let key = Key(method: name, route: route, status: status.code)
        let instruments = cache.withLock { cache in
            if let known = cache[key] { return known }
            let dimensions = [("listener", listener), ("method", name), ("route", route)]
            let made = Instruments(
                counter: Counter(
                    label: "http_requests_total", dimensions: dimensions + [("status", String(status.code))]),
                timer: Timer(label: "http_request_duration_seconds", dimensions: dimensions))
            cache[key] = made
            return made
        }
        instruments.counter.increment()
        let (seconds, attoseconds) = duration.components
        instruments.timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
