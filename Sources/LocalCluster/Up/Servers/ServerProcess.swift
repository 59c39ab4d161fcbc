/// How one of the servers beside the cluster is started and stopped.
struct ServerProcess: Sendable {
    /// For people and for the names of its record and log.
    var name: String
    var executable: String
    var arguments: [String] = []
    /// The whole environment of the process.
    var environment: [String: String] = [:]
    var workingDirectory: String
    /// Run as this user; `nil` for our own.
    var account: Account?
    var stop: StopSignal = .terminate

    enum StopSignal: Sendable {
        case terminate
        /// PostgreSQL: disconnect clients and stop (`fast`).
        case interrupt
    }
}
