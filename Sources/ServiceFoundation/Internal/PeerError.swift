public import Contracts

/// Why a call has no good answer.
public enum PeerError: Error, Sendable, CustomStringConvertible {
    /// The peer answered with a problem (any status from 400).
    case problem(ServiceName, Problem)
    /// No answer: not resolvable, refused, broken, TLS failure, or past the timeout. For a call that changes something
    /// the outcome is unknown.
    case unreachable(ServiceName, String)

    public var description: String {
        switch self {
        case .problem(let service, let problem): "\(service.rawValue) answered \(problem.status) \(problem.code)"
        case .unreachable(let service, let cause): "\(service.rawValue) did not answer: \(cause)"
        }
    }
}
