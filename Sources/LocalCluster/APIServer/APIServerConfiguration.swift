/// Where an ``APIServer`` listens and keeps its state.
public struct APIServerConfiguration: Sendable, Hashable {
    /// The IPv4 address to listen on.
    public var host: String
    /// 0 chooses a free port; ask ``APIServer/listeningPort()`` for it.
    public var port: Int
    /// The folder of the database, the certificate authority and the keys; made when it is not there.
    public var stateFolder: String
    /// The addresses of Services: `127.77.128.0/17`.
    public var serviceRange: String
    /// Whether pods get their ServiceAccount's token mounted, as Kubernetes' ServiceAccount admission plugin does.
    public var admitsServiceAccounts: Bool

    public init(
        host: String = "127.0.0.1", port: Int = 6443, stateFolder: String, serviceRange: String,
        admitsServiceAccounts: Bool = true
    ) {
        self.host = host
        self.port = port
        self.stateFolder = stateFolder
        self.serviceRange = serviceRange
        self.admitsServiceAccounts = admitsServiceAccounts
    }
}

/// Why an ``APIServer`` cannot start.
public struct APIServerError: Error, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case invalidConfiguration, unusableState, cannotListen
    }

    public var code: Code
    public var message: String
    public var underlying: (any Error)?

    public var description: String { underlying.map { "\(message): \($0)" } ?? message }
}
