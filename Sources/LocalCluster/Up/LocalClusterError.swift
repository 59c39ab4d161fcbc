/// Why a local cluster cannot start or go on, in words for the person at the terminal.
public struct LocalClusterError: Error, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case missingPackages
        case stateUnusable
        case alreadyRunning
        case portInUse
        case serverFailed
        case manifestInvalid
        case timeout
    }

    public let code: Code
    /// What is wrong and what to do about it.
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
