/// How one of the servers beside the cluster is started and stopped.
struct ServerProcess: Sendable {
    /// For people and for the names of its record and log.
    var name: String
    var executable: String
    var arguments: [String] = []
    /// The whole environment of the process.
    var environment: [String: String] = [:]
    var workingDirectory: String
    /// The working directory of the server's processes. Those of its program that are still there once it has died are
    /// killed before it is started again.
    var home: String?
    /// Run as this user; `nil` for our own.
    var account: Account?
    var stop: StopSignal = .terminate

    enum StopSignal: Sendable {
        case terminate
        /// PostgreSQL: disconnect clients and stop (`fast`).
        case interrupt
    }
}
