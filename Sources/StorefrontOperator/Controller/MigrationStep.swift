import KubernetesClient

/// Where a service's migration stands, and so what is to be done about it: a pure function of the planned Job's name
/// and the Jobs there are.
enum MigrationStep: Sendable, Hashable {
    /// Make the Job.
    case create
    case running(job: String)
    /// Another release's migration is under way; it is never stopped midway.
    case waiting(for: String)
    /// The database is as the release expects. `stale` are finished Jobs of the past.
    case completed(stale: [String])
    /// Failed for good; to be looked at, and tried again later.
    case failed(job: String, message: String, retryIn: Duration)
    /// Long enough ago: delete it and make it anew.
    case retry(job: String)

    /// How long a failed Job stays before it is tried again.
    static let retryPause = Duration.seconds(60)

    init(planned name: String, jobs: [UntypedObject], now: Timestamp) {
        let current = jobs.first { $0.name == name && !$0.isBeingDeleted }
        let others = jobs.filter { $0.name != name }
        guard let current else {
            if let active = jobs.first(where: { $0.isBeingDeleted || !Self.isFinished($0) }) {
                self = .waiting(for: active.name)
            } else {
                self = .create
            }
            return
        }
        if Self.condition("Complete", of: current) != nil {
            self = .completed(stale: others.filter(Self.isFinished).map(\.name).sorted())
        } else if let failure = Self.condition("Failed", of: current) {
            let failed = failure["lastTransitionTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
            let age = now - failed
            self =
                age >= Self.retryPause
                ? .retry(job: name)
                : .failed(
                    job: name, message: failure["message"]?.stringValue ?? "", retryIn: Self.retryPause - age)
        } else {
            self = .running(job: name)
        }
    }

    var isCompleted: Bool { if case .completed = self { true } else { false } }

    private static func isFinished(_ job: UntypedObject) -> Bool {
        condition("Complete", of: job) != nil || condition("Failed", of: job) != nil
    }

    private static func condition(_ type: String, of job: UntypedObject) -> JSONValue? {
        job["status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type && $0["status"] == "True" }
    }
}
