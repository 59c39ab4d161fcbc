/// Why a node could not do something for a pod.
struct NodeError: Error, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        /// A ConfigMap, Secret or field that a container or volume needs is not there.
        case missingConfiguration
        case programNotFound
        case noAddress
        case fileSystem
        case notFound
        case badRequest
    }

    var code: Code
    var message: String
    var cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    var description: String { cause.map { "\(message): \($0)" } ?? message }
}
