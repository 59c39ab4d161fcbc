public import ServiceLifecycle

/// Connects a publisher at the start and keeps its heartbeat going while nothing is published.
public struct PublisherConnection: Service {
    private let publisher: MessagePublisher

    public init(publisher: MessagePublisher) { self.publisher = publisher }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            while !Task.isCancelled {
                do {
                    try await publisher.maintain()
                    failures = 0
                    try? await Task.sleep(for: .seconds(2))
                } catch {
                    failures += 1
                    let ceiling = min(5000, 100 << min(failures, 6))
                    try? await Task.sleep(for: .milliseconds(Int.random(in: ceiling / 2...ceiling)))
                }
            }
        }
    }
}
